-- What nobody came back to is found by index: registrations that were never verified, and devices that nobody signs in from. Where known_devices has
-- millions of rows, its index takes some seconds, in which signing in waits.
CREATE INDEX "known_devices_last_seen_at_index" ON "known_devices" USING btree ("last_seen_at");--> statement-breakpoint
CREATE INDEX "users_unverified_index" ON "users" USING btree ("created_at","id") WHERE email_verified_at is null;
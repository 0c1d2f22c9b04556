-- Rows are deleted and exported in batches that follow an index: expired keys and counters by their end, the emails of a user by id. An
-- organization whose purge has begun is marked, as parts of it may be gone. The constraint keeps the previous release, too, from restoring it.
DROP INDEX "email_messages_user_id";--> statement-breakpoint
ALTER TABLE "organizations" ADD COLUMN "purge_started_at" timestamp with time zone;--> statement-breakpoint
CREATE INDEX "email_messages_user_id_id" ON "email_messages" USING btree ("user_id","id");--> statement-breakpoint
CREATE INDEX "idempotency_keys_expires_at_index" ON "idempotency_keys" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "rate_limits_expire_index" ON "rate_limits" USING btree ("expire");--> statement-breakpoint
ALTER TABLE "organizations" ADD CONSTRAINT "organizations_purge_check" CHECK (purge_started_at is null or purge_at is not null);
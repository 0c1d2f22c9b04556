-- Whoever accepts an invitation twice gets the same answer: the membership remembers the hash of the secret that made it. People list the
-- invitations to their own address, which an index finds. Both tables are small; the index is built in a moment.
ALTER TABLE "memberships" ADD COLUMN "invitation_hash" "bytea";--> statement-breakpoint
CREATE INDEX "invitations_recipient_index" ON "invitations" USING btree ("email");
-- Audit events cannot be changed, so an address in them could not be erased with its person. They refer to `audit_addresses` now. Emails to an
-- address without an account are found by the address, and invitations that expired long ago are removed; both need an index. Where
-- `email_messages` has millions of rows, its index takes some seconds, in which emails are not queued.
CREATE TABLE "audit_addresses" (
	"owner_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"address" text NOT NULL,
	CONSTRAINT "audit_addresses_owner_id_id_pk" PRIMARY KEY("owner_id","id")
);
--> statement-breakpoint
CREATE UNIQUE INDEX "audit_addresses_address_key" ON "audit_addresses" USING btree ("owner_id","address");--> statement-breakpoint
CREATE INDEX "audit_addresses_address_index" ON "audit_addresses" USING btree ("address");--> statement-breakpoint
CREATE INDEX "email_messages_stranger_index" ON "email_messages" USING btree ("to_address","id") WHERE user_id is null;--> statement-breakpoint
CREATE INDEX "invitations_expires_at_index" ON "invitations" USING btree ("expires_at");
-- no-transaction
-- Audit events name the token of a directory as who acted. The checks are added without reading the tables under their locks, and validated
-- afterwards; each statement may run twice.
ALTER TABLE "users" DROP CONSTRAINT IF EXISTS "users_suspended_by_check", ADD CONSTRAINT "users_suspended_by_check" CHECK (suspended_by = 'directory') NOT VALID;--> statement-breakpoint
ALTER TABLE "users" VALIDATE CONSTRAINT "users_suspended_by_check";--> statement-breakpoint
ALTER TABLE "audit_events" DROP CONSTRAINT IF EXISTS "audit_events_actor_type_check", ADD CONSTRAINT "audit_events_actor_type_check" CHECK (actor_type in ('user', 'api_key', 'scim_token', 'operator', 'system', 'anonymous')) NOT VALID;--> statement-breakpoint
ALTER TABLE "audit_events" VALIDATE CONSTRAINT "audit_events_actor_type_check";

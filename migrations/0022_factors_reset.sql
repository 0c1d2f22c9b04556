-- no-transaction
-- An operator who resets the factors of a person ends all sessions, which have a reason of their own. The check is added without reading the
-- table under its lock, and validated afterwards; each statement may run twice.
ALTER TABLE "sessions" DROP CONSTRAINT IF EXISTS "sessions_ended_reason_check", ADD CONSTRAINT "sessions_ended_reason_check" CHECK (ended_reason in ('signed_out', 'ended_by_user', 'password_changed', 'password_reset', 'email_reverted', 'suspended', 'deleted', 'refresh_reused', 'factors_reset')) NOT VALID;--> statement-breakpoint
ALTER TABLE "sessions" VALIDATE CONSTRAINT "sessions_ended_reason_check";

-- no-transaction
-- A second factor that the provider of an organization has asked for may count as one. Sessions that end because that provider became the only
-- way in have a reason of their own. The check is added without reading the table under its lock, and validated afterwards; each statement may
-- run twice.
ALTER TABLE "organization_identity_providers" ADD COLUMN IF NOT EXISTS "accepts_second_factor" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "sessions" DROP CONSTRAINT IF EXISTS "sessions_ended_reason_check", ADD CONSTRAINT "sessions_ended_reason_check" CHECK (ended_reason in ('signed_out', 'ended_by_user', 'password_changed', 'password_reset', 'email_reverted', 'suspended', 'deleted', 'refresh_reused', 'factors_reset', 'acting_ended', 'company_sign_in')) NOT VALID;--> statement-breakpoint
ALTER TABLE "sessions" VALIDATE CONSTRAINT "sessions_ended_reason_check";--> statement-breakpoint
comment on column "organization_identity_providers"."accepts_second_factor" is 'True if a second factor that the provider has asked for counts as one here.';

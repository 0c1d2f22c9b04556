-- no-transaction
-- Operators, and sessions in which they act in the name of a user. Checks are added without reading the table under its lock, and validated
-- afterwards; each statement may run twice.
CREATE TABLE IF NOT EXISTS "operators" (
	"user_id" uuid PRIMARY KEY NOT NULL CONSTRAINT "operators_user_id_users_id_fk" REFERENCES "public"."users"("id") ON DELETE cascade,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN IF NOT EXISTS "actor_id" uuid, ADD COLUMN IF NOT EXISTS "actor_may_change" boolean, ADD COLUMN IF NOT EXISTS "expires_at" timestamp with time zone;--> statement-breakpoint
DROP INDEX CONCURRENTLY IF EXISTS "sessions_actor_id_index";--> statement-breakpoint
CREATE INDEX CONCURRENTLY "sessions_actor_id_index" ON "sessions" USING btree ("actor_id") WHERE actor_id is not null;--> statement-breakpoint
ALTER TABLE "sessions" DROP CONSTRAINT IF EXISTS "sessions_acting_check", ADD CONSTRAINT "sessions_acting_check" CHECK (num_nulls(actor_id, actor_may_change, expires_at) in (0, 3)) NOT VALID;--> statement-breakpoint
ALTER TABLE "sessions" VALIDATE CONSTRAINT "sessions_acting_check";--> statement-breakpoint
ALTER TABLE "sessions" DROP CONSTRAINT IF EXISTS "sessions_ended_reason_check", ADD CONSTRAINT "sessions_ended_reason_check" CHECK (ended_reason in ('signed_out', 'ended_by_user', 'password_changed', 'password_reset', 'email_reverted', 'suspended', 'deleted', 'refresh_reused', 'factors_reset', 'acting_ended')) NOT VALID;--> statement-breakpoint
ALTER TABLE "sessions" VALIDATE CONSTRAINT "sessions_ended_reason_check";--> statement-breakpoint
comment on column "sessions"."actor_id" is 'The operator who acts in the name of the user in this session; null for a session of the user.';
--> statement-breakpoint
comment on column "sessions"."actor_may_change" is 'True if that operator may change things, and not only look. Null like `actorId`.';
--> statement-breakpoint
comment on column "sessions"."expires_at" is 'The session ends then, whatever else happens; null for a session of the user.';
--> statement-breakpoint
comment on table "operators" is 'People of the staff, who may use the operator console.';

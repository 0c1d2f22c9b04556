-- When a session was last used from another network and another program: proofs of before are not recent any more.
ALTER TABLE "sessions" ADD COLUMN "moved_at" timestamp with time zone;--> statement-breakpoint
comment on column "sessions"."moved_at" is 'When it was last used from another network and another program than before: a proof of before is not recent any more.';

-- Access tokens say how and when a person proved who they are (amr and auth_time of RFC 9068), so each session keeps both. Both columns are
-- nullable: earlier releases begin sessions without them, by a password and at the session's beginning, and are read so.
ALTER TABLE "sessions" ADD COLUMN "amr" text[];--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "auth_time" timestamp with time zone;--> statement-breakpoint
comment on column "sessions"."amr" is 'Methods that proved who it is (RFC 8176); null for a session of an earlier release, which was begun by a password.';
--> statement-breakpoint
comment on column "sessions"."auth_time" is 'When one of them was last proven; null for a session of an earlier release, which proved it when it began.';

-- A link that confirms an address stays until it expires, marked as used, so that a second click gets the same success. The previous release
-- uses such a link up again, which changes nothing.
ALTER TABLE "one_time_tokens" ADD COLUMN "used_at" timestamp with time zone;
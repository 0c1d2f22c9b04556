-- A lost answer to a refresh is told from a stolen token by the database's clock, and by whether the successor was ever used. The previous
-- release neither reads nor writes these columns; each of its refreshes leaves `rotated_at` too old, which at most counts as a late answer.
ALTER TABLE "sessions" ADD COLUMN "rotated_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "late_generation" integer;--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "late_run" integer DEFAULT 0 NOT NULL;

-- Sessions and API keys keep from where they were last used, beside when. The previous release does not write these columns: a session that it
-- refreshes seems to be used from where it was last refreshed by this one.
ALTER TABLE "sessions" ADD COLUMN "refreshed_ip_address" text;--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "refreshed_user_agent" text;--> statement-breakpoint
ALTER TABLE "api_keys" ADD COLUMN "last_ip_address" text;--> statement-breakpoint
ALTER TABLE "api_keys" ADD COLUMN "last_user_agent" text;
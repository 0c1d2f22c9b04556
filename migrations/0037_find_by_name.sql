-- no-transaction
-- Operators find people and organizations by name, and whatever else they know of them, without reading whole tables. The indexes are built beside
-- the traffic.
CREATE INDEX CONCURRENTLY IF NOT EXISTS "sessions_id_index" ON "sessions" USING btree ("id");--> statement-breakpoint
CREATE INDEX CONCURRENTLY IF NOT EXISTS "users_name_words_index" ON "users" USING gin (to_tsvector('simple', translate("name", '@./:_-''’', '        ')));--> statement-breakpoint
CREATE INDEX CONCURRENTLY IF NOT EXISTS "api_keys_id_index" ON "api_keys" USING btree ("id");--> statement-breakpoint
CREATE INDEX CONCURRENTLY IF NOT EXISTS "api_keys_hint_index" ON "api_keys" USING btree ("hint");--> statement-breakpoint
CREATE INDEX CONCURRENTLY IF NOT EXISTS "organizations_name_words_index" ON "organizations" USING gin (to_tsvector('simple', translate("name", '@./:_-''’', '        ')));--> statement-breakpoint
CREATE INDEX CONCURRENTLY IF NOT EXISTS "organizations_slug_prefix_index" ON "organizations" USING btree ("slug" text_pattern_ops);

-- Processes keep users, roles, API keys and entitlements in memory, and read from this table what changed. A change commits with its row, so that
-- none is missed; the rows are short-lived, so they need no log of their own: a crash empties the table, and every process begins anew then.
CREATE UNLOGGED TABLE "changes" (
	"transaction_id" xid8 DEFAULT pg_current_xact_id() NOT NULL,
	"kind" text NOT NULL,
	"key" text NOT NULL,
	"announced_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE INDEX "changes_transaction_id_index" ON "changes" USING btree ("transaction_id");--> statement-breakpoint
comment on table "changes" is 'What transactions have changed of what processes keep in memory. Unlogged: a crash empties it, and ends every connection that followed it, so that nothing is missed.';
--> statement-breakpoint
comment on column "changes"."transaction_id" is 'The transaction that made the change.';

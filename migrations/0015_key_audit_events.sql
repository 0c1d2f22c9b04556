-- Anyone who can write to the database could rewrite an audit chain with all hashes, because the hashes need no key. Each event gets a MAC now.
-- Events of earlier releases have none. `audit_keying` says from when on an event must have one: at once in a new installation, and a day after
-- this migration elsewhere, because processes of the previous release may still write. An hour is for clocks that differ.
CREATE TABLE "audit_keying" (
	"one" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"since" timestamp with time zone NOT NULL,
	"until" timestamp with time zone NOT NULL,
	CONSTRAINT "audit_keying_one_check" CHECK (one)
);
--> statement-breakpoint
insert into "audit_keying" ("since", "until")
select now() - interval '1 hour', case when exists (select from "audit_chains") then now() + interval '1 day' else now() - interval '1 hour' end;
--> statement-breakpoint
ALTER TABLE "audit_chains" ADD COLUMN "logged_sequence" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "audit_events" ADD COLUMN "mac" "bytea";--> statement-breakpoint
comment on column "audit_chains"."logged_sequence" is 'The sequence at which the head was last logged.';
--> statement-breakpoint
comment on table "audit_keying" is 'When events began to have a MAC. One row, which the migration wrote.';
--> statement-breakpoint
comment on column "audit_keying"."since" is 'No event from before this has a MAC.';
--> statement-breakpoint
comment on column "audit_keying"."until" is 'Every event from then on has a MAC. Until then, processes of the previous release may have written some without.';
--> statement-breakpoint
comment on column "audit_events"."mac" is 'A MAC of this event''s canonical form and hash, with a key derived from `APP_SECRET`. Null in events of a release before MACs.';

-- What happens in organizations is stored with the change that it tells of, so that programs can be told of it, or ask. Without a foreign key:
-- the feature of organizations removes what is theirs, in batches.
CREATE TABLE "events" (
	"organization_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"type" text NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	"data" jsonb NOT NULL,
	CONSTRAINT "events_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
CREATE INDEX "events_type_index" ON "events" USING btree ("organization_id","type","id");--> statement-breakpoint
CREATE INDEX "events_occurred_at_index" ON "events" USING btree ("occurred_at");--> statement-breakpoint
CREATE INDEX "events_email_index" ON "events" USING btree ((data ->> 'email')) WHERE data ? 'email';
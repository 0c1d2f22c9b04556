-- What organizations require of their members.
CREATE TABLE "organization_policies" (
	"organization_id" uuid PRIMARY KEY NOT NULL,
	"require_second_factor" boolean NOT NULL,
	"session_minutes" integer,
	"inviters" text NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "organization_policies_session_minutes_check" CHECK (session_minutes between 15 and 525600),
	CONSTRAINT "organization_policies_inviters_check" CHECK (inviters in ('permitted', 'owners'))
);
--> statement-breakpoint
ALTER TABLE "organization_policies" ADD CONSTRAINT "organization_policies_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
comment on table "organization_policies" is 'What organizations require of their members. One without a row requires nothing.';
--> statement-breakpoint
comment on column "organization_policies"."require_second_factor" is 'Members act only in sessions that two factors have proven.';
--> statement-breakpoint
comment on column "organization_policies"."session_minutes" is 'Members act for so long after they last proved who they are; null: as long as the session lives.';
--> statement-breakpoint
comment on column "organization_policies"."inviters" is 'Who invites: everybody whose role permits it, or owners only.';

-- Features and limits that operators grant beyond a plan, until an instant.
CREATE TABLE "billing_grants" (
	"organization_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"feature" text,
	"limit_name" text,
	"quantity" integer,
	"reason" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"ends_at" timestamp with time zone NOT NULL,
	CONSTRAINT "billing_grants_organization_id_id_pk" PRIMARY KEY("organization_id","id"),
	CONSTRAINT "billing_grants_kind_check" CHECK ((feature is null) = (limit_name is not null) and (limit_name is null) = (quantity is null))
);
--> statement-breakpoint
ALTER TABLE "billing_grants" ADD CONSTRAINT "billing_grants_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
comment on table "billing_grants" is 'What operators grant an organization beyond its plan, for a reason and until an instant. Who granted it is in the audit trail.';
--> statement-breakpoint
comment on column "billing_grants"."feature" is 'A feature of the catalog; null: a limit.';
--> statement-breakpoint
comment on column "billing_grants"."limit_name" is 'A limit of the catalog, which the grant raises by `quantity`; null: a feature.';

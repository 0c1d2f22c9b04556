-- Domains of organizations: claims, which a DNS record proves, and the one organization that each is verified for.
CREATE TABLE "organization_domains" (
	"organization_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"domain" text NOT NULL,
	"record_name" text NOT NULL,
	"record_value" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"verified_at" timestamp with time zone,
	"checked_at" timestamp with time zone,
	"missing_since" timestamp with time zone,
	"next_check_at" timestamp with time zone,
	CONSTRAINT "organization_domains_organization_id_id_pk" PRIMARY KEY("organization_id","id"),
	CONSTRAINT "organization_domains_verified_check" CHECK ((verified_at is null) = (next_check_at is null)),
	CONSTRAINT "organization_domains_missing_check" CHECK (missing_since is null or verified_at is not null)
);
--> statement-breakpoint
CREATE TABLE "verified_domains" (
	"domain" text PRIMARY KEY NOT NULL,
	"organization_id" uuid NOT NULL,
	"domain_id" uuid NOT NULL
);
--> statement-breakpoint
ALTER TABLE "organization_domains" ADD CONSTRAINT "organization_domains_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "verified_domains" ADD CONSTRAINT "verified_domains_claim_cross_owner_fk" FOREIGN KEY ("organization_id","domain_id") REFERENCES "public"."organization_domains"("organization_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "organization_domains_domain_key" ON "organization_domains" USING btree ("organization_id","domain");--> statement-breakpoint
CREATE INDEX "organization_domains_next_check_at_index" ON "organization_domains" USING btree ("next_check_at") WHERE verified_at is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "verified_domains_claim_key" ON "verified_domains" USING btree ("organization_id","domain_id");--> statement-breakpoint
comment on table "organization_domains" is 'The domains that organizations claim. Any number of organizations may claim the same one; one of them can verify it.';
--> statement-breakpoint
comment on column "organization_domains"."domain" is 'As in addresses: lower case, and an international domain in ASCII.';
--> statement-breakpoint
comment on column "organization_domains"."record_name" is 'The name of the TXT record that proves the claim. It is stored because it contains the name of the product.';
--> statement-breakpoint
comment on column "organization_domains"."record_value" is 'The text of that record. It is as public as the record itself.';
--> statement-breakpoint
comment on column "organization_domains"."verified_at" is 'As in `verified_domains`; null while the claim is not proven.';
--> statement-breakpoint
comment on column "organization_domains"."checked_at" is 'The last time when the nameservers told whether the record is there.';
--> statement-breakpoint
comment on column "organization_domains"."missing_since" is 'When the record of a verified domain was first found to be gone.';
--> statement-breakpoint
comment on column "organization_domains"."next_check_at" is 'When a verified domain is checked again.';
--> statement-breakpoint
comment on table "verified_domains" is 'Which organization a domain is verified for: the one place where domains are unique.';

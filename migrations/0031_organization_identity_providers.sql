-- The identity providers of organizations.
CREATE TABLE "organization_identity_providers" (
	"organization_id" uuid PRIMARY KEY NOT NULL,
	"issuer" text NOT NULL,
	"client_id" text NOT NULL,
	"client_secret" "bytea" NOT NULL,
	"default_role" text NOT NULL,
	"enforced" boolean NOT NULL,
	"tested_at" timestamp with time zone,
	"version" uuid NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "organization_identity_providers_enforced_check" CHECK (not enforced or tested_at is not null)
);
--> statement-breakpoint
ALTER TABLE "organization_identity_providers" ADD CONSTRAINT "organization_identity_providers_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
comment on table "organization_identity_providers" is 'The identity provider of an organization (OpenID Connect).';
--> statement-breakpoint
comment on column "organization_identity_providers"."client_secret" is 'Sealed.';
--> statement-breakpoint
comment on column "organization_identity_providers"."default_role" is 'The role with which a person joins at their first sign-in.';
--> statement-breakpoint
comment on column "organization_identity_providers"."enforced" is 'True if addresses of the verified domains sign in with it alone.';
--> statement-breakpoint
comment on column "organization_identity_providers"."tested_at" is 'The last test run that succeeded since the connection changed; null: it does not count yet.';
--> statement-breakpoint
comment on column "organization_identity_providers"."version" is 'Another one after each change of what is said to the provider: an answer to an earlier connection tests nothing.';

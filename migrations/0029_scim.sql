-- The directory of a company (Okta, Entra ID) manages the members of its organization over SCIM: its tokens, the people and groups that it sent, and
-- who closed an account, so that a directory opens only what a directory closed.
CREATE TABLE "scim_group_members" (
	"organization_id" uuid NOT NULL,
	"group_id" uuid NOT NULL,
	"member_id" uuid NOT NULL,
	CONSTRAINT "scim_group_members_organization_id_group_id_member_id_pk" PRIMARY KEY("organization_id","group_id","member_id")
);
--> statement-breakpoint
CREATE TABLE "scim_groups" (
	"organization_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"display_name" text NOT NULL,
	"display_name_key" text NOT NULL,
	"external_id" text,
	"role" text,
	"version" integer NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "scim_groups_organization_id_id_pk" PRIMARY KEY("organization_id","id"),
	CONSTRAINT "scim_groups_role_check" CHECK (role ~ '^[a-z][a-z-]{0,62}$' and role <> 'owner')
);
--> statement-breakpoint
CREATE TABLE "scim_tokens" (
	"organization_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"hash" "bytea" NOT NULL,
	"hint" text NOT NULL,
	"created_by" uuid NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"last_used_at" timestamp with time zone,
	"last_ip_address" text,
	"last_user_agent" text,
	CONSTRAINT "scim_tokens_organization_id_id_pk" PRIMARY KEY("organization_id","id"),
	CONSTRAINT "scim_tokens_name_check" CHECK (length(name) between 1 and 100)
);
--> statement-breakpoint
CREATE TABLE "scim_users" (
	"organization_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"user_name" text NOT NULL,
	"user_name_key" text NOT NULL,
	"external_id" text,
	"address" text NOT NULL,
	"user_id" uuid,
	"active" boolean NOT NULL,
	"attributes" jsonb NOT NULL,
	"version" integer NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "scim_users_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "suspended_by" text;--> statement-breakpoint
ALTER TABLE "scim_group_members" ADD CONSTRAINT "scim_group_members_group_fk" FOREIGN KEY ("organization_id","group_id") REFERENCES "public"."scim_groups"("organization_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "scim_group_members" ADD CONSTRAINT "scim_group_members_member_fk" FOREIGN KEY ("organization_id","member_id") REFERENCES "public"."scim_users"("organization_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "scim_groups" ADD CONSTRAINT "scim_groups_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "scim_tokens" ADD CONSTRAINT "scim_tokens_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "scim_users" ADD CONSTRAINT "scim_users_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "scim_users" ADD CONSTRAINT "scim_users_user_id_cross_owner_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "scim_group_members_member_index" ON "scim_group_members" USING btree ("organization_id","member_id");--> statement-breakpoint
CREATE UNIQUE INDEX "scim_groups_display_name_key" ON "scim_groups" USING btree ("organization_id","display_name_key");--> statement-breakpoint
CREATE INDEX "scim_groups_external_id_index" ON "scim_groups" USING btree ("organization_id","external_id");--> statement-breakpoint
CREATE UNIQUE INDEX "scim_users_user_name_key" ON "scim_users" USING btree ("organization_id","user_name_key");--> statement-breakpoint
CREATE UNIQUE INDEX "scim_users_address_key" ON "scim_users" USING btree ("organization_id","address");--> statement-breakpoint
CREATE UNIQUE INDEX "scim_users_member_key" ON "scim_users" USING btree ("organization_id","user_id") WHERE user_id is not null;--> statement-breakpoint
CREATE INDEX "scim_users_external_id_index" ON "scim_users" USING btree ("organization_id","external_id");--> statement-breakpoint
CREATE INDEX "scim_users_user_id_index" ON "scim_users" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "scim_users_address_index" ON "scim_users" USING btree ("address");--> statement-breakpoint
comment on column "users"."suspended_by" is '`directory` if the directory of the organization that governs the address closed the account; null if an operator did.';
--> statement-breakpoint
comment on table "scim_tokens" is 'Tokens by which the directories of companies call SCIM: only the SHA-256 of each.';
--> statement-breakpoint
comment on column "scim_tokens"."hint" is 'The last characters of the token, so that people recognise it.';
--> statement-breakpoint
comment on column "scim_tokens"."last_ip_address" is 'From where it was used then.';
--> statement-breakpoint
comment on table "scim_users" is 'People as the directories of companies describe them (RFC 7643, User).';
--> statement-breakpoint
comment on column "scim_users"."user_name_key" is 'In lower case: names are unique without regard to case.';
--> statement-breakpoint
comment on column "scim_users"."address" is 'The address that the person is known by here, in the form of accounts.';
--> statement-breakpoint
comment on column "scim_users"."user_id" is 'The member; null while nobody has joined with the address, and after the membership has ended.';
--> statement-breakpoint
comment on column "scim_users"."attributes" is 'The other attributes, by the names of the schema.';
--> statement-breakpoint
comment on table "scim_groups" is 'Groups of the directories of companies (RFC 7643, Group).';
--> statement-breakpoint
comment on column "scim_groups"."display_name_key" is 'In lower case: names are unique without regard to case.';
--> statement-breakpoint
comment on column "scim_groups"."role" is 'The role that members of the group have; null for a group that means nothing here.';
--> statement-breakpoint
comment on table "scim_group_members" is 'Who belongs to which group.';

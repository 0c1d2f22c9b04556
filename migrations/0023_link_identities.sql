-- Signing in with identity providers: the identities that are linked to accounts, and sign-ins that are under way at a provider.
CREATE TABLE "identities" (
	"user_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"provider" text NOT NULL,
	"issuer" text NOT NULL,
	"subject" text NOT NULL,
	"address" text,
	"created_at" timestamp with time zone NOT NULL,
	"last_used_at" timestamp with time zone,
	CONSTRAINT "identities_user_id_id_pk" PRIMARY KEY("user_id","id")
);
--> statement-breakpoint
CREATE TABLE "provider_sign_ins" (
	"hash" "bytea" PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"provider" text NOT NULL,
	"browser_hash" "bytea" NOT NULL,
	"sealed" "bytea" NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "identities" ADD CONSTRAINT "identities_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "identities_issuer_subject_index" ON "identities" USING btree ("issuer","subject");--> statement-breakpoint
CREATE INDEX "provider_sign_ins_expires_at_index" ON "provider_sign_ins" USING btree ("expires_at");--> statement-breakpoint
comment on table "identities" is 'Who a person is at an identity provider. Issuer and subject are the identity; the address is only shown.';
--> statement-breakpoint
comment on column "identities"."provider" is 'The provider''s name in the settings when it was linked.';
--> statement-breakpoint
comment on column "identities"."address" is 'The address at the provider, when it was linked.';
--> statement-breakpoint
comment on table "provider_sign_ins" is 'Sign-ins at identity providers that are under way, each bound to a browser. A row is deleted by its use.';
--> statement-breakpoint
comment on column "provider_sign_ins"."hash" is 'SHA-256 of the state, or of the code that the browser was sent back with.';
--> statement-breakpoint
comment on column "provider_sign_ins"."browser_hash" is 'SHA-256 of the browser''s cookie.';
--> statement-breakpoint
comment on column "provider_sign_ins"."sealed" is 'Sealed: the secrets of the start, or the person that the provider named.';

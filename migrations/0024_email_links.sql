-- Signing in by an emailed link or code: the links that have not been used yet.
CREATE TABLE "email_links" (
	"user_id" uuid NOT NULL,
	"hash" "bytea" NOT NULL,
	"code" "bytea",
	"browser_hash" "bytea" NOT NULL,
	"address" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "email_links_user_id_hash_pk" PRIMARY KEY("user_id","hash")
);
--> statement-breakpoint
ALTER TABLE "email_links" ADD CONSTRAINT "email_links_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "email_links_code_index" ON "email_links" USING btree ("user_id") WHERE code is not null;--> statement-breakpoint
CREATE INDEX "email_links_expires_at_index" ON "email_links" USING btree ("expires_at");--> statement-breakpoint
comment on table "email_links" is 'Links that sign people in. A row is deleted by its use.';
--> statement-breakpoint
comment on column "email_links"."hash" is 'SHA-256 of the secret in the link.';
--> statement-breakpoint
comment on column "email_links"."code" is 'Sealed: the six digits. Null as soon as there is a newer one, so that a person has one code at a time.';
--> statement-breakpoint
comment on column "email_links"."browser_hash" is 'SHA-256 of the cookie of the browser that asked for the link.';
--> statement-breakpoint
comment on column "email_links"."address" is 'Where it was emailed to: it is void if that is no longer the address of the account.';

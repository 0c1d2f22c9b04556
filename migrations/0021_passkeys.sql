-- Passkeys: the public keys of authenticators, and the challenges that were used, so that a signature is accepted once also from those
-- authenticators that do not count their uses.
CREATE TABLE "passkeys" (
	"user_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"credential_id" "bytea" NOT NULL,
	"public_key" "bytea" NOT NULL,
	"counter" bigint NOT NULL,
	"transports" text[] NOT NULL,
	"aaguid" uuid NOT NULL,
	"backup_eligible" boolean NOT NULL,
	"backed_up" boolean NOT NULL,
	"name" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"last_used_at" timestamp with time zone,
	CONSTRAINT "passkeys_user_id_id_pk" PRIMARY KEY("user_id","id"),
	CONSTRAINT "passkeys_name_check" CHECK (length(name) between 1 and 100)
);
--> statement-breakpoint
CREATE TABLE "used_passkey_challenges" (
	"user_id" uuid NOT NULL,
	"hash" "bytea" NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "used_passkey_challenges_user_id_hash_pk" PRIMARY KEY("user_id","hash")
);
--> statement-breakpoint
ALTER TABLE "passkeys" ADD CONSTRAINT "passkeys_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "used_passkey_challenges" ADD CONSTRAINT "used_passkey_challenges_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "passkeys_user_id_credential_id_index" ON "passkeys" USING btree ("user_id","credential_id");--> statement-breakpoint
CREATE INDEX "used_passkey_challenges_expires_at_index" ON "used_passkey_challenges" USING btree ("expires_at");--> statement-breakpoint
comment on table "passkeys" is 'Public keys of authenticators (WebAuthn level 3, section 4: credential record).';
--> statement-breakpoint
comment on column "passkeys"."credential_id" is 'Chosen by the authenticator.';
--> statement-breakpoint
comment on column "passkeys"."public_key" is 'COSE_Key (RFC 9052 section 7).';
--> statement-breakpoint
comment on column "passkeys"."counter" is 'How often the authenticator has signed, if it counts; 0 if it does not.';
--> statement-breakpoint
comment on column "passkeys"."aaguid" is 'The model of the authenticator; zeros if it does not say.';
--> statement-breakpoint
comment on column "passkeys"."backup_eligible" is 'Whether it can be copied to other devices of the person. It never changes.';
--> statement-breakpoint
comment on table "used_passkey_challenges" is 'Challenges that were used: a signature is accepted once, also from authenticators that do not count.';
--> statement-breakpoint
comment on column "used_passkey_challenges"."hash" is 'SHA-256 of the challenge.';
--> statement-breakpoint
comment on column "used_passkey_challenges"."expires_at" is 'From then on the challenge is refused for its age.';

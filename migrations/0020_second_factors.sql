-- Second factors: secrets of authenticator apps, recovery codes, and sign-ins that wait for another proof. A device that somebody signed in
-- with is known by a random token, no longer by network and user agent, which change by themselves and which strangers may share: the table
-- devices takes the place of known_devices. That one stays until no release writes it.
CREATE TABLE "devices" (
	"user_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"hash" "bytea" NOT NULL,
	"ip_address" text,
	"user_agent" text,
	"created_at" timestamp with time zone NOT NULL,
	"last_seen_at" timestamp with time zone NOT NULL,
	"remembered_until" timestamp with time zone,
	CONSTRAINT "devices_user_id_id_pk" PRIMARY KEY("user_id","id")
);
--> statement-breakpoint
CREATE TABLE "recovery_codes" (
	"user_id" uuid NOT NULL,
	"hash" "bytea" NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "recovery_codes_user_id_hash_pk" PRIMARY KEY("user_id","hash")
);
--> statement-breakpoint
CREATE TABLE "sign_in_challenges" (
	"user_id" uuid NOT NULL,
	"hash" "bytea" NOT NULL,
	"browser_hash" "bytea",
	"amr" text[] NOT NULL,
	"wrong_answers" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "sign_in_challenges_user_id_hash_pk" PRIMARY KEY("user_id","hash")
);
--> statement-breakpoint
CREATE TABLE "totp_secrets" (
	"user_id" uuid NOT NULL,
	"state" text NOT NULL,
	"secret" "bytea" NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"last_step" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "totp_secrets_user_id_state_pk" PRIMARY KEY("user_id","state"),
	CONSTRAINT "totp_secrets_state_check" CHECK (state in ('pending', 'confirmed'))
);
--> statement-breakpoint
ALTER TABLE "devices" ADD CONSTRAINT "devices_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "recovery_codes" ADD CONSTRAINT "recovery_codes_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sign_in_challenges" ADD CONSTRAINT "sign_in_challenges_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "totp_secrets" ADD CONSTRAINT "totp_secrets_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "devices_user_id_hash_index" ON "devices" USING btree ("user_id","hash");--> statement-breakpoint
CREATE INDEX "devices_last_seen_at_index" ON "devices" USING btree ("last_seen_at");--> statement-breakpoint
CREATE INDEX "sign_in_challenges_expires_at_index" ON "sign_in_challenges" USING btree ("expires_at");--> statement-breakpoint
comment on table "devices" is 'Devices that people have signed in with. A device is known by a random token that it keeps, and by nothing else.';
--> statement-breakpoint
comment on column "devices"."hash" is 'SHA-256 of the token.';
--> statement-breakpoint
comment on column "devices"."ip_address" is 'From where it was last signed in with.';
--> statement-breakpoint
comment on column "devices"."remembered_until" is 'Until then a sign-in with it needs no second factor; null if it always does.';
--> statement-breakpoint
comment on table "totp_secrets" is 'Secrets of authenticator apps (RFC 6238). A person has at most one that is confirmed, and one that is being set up.';
--> statement-breakpoint
comment on column "totp_secrets"."secret" is 'Sealed.';
--> statement-breakpoint
comment on column "totp_secrets"."last_step" is 'The time step of the last code that was accepted: no code of this step or an earlier one is accepted again.';
--> statement-breakpoint
comment on table "recovery_codes" is 'Codes for people who have lost their other factors: only their SHA-256. A code is deleted by its use.';
--> statement-breakpoint
comment on table "sign_in_challenges" is 'Sign-ins whose first proof was right and that need another one. A row is deleted when the session begins.';
--> statement-breakpoint
comment on column "sign_in_challenges"."hash" is 'SHA-256 of the secret in the challenge''s token.';
--> statement-breakpoint
comment on column "sign_in_challenges"."browser_hash" is 'SHA-256 of the cookie of the browser that got the challenge; null in bearer mode.';
--> statement-breakpoint
comment on column "sign_in_challenges"."amr" is 'The methods that were proven so far (RFC 8176).';
--> statement-breakpoint
comment on table "known_devices" is 'From where people had signed in, by network and user agent. Releases before `devices` write it; it is read no more.';

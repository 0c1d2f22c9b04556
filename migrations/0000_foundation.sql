-- The foundation: people and their sessions, organizations, the audit trail, the outbox of mail, and what the platform counts and remembers.
CREATE TABLE "email_addresses" (
	"address" text PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"verified_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "known_devices" (
	"user_id" uuid NOT NULL,
	"network" "bytea" NOT NULL,
	"user_agent" "bytea" NOT NULL,
	"last_seen_at" timestamp with time zone NOT NULL,
	CONSTRAINT "known_devices_user_id_network_user_agent_pk" PRIMARY KEY("user_id","network","user_agent")
);
--> statement-breakpoint
CREATE TABLE "one_time_tokens" (
	"user_id" uuid NOT NULL,
	"hash" "bytea" NOT NULL,
	"purpose" text NOT NULL,
	"address" text,
	"created_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "one_time_tokens_user_id_hash_pk" PRIMARY KEY("user_id","hash"),
	CONSTRAINT "one_time_tokens_purpose_check" CHECK (purpose in ('verify_email', 'reset_password', 'change_email', 'revert_email', 'restore_user'))
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"user_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"secret" "bytea" NOT NULL,
	"generation" integer NOT NULL,
	"ip_address" text,
	"user_agent" text,
	"created_at" timestamp with time zone NOT NULL,
	"refreshed_at" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone,
	"ended_reason" text,
	CONSTRAINT "sessions_user_id_id_pk" PRIMARY KEY("user_id","id"),
	CONSTRAINT "sessions_ended_reason_check" CHECK (ended_reason in ('signed_out', 'ended_by_user', 'password_changed', 'password_reset', 'email_reverted', 'suspended', 'deleted', 'refresh_reused')),
	CONSTRAINT "sessions_ended_check" CHECK ((ended_at is null) = (ended_reason is null))
);
--> statement-breakpoint
CREATE TABLE "signing_keys" (
	"id" text PRIMARY KEY NOT NULL,
	"public_jwk" jsonb NOT NULL,
	"private_key" "bytea" NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"signs_from" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" uuid PRIMARY KEY NOT NULL,
	"email" text NOT NULL,
	"name" text,
	"locale" text NOT NULL,
	"password_hash" text,
	"email_verified_at" timestamp with time zone,
	"suspended_at" timestamp with time zone,
	"purge_at" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "users_email_check" CHECK (length(email) between 3 and 320),
	CONSTRAINT "users_name_check" CHECK (length(name) between 1 and 200)
);
--> statement-breakpoint
CREATE TABLE "audit_chains" (
	"owner_id" uuid PRIMARY KEY NOT NULL,
	"sequence" bigint NOT NULL,
	"hash" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit_events" (
	"owner_id" uuid NOT NULL,
	"sequence" bigint NOT NULL,
	"id" uuid NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	"actor_type" text NOT NULL,
	"actor_id" text,
	"action" text NOT NULL,
	"target_type" text,
	"target_id" text,
	"request_id" text,
	"ip_address" text,
	"user_agent" text,
	"details" jsonb NOT NULL,
	"hash" "bytea" NOT NULL,
	CONSTRAINT "audit_events_owner_id_sequence_pk" PRIMARY KEY("owner_id","sequence"),
	CONSTRAINT "audit_events_actor_type_check" CHECK (actor_type in ('user', 'api_key', 'operator', 'system', 'anonymous'))
);
--> statement-breakpoint
CREATE TABLE "email_messages" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid,
	"template" text NOT NULL,
	"locale" text NOT NULL,
	"to_address" text NOT NULL,
	"key" text NOT NULL,
	"data" "bytea",
	"status" text DEFAULT 'queued' NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"next_attempt_at" timestamp with time zone DEFAULT now() NOT NULL,
	"message_id" text,
	"provider_response" text,
	"last_error" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"sent_at" timestamp with time zone,
	"failed_at" timestamp with time zone,
	CONSTRAINT "email_messages_key_unique" UNIQUE("key"),
	CONSTRAINT "email_messages_status_known" CHECK ("email_messages"."status" in ('queued', 'sent', 'failed', 'suppressed')),
	CONSTRAINT "email_messages_attempts_counted" CHECK ("email_messages"."attempts" >= 0),
	CONSTRAINT "email_messages_data_wiped" CHECK (case "email_messages"."status" when 'queued' then "email_messages"."data" is not null when 'failed' then true else "email_messages"."data" is null end),
	CONSTRAINT "email_messages_sent_at_known" CHECK (("email_messages"."status" = 'sent') = ("email_messages"."sent_at" is not null)),
	CONSTRAINT "email_messages_failed_at_known" CHECK (("email_messages"."status" = 'failed') = ("email_messages"."failed_at" is not null)),
	CONSTRAINT "email_messages_one_recipient" CHECK ("email_messages"."to_address" ~ '^[^[:cntrl:][:space:],<>]+@[^[:cntrl:][:space:],<>@]+$')
);
--> statement-breakpoint
CREATE TABLE "email_suppressions" (
	"address" text NOT NULL,
	"scope" text NOT NULL,
	"reason" text NOT NULL,
	"provider" text,
	"detail" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "email_suppressions_pk" PRIMARY KEY("address","scope"),
	CONSTRAINT "email_suppressions_address_normalized" CHECK ("email_suppressions"."address" = lower("email_suppressions"."address" collate "C")),
	CONSTRAINT "email_suppressions_reason_known" CHECK ("email_suppressions"."reason" in ('hard_bounce', 'complaint', 'unsubscribe', 'manual')),
	CONSTRAINT "email_suppressions_scope_follows_reason" CHECK ("email_suppressions"."scope" = case "email_suppressions"."reason" when 'unsubscribe' then 'bulk' else 'all' end)
);
--> statement-breakpoint
CREATE TABLE "api_keys" (
	"organization_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"hash" "bytea" NOT NULL,
	"previous_hash" "bytea",
	"previous_expires_at" timestamp with time zone,
	"hint" text NOT NULL,
	"scopes" text[] NOT NULL,
	"created_by" uuid NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone,
	"last_used_at" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	CONSTRAINT "api_keys_organization_id_id_pk" PRIMARY KEY("organization_id","id"),
	CONSTRAINT "api_keys_name_check" CHECK (length(name) between 1 and 100),
	CONSTRAINT "api_keys_previous_check" CHECK ((previous_hash is null) = (previous_expires_at is null))
);
--> statement-breakpoint
CREATE TABLE "invitations" (
	"organization_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"email" text NOT NULL,
	"role" text NOT NULL,
	"token_hash" "bytea" NOT NULL,
	"invited_by" uuid NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "invitations_organization_id_id_pk" PRIMARY KEY("organization_id","id"),
	CONSTRAINT "invitations_role_check" CHECK (role in ('owner', 'admin', 'member', 'billing'))
);
--> statement-breakpoint
CREATE TABLE "memberships" (
	"organization_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"role" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "memberships_organization_id_user_id_pk" PRIMARY KEY("organization_id","user_id"),
	CONSTRAINT "memberships_role_check" CHECK (role in ('owner', 'admin', 'member', 'billing'))
);
--> statement-breakpoint
CREATE TABLE "organization_slugs" (
	"slug" text PRIMARY KEY NOT NULL,
	"organization_id" uuid NOT NULL,
	CONSTRAINT "organization_slugs_slug_check" CHECK (slug ~ '^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$')
);
--> statement-breakpoint
CREATE TABLE "organizations" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"slug" text NOT NULL,
	"personal" boolean NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	"purge_at" timestamp with time zone,
	CONSTRAINT "organizations_name_check" CHECK (length(name) between 1 and 100)
);
--> statement-breakpoint
CREATE TABLE "idempotency_keys" (
	"caller_id" text NOT NULL,
	"key" text NOT NULL,
	"fingerprint" "bytea" NOT NULL,
	"status" smallint NOT NULL,
	"body" "bytea" NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "idempotency_keys_caller_id_key_pk" PRIMARY KEY("caller_id","key")
);
--> statement-breakpoint
CREATE TABLE "rate_limits" (
	"key" text PRIMARY KEY NOT NULL,
	"points" integer DEFAULT 0 NOT NULL,
	"expire" bigint
);
--> statement-breakpoint
ALTER TABLE "email_addresses" ADD CONSTRAINT "email_addresses_user_id_cross_owner_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "known_devices" ADD CONSTRAINT "known_devices_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "one_time_tokens" ADD CONSTRAINT "one_time_tokens_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_user_id_cross_owner_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "organization_slugs" ADD CONSTRAINT "organization_slugs_organization_id_cross_owner_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "email_addresses_user_id_index" ON "email_addresses" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "one_time_tokens_expires_at_index" ON "one_time_tokens" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "sessions_ended_at_index" ON "sessions" USING btree ("ended_at") WHERE ended_at is not null;--> statement-breakpoint
CREATE INDEX "sessions_refreshed_at_index" ON "sessions" USING btree ("refreshed_at");--> statement-breakpoint
CREATE INDEX "users_email_index" ON "users" USING btree ("email");--> statement-breakpoint
CREATE INDEX "users_created_at_index" ON "users" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "users_purge_at_index" ON "users" USING btree ("purge_at") WHERE purge_at is not null;--> statement-breakpoint
CREATE INDEX "audit_events_action_index" ON "audit_events" USING btree ("owner_id","action","sequence");--> statement-breakpoint
CREATE INDEX "audit_events_actor_index" ON "audit_events" USING btree ("owner_id","actor_id","sequence");--> statement-breakpoint
CREATE INDEX "email_messages_status_created_at" ON "email_messages" USING btree ("status","created_at");--> statement-breakpoint
CREATE INDEX "email_messages_user_id" ON "email_messages" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "api_keys_created_by_index" ON "api_keys" USING btree ("organization_id","created_by");--> statement-breakpoint
CREATE UNIQUE INDEX "invitations_email_key" ON "invitations" USING btree ("organization_id","email");--> statement-breakpoint
CREATE INDEX "memberships_user_id_index" ON "memberships" USING btree ("user_id","organization_id");--> statement-breakpoint
CREATE INDEX "memberships_created_at_index" ON "memberships" USING btree ("organization_id","created_at","user_id");--> statement-breakpoint
CREATE INDEX "memberships_owners_index" ON "memberships" USING btree ("organization_id") WHERE role = 'owner';--> statement-breakpoint
CREATE INDEX "organization_slugs_organization_id_index" ON "organization_slugs" USING btree ("organization_id");--> statement-breakpoint
CREATE INDEX "organizations_purge_at_index" ON "organizations" USING btree ("purge_at") WHERE purge_at is not null;
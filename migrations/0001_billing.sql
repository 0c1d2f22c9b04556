-- Billing: customers of Stripe and the projection of what they bought, the inbox of its events, and the usage that is counted here.
CREATE TABLE "billing_consumption" (
	"organization_id" uuid NOT NULL,
	"limit_name" text NOT NULL,
	"period_start" timestamp with time zone NOT NULL,
	"used" bigint NOT NULL,
	CONSTRAINT "billing_consumption_organization_id_limit_name_period_start_pk" PRIMARY KEY("organization_id","limit_name","period_start")
);
--> statement-breakpoint
CREATE TABLE "billing_cursors" (
	"name" text PRIMARY KEY NOT NULL,
	"position" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "billing_customers" (
	"organization_id" uuid PRIMARY KEY NOT NULL,
	"stripe_customer_id" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"deleted_at" timestamp with time zone,
	"adopted" boolean DEFAULT false NOT NULL,
	"test_clock_time" timestamp with time zone,
	"trial_used" boolean DEFAULT false NOT NULL,
	"requested" bigint DEFAULT 0 NOT NULL,
	"projected" bigint DEFAULT 0 NOT NULL,
	"projected_at" timestamp with time zone,
	"lease_id" uuid,
	"leased_until" timestamp with time zone,
	"checkout_id" uuid,
	"checkout_until" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "billing_disputes" (
	"id" text PRIMARY KEY NOT NULL,
	"organization_id" uuid,
	"status" text NOT NULL,
	"reason" text NOT NULL,
	"amount" bigint NOT NULL,
	"currency" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "billing_invoices" (
	"organization_id" uuid NOT NULL,
	"id" text NOT NULL,
	"number" text,
	"status" text NOT NULL,
	"currency" text NOT NULL,
	"total" bigint NOT NULL,
	"amount_paid" bigint NOT NULL,
	"amount_remaining" bigint NOT NULL,
	"amount_credited" bigint NOT NULL,
	"description" text NOT NULL,
	"subscription_id" text,
	"product" text,
	"quantity" integer,
	"hosted_url" text,
	"pdf_url" text,
	"attempt_count" integer NOT NULL,
	"next_payment_attempt" timestamp with time zone,
	"action_required" boolean NOT NULL,
	"paid_at" timestamp with time zone,
	"finalized_at" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "billing_invoices_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
CREATE TABLE "billing_payment_methods" (
	"organization_id" uuid NOT NULL,
	"id" text NOT NULL,
	"type" text NOT NULL,
	"brand" text,
	"last4" text,
	"exp_month" integer,
	"exp_year" integer,
	"is_default" boolean NOT NULL,
	CONSTRAINT "billing_payment_methods_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
CREATE TABLE "billing_subscriptions" (
	"organization_id" uuid NOT NULL,
	"id" text NOT NULL,
	"status" text NOT NULL,
	"plan" text,
	"interval" text,
	"currency" text NOT NULL,
	"unit_amount" bigint,
	"quantity" integer NOT NULL,
	"item_id" text,
	"current_period_start" timestamp with time zone,
	"current_period_end" timestamp with time zone,
	"trial_end" timestamp with time zone,
	"cancel_at" timestamp with time zone,
	"ended_at" timestamp with time zone,
	"past_due_since" timestamp with time zone,
	"pending_until" timestamp with time zone,
	"superseded" boolean NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "billing_subscriptions_organization_id_id_pk" PRIMARY KEY("organization_id","id"),
	CONSTRAINT "billing_subscriptions_quantity_check" CHECK (quantity >= 0)
);
--> statement-breakpoint
CREATE TABLE "billing_usage_events" (
	"organization_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"meter" text NOT NULL,
	"quantity" bigint NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	"reported_at" timestamp with time zone,
	CONSTRAINT "billing_usage_events_organization_id_id_pk" PRIMARY KEY("organization_id","id"),
	CONSTRAINT "billing_usage_events_quantity_check" CHECK (quantity > 0)
);
--> statement-breakpoint
CREATE TABLE "stripe_customers" (
	"id" text PRIMARY KEY NOT NULL,
	"organization_id" uuid NOT NULL
);
--> statement-breakpoint
CREATE TABLE "stripe_events" (
	"id" text PRIMARY KEY NOT NULL,
	"type" text NOT NULL,
	"api_version" text,
	"customer_id" text,
	"created_at" timestamp with time zone NOT NULL,
	"received_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"applied_at" timestamp with time zone,
	"payload" "bytea" NOT NULL
);
--> statement-breakpoint
ALTER TABLE "billing_consumption" ADD CONSTRAINT "billing_consumption_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "billing_customers" ADD CONSTRAINT "billing_customers_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "billing_invoices" ADD CONSTRAINT "billing_invoices_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."billing_customers"("organization_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "billing_payment_methods" ADD CONSTRAINT "billing_payment_methods_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."billing_customers"("organization_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "billing_subscriptions" ADD CONSTRAINT "billing_subscriptions_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."billing_customers"("organization_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "billing_usage_events" ADD CONSTRAINT "billing_usage_events_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "billing_customers_behind_index" ON "billing_customers" USING btree ("organization_id") WHERE requested > projected;--> statement-breakpoint
CREATE INDEX "billing_invoices_created_at_index" ON "billing_invoices" USING btree ("organization_id","created_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "billing_subscriptions_live_key" ON "billing_subscriptions" USING btree ("organization_id") WHERE status in ('trialing', 'active', 'past_due', 'unpaid', 'paused', 'incomplete') and not superseded;--> statement-breakpoint
CREATE INDEX "billing_usage_events_sum_index" ON "billing_usage_events" USING btree ("organization_id","meter","occurred_at");--> statement-breakpoint
CREATE INDEX "billing_usage_events_unreported_index" ON "billing_usage_events" USING btree ("organization_id","id") WHERE reported_at is null;--> statement-breakpoint
CREATE INDEX "stripe_events_unapplied_index" ON "stripe_events" USING btree ("customer_id","received_at") WHERE applied_at is null;--> statement-breakpoint
CREATE INDEX "stripe_events_received_at_index" ON "stripe_events" USING btree ("received_at");
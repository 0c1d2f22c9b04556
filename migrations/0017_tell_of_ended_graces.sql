-- The end of a grace period changes what an organization may use, and nothing comes from Stripe then. So that it is told once, the customer
-- remembers what was told last; null is not known, as for every customer before this migration. The column is without default, which rewrites
-- nothing. Whose grace period may have ended is found by an index over the few subscriptions that are overdue.
ALTER TABLE "billing_customers" ADD COLUMN "told_entitlements" jsonb;--> statement-breakpoint
CREATE INDEX "billing_subscriptions_past_due_index" ON "billing_subscriptions" USING btree ("past_due_since") WHERE status = 'past_due' and not superseded;--> statement-breakpoint
comment on column "billing_customers"."told_entitlements" is 'The entitlements that were told last; null if none was told yet.';

-- Three facts of Stripe that the projection lacked: the payment method of a subscription, which is charged before the customer's default one; why a
-- subscription ended, so that its email says so; why a product that was paid is not granted any more. Empty until the next look at the customer.
ALTER TABLE "billing_invoices" ADD COLUMN "withdrawn" text;--> statement-breakpoint
ALTER TABLE "billing_subscriptions" ADD COLUMN "payment_method_id" text;--> statement-breakpoint
ALTER TABLE "billing_subscriptions" ADD COLUMN "cancellation_reason" text;
/** The way back for a subscription that waits for a payment (docs.stripe.com/billing/subscriptions/overview#subscription-statuses). */
import type Stripe from 'stripe';
import { idOf, refusalOf, type StripeGateway } from '../stripe/stripe.ts';
import { isWaiting } from './current-subscription.ts';

/**
 * Pays the latest invoice of a subscription that waits for it, or resumes it where it is paused, which creates such an invoice. Where the bank
 * wants a confirmation, or there is nothing to charge, the invoice stays open, and can be paid on Stripe's page.
 * @throws `payment_declined`, `payments_refused`, `payments_unavailable`
 */
export async function bringBack(gateway: StripeGateway, subscription: Stripe.Subscription): Promise<void> {
  const { id, status, pause_collection: pause, latest_invoice: latest } = subscription;
  if (pause)
    await gateway.ask('subscriptions.update', (stripe) => stripe.subscriptions.update(id, { pause_collection: '' }));
  if (!isWaiting(status) && status !== 'past_due') return;
  const invoice = latest && (await prepared(gateway, idOf(latest)));
  if (invoice && invoice.status === 'open') await pay(gateway, invoice.id);
  else if (status === 'paused')
    await gateway.ask('subscriptions.resume', (stripe) =>
      stripe.subscriptions.resume(id, { payment_behavior: 'resume_on_payment_success' }),
    );
}

/** An invoice that can be paid: those of an unpaid subscription stay drafts. */
async function prepared(gateway: StripeGateway, id: string): Promise<Stripe.Invoice> {
  const invoice = await gateway.ask('invoices.retrieve', (stripe) => stripe.invoices.retrieve(id));
  if (invoice.status !== 'draft') return invoice;
  return gateway.ask('invoices.finalize', (stripe) => stripe.invoices.finalizeInvoice(id));
}

async function pay(gateway: StripeGateway, id: string): Promise<void> {
  await gateway
    .ask('invoices.pay', (stripe) => stripe.invoices.pay(id))
    .catch((error: unknown) => {
      // No payment method, or the bank wants a confirmation: a person has to go to Stripe's page.
      if (!refusalOf(error)) throw error;
    });
}

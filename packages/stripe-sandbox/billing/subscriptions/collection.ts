/**
 * Collection: charges open invoices, and applies success or failure to the subscription. Failures are retried on the account's schedule; then the
 * subscription is cancelled, marked unpaid or left (docs.stripe.com/billing/revenue-recovery/smart-retries).
 */
import type Stripe from 'stripe';
import { nowFor, schedule } from '../../events/clock.ts';
import { emit, emitChange } from '../../events/events.ts';
import { invalid } from '../../world/fault.ts';
import { idOf, type World } from '../../world/world.ts';
import { intentOf, markPaid, markUncollectible, subscriptionOf } from '../invoices/invoices.ts';
import { cardFault, confirm } from '../payments/payments.ts';
import { endSubscription } from './endings.ts';
import { applyPendingUpdate } from './pending-updates.ts';
import { resumeIfPaid } from './resuming.ts';

/** The payment method for an invoice: the invoice's own, else the subscription's, else the customer's. */
export function paymentMethodFor(world: World, invoice: Stripe.Invoice): string | null {
  const subscription = subscriptionOf(world, invoice);
  const customer = world.store.find('customer', idOf(invoice.customer) ?? '');
  return (
    idOf(invoice.default_payment_method) ??
    idOf(subscription?.default_payment_method) ??
    (customer && !customer.deleted ? idOf(customer.invoice_settings.default_payment_method) : null)
  );
}

/** Charges an open invoice once. Returns true if it is paid. */
export function attempt(
  world: World,
  invoice: Stripe.Invoice,
  offSession: boolean,
  paymentMethod = paymentMethodFor(world, invoice),
  authenticated = false,
): boolean {
  const intent = intentOf(world, invoice);
  if (!intent) return invoice.status === 'paid';
  if (paymentMethod) {
    world.store.get('payment_method', paymentMethod);
    confirm(world, intent, paymentMethod, offSession, authenticated);
    if (intent.status === 'succeeded') {
      onPaid(world, invoice, false);
      return true;
    }
  }
  onFailed(world, invoice, intent);
  return false;
}

/** `POST /v1/invoices/:id/pay`: charges the invoice. Throws the card's 402 on a decline. */
export function pay(world: World, invoice: Stripe.Invoice, paymentMethod: string | null, offSession: boolean): void {
  if (invoice.status === 'paid') throw invalid('Invoice is already paid', 'id', 'invoice_already_paid');
  if (invoice.status !== 'open' && invoice.status !== 'uncollectible') {
    throw invalid(`This invoice can't be paid: it is ${invoice.status}.`, 'id', 'status_transition_invalid');
  }
  const method = paymentMethod ?? paymentMethodFor(world, invoice);
  if (!method) {
    throw invalid(
      'There is no payment method to pay this invoice with: the customer has no default payment method.',
      'payment_method',
      'missing',
    );
  }
  if (attempt(world, invoice, offSession, method)) return;
  const intent = intentOf(world, invoice)!;
  if (intent.status === 'requires_action') {
    throw invalid(
      'This payment requires additional user action before it can be completed successfully.',
      'payment_method',
      'invoice_payment_intent_requires_action',
    );
  }
  throw cardFault(intent);
}

/** Call this when a payment intent succeeded or failed outside of `attempt` (3-D Secure, a confirmation through the API). */
export function onIntentSettled(world: World, intent: Stripe.PaymentIntent): void {
  const payment = world.store.all('invoice_payment').find((one) => idOf(one.payment.payment_intent) === intent.id);
  const invoice = payment && world.store.find('invoice', idOf(payment.invoice));
  if (!invoice || invoice.status === 'paid') return;
  if (intent.status === 'succeeded') onPaid(world, invoice, false);
  else onFailed(world, invoice, intent);
}

/** Applies a payment: the subscription starts, recovers, or gets its pending update. */
export function onPaid(world: World, invoice: Stripe.Invoice, outOfBand: boolean): void {
  markPaid(world, invoice, invoice.amount_due, outOfBand);
  const subscription = subscriptionOf(world, invoice);
  if (!subscription) return;
  applyPendingUpdate(world, subscription, invoice);
  resumeIfPaid(world, subscription, invoice);
  settleStatus(world, subscription, invoice);
}

/** Writes an invoice off. As when it is paid, the subscription recovers or resumes. */
export function writeOff(world: World, invoice: Stripe.Invoice): void {
  markUncollectible(world, invoice);
  const subscription = subscriptionOf(world, invoice);
  if (!subscription) return;
  resumeIfPaid(world, subscription, invoice);
  if (subscription.status !== 'incomplete') settleStatus(world, subscription, invoice);
}

/** The agenda's action at the due date of an invoice that was sent: unpaid, it makes its subscription past due. */
export function overdue(world: World, invoiceId: string): void {
  const invoice = world.store.find('invoice', invoiceId);
  const subscription = invoice && subscriptionOf(world, invoice);
  if (invoice?.status !== 'open' || subscription?.status !== 'active') return;
  emitChange(world, 'customer.subscription.updated', subscription, () => {
    subscription.status = 'past_due';
  });
}

/** True if an invoice of this subscription that was sent is still owed after its due date. */
function owesOverdue(world: World, { id, customer }: Stripe.Subscription): boolean {
  const now = nowFor(world, idOf(customer));
  return world.store
    .of('invoice', idOf(customer))
    .some(
      (one) =>
        idOf(one.parent?.subscription_details?.subscription) === id &&
        one.status === 'open' &&
        one.due_date !== null &&
        one.due_date <= now,
    );
}

/** Sets the subscription's status from its latest invoice, once that is paid or uncollectible; from all of them, if they are sent. */
function settleStatus(world: World, subscription: Stripe.Subscription, invoice: Stripe.Invoice): void {
  const sent = subscription.collection_method === 'send_invoice';
  const isSettled = sent ? !owesOverdue(world, subscription) : idOf(subscription.latest_invoice) === invoice.id;
  if (!isSettled || !['incomplete', 'past_due', 'unpaid'].includes(subscription.status)) return;
  emitChange(world, 'customer.subscription.updated', subscription, () => {
    subscription.status =
      subscription.trial_end && subscription.trial_end > nowFor(world, idOf(subscription.customer))
        ? 'trialing'
        : 'active';
    keepPaymentMethod(world, subscription, invoice);
  });
}

/** With `save_default_payment_method: on_subscription`, the payment method that paid becomes the subscription's default. */
function keepPaymentMethod(world: World, subscription: Stripe.Subscription, invoice: Stripe.Invoice): void {
  if (subscription.payment_settings?.save_default_payment_method !== 'on_subscription') return;
  subscription.default_payment_method =
    idOf(intentOf(world, invoice)?.payment_method) ?? subscription.default_payment_method;
}

function onFailed(world: World, invoice: Stripe.Invoice, intent: Stripe.PaymentIntent): void {
  const subscription = subscriptionOf(world, invoice);
  const first = invoice.billing_reason === 'subscription_create';
  const pending =
    subscription &&
    [world.notes.pendingUpdates, world.notes.resumptions].some(
      (notes) => notes[subscription.id]?.invoice === invoice.id,
    );
  const now = nowFor(world, idOf(invoice.customer));
  const pauseDays = world.settings.retryDays[invoice.attempt_count];
  const retries =
    invoice.collection_method === 'charge_automatically' &&
    !first &&
    !pending &&
    invoice.status === 'open' &&
    subscription?.status !== 'canceled';
  emitChange(world, 'invoice.updated', invoice, () => {
    invoice.attempted = true;
    invoice.attempt_count += 1;
    invoice.next_payment_attempt = retries && pauseDays !== undefined ? now + pauseDays * 86_400 : null;
  });
  emit(world, 'invoice.payment_failed', invoice);
  if (intent.status === 'requires_action') emit(world, 'invoice.payment_action_required', invoice);
  if (!retries) return;
  if (subscription?.status === 'active' || subscription?.status === 'trialing') {
    emitChange(world, 'customer.subscription.updated', subscription, () => {
      subscription.status = 'past_due';
    });
  }
  if (invoice.next_payment_attempt)
    schedule(world, idOf(invoice.customer)!, 'retry', invoice.id, invoice.next_payment_attempt);
  else if (subscription) giveUp(world, subscription);
}

function giveUp(world: World, subscription: Stripe.Subscription): void {
  if (world.settings.afterLastRetry === 'cancel') endSubscription(world, subscription, { reason: 'payment_failed' });
  else if (world.settings.afterLastRetry === 'mark_unpaid') {
    emitChange(world, 'customer.subscription.updated', subscription, () => {
      subscription.status = 'unpaid';
    });
  }
}

/** The agenda's action for a retry that is due. */
export function retry(world: World, invoiceId: string): void {
  const invoice = world.store.find('invoice', invoiceId);
  if (invoice?.status === 'open' && invoice.next_payment_attempt !== null) attempt(world, invoice, true);
}

/** The start of a subscription: items, trial, first invoice, first payment (docs.stripe.com/billing/subscriptions/overview). */
import type Stripe from 'stripe';
import { nowFor, schedule } from '../../events/clock.ts';
import { emit, emitChange } from '../../events/events.ts';
import { invalid } from '../../world/fault.ts';
import { idOf, type World } from '../../world/world.ts';
import { refuseAsItem } from '../catalog/selling.ts';
import { type DiscountAsked, redeem, unredeemed } from '../invoices/discounts.ts';
import { buildInvoice, finalize, openDraft } from '../invoices/invoices.ts';
import { type LineDraft, periodLines } from '../invoices/lines.ts';
import { addIntervals, periodAt } from '../invoices/periods.ts';
import { takePendingItems } from '../invoices/prorations.ts';
import { refuseCard } from '../payments/payments.ts';
import { createSetupIntent } from '../payments/setups.ts';
import { blankSubscription, newItem } from './blank-subscription.ts';
import { attempt, paymentMethodFor } from './collection.ts';
import { announceShortTrial, type EndingTime, endingAt, scheduleLife } from './life.ts';

export interface NewSubscription {
  customer: Stripe.Customer;
  items: { price: Stripe.Price; quantity?: number | undefined; metadata?: Record<string, string> }[];
  currency?: string | undefined;
  trialEnd?: number | undefined;
  billingCycleAnchor?: number | undefined;
  cancelAt?: EndingTime | undefined;
  discounts?: DiscountAsked[] | undefined;
  /** Extra lines of the first invoice, such as one-off prices. */
  extraLines?: ((subscription: Stripe.Subscription) => LineDraft[]) | undefined;
  paymentBehavior?: string | undefined;
  offSession?: boolean | undefined;
  /** The customer has just passed 3-D Secure on a hosted page. */
  authenticated?: boolean;
  /** Fields that are copied unchanged. */
  fields: Partial<Stripe.Subscription>;
}

const INCOMPLETE_HOURS = 23;

/** Starts a subscription. With `error_if_incomplete` a decline throws the card's 402, and nothing is created. */
export function subscribe(world: World, given: NewSubscription): Stripe.Subscription {
  const subscription = draftSubscription(world, given);
  const now = subscription.created;
  const customer = given.customer;
  if (given.paymentBehavior === 'error_if_incomplete') refuseUnpayable(world, subscription, given);

  world.store.put('subscription', subscription);
  subscription.discounts = (given.discounts ?? []).map(
    (asked) => redeem(world, asked, customer.id, subscription.id).id,
  );
  const trialing = subscription.trial_end !== null;
  const sent = subscription.collection_method === 'send_invoice';
  subscription.status = trialing ? 'trialing' : sent ? 'active' : 'incomplete';
  if (trialing && given.paymentBehavior === 'default_incomplete' && !subscription.default_payment_method) {
    subscription.pending_setup_intent = createSetupIntent(world, { customer: customer.id, usage: 'off_session' }).id;
  }
  emitChange(world, 'customer.updated', customer, () => {
    customer.currency ??= subscription.currency;
  });
  emit(world, 'customer.subscription.created', subscription);
  announceShortTrial(world, subscription);

  const invoice = firstInvoice(world, subscription, given);
  openDraft(world, invoice, sent ? now + world.settings.draftSeconds : null);
  if (!sent) {
    finalize(world, invoice);
    if (invoice.status === 'paid' && !trialing) activate(world, subscription);
    else if (invoice.status === 'open' && given.paymentBehavior !== 'default_incomplete') {
      // Without any payment method the invoice stays open, and no attempt is counted.
      const method = paymentMethodFor(world, invoice);
      if (method) attempt(world, invoice, given.offSession ?? false, method, given.authenticated);
    }
    if (subscription.status === 'incomplete') {
      schedule(world, customer.id, 'expire_incomplete', subscription.id, now + INCOMPLETE_HOURS * 3600);
    }
  }
  scheduleLife(world, subscription);
  return subscription;
}

/** The subscription as it would start, not in the store. Throws 400 if the items cannot be subscribed to. */
export function draftSubscription(world: World, given: NewSubscription): Stripe.Subscription {
  const { customer } = given;
  const now = nowFor(world, customer.id);
  if (given.items.length === 0) throw invalid('Missing required param: items.', 'items', 'parameter_missing');
  const currency = given.currency ?? given.items[0]!.price.currency;
  if (customer.currency && customer.currency !== currency && hasLiveSubscription(world, customer.id)) {
    throw invalid(
      `You cannot combine currencies on a single customer. This customer has an active subscription, subscription schedule, discount, quote, or invoice item with currency ${customer.currency}`,
    );
  }
  const subscription = blankSubscription(world, customer, currency, now);
  Object.assign(subscription, given.fields);
  if (given.trialEnd !== undefined && given.trialEnd > now) {
    subscription.trial_start = now;
    subscription.trial_end = given.trialEnd;
  }
  subscription.billing_cycle_anchor = subscription.trial_end ?? given.billingCycleAnchor ?? now;
  for (const { price, quantity, metadata } of given.items) {
    refuseAsItem(world, price, quantity, 'items');
    if (subscription.items.data.some((item) => item.price.id === price.id)) {
      throw invalid(`Cannot add multiple subscription items with the same plan: ${price.id}`, 'items');
    }
    const period = subscription.trial_end
      ? { start: now, end: subscription.trial_end }
      : periodAt(subscription.billing_cycle_anchor, price.recurring!, now);
    const item = newItem(world, subscription.id, price, quantity, { start: now, end: period.end }, now);
    item.metadata = metadata ?? {};
    subscription.items.data.push(item);
  }
  refuseLateAnchor(given, now);
  const cancelAt = subscription.cancel_at_period_end ? 'min_period_end' : given.cancelAt;
  if (cancelAt !== undefined) {
    subscription.cancel_at = endingAt(subscription, cancelAt);
    subscription.canceled_at = now;
  }
  return subscription;
}

/** Throws 400 for an anchor that is later than the first renewal would be without it. */
function refuseLateAnchor({ billingCycleAnchor: anchor, items }: NewSubscription, now: number): void {
  for (const { price } of items) {
    const { interval, interval_count: step } = price.recurring!;
    const natural = addIntervals(now, interval, step);
    if (anchor !== undefined && anchor > natural) {
      throw invalid(
        `billing_cycle_anchor cannot be later than next natural billing date (${natural}) for plan`,
        'billing_cycle_anchor',
      );
    }
  }
}

/** The first invoice of a subscription. */
export function firstInvoice(
  world: World,
  subscription: Stripe.Subscription,
  given: NewSubscription,
  id?: string,
): Stripe.Invoice {
  const now = subscription.created;
  const lines = [
    ...periodLines(world, subscription, subscription.items.data),
    ...(given.extraLines?.(subscription) ?? []),
    ...(id ? [] : takePendingItems(world, given.customer.id, subscription.id)),
  ];
  return buildInvoice(
    world,
    {
      customer: given.customer,
      subscription,
      reason: 'subscription_create',
      lines,
      period: { start: now, end: now },
      currency: subscription.currency,
      automaticTax: subscription.automatic_tax.enabled,
      collectionMethod: subscription.collection_method,
      daysUntilDue: subscription.days_until_due,
      // A preview redeems nothing. A real subscription already has its redeemed discounts.
      ...(id &&
        given.discounts?.length && {
          discounts: given.discounts.map((asked) => unredeemed(world, asked, given.customer.id, null)),
        }),
    },
    id,
  );
}

/** The agenda's action 23 hours after a first payment that did not succeed. */
export function expireIncomplete(
  world: World,
  subscriptionId: string,
  closeInvoice: (invoice: Stripe.Invoice) => void,
): void {
  const subscription = world.store.find('subscription', subscriptionId);
  if (subscription?.status !== 'incomplete') return;
  emitChange(world, 'customer.subscription.updated', subscription, () => {
    subscription.status = 'incomplete_expired';
    subscription.ended_at = nowFor(world, idOf(subscription.customer));
  });
  const invoice = world.store.find('invoice', idOf(subscription.latest_invoice) ?? '');
  if (invoice?.status === 'open') closeInvoice(invoice);
}

function activate(world: World, subscription: Stripe.Subscription): void {
  emitChange(world, 'customer.subscription.updated', subscription, () => {
    subscription.status = 'active';
  });
}

function refuseUnpayable(world: World, subscription: Stripe.Subscription, given: NewSubscription): void {
  const invoice = firstInvoice(world, subscription, given, 'in_preview');
  if (invoice.amount_due === 0) return;
  const method =
    idOf(subscription.default_payment_method) ?? idOf(given.customer.invoice_settings.default_payment_method);
  if (!method)
    throw invalid(
      'This customer has no attached payment source or default payment method.',
      undefined,
      'resource_missing',
    );
  refuseCard(world, method, given.offSession ?? false);
}

function hasLiveSubscription(world: World, customer: string): boolean {
  return world.store
    .all('subscription')
    .some((one) => idOf(one.customer) === customer && !['canceled', 'incomplete_expired'].includes(one.status));
}

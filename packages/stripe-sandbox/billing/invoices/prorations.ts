/** Prorations, and pending invoice items (docs.stripe.com/billing/subscriptions/prorations). */
import type Stripe from 'stripe';
import { nowFor } from '../../events/clock.ts';
import { emit } from '../../events/events.ts';
import { idOf, newId, type World } from '../../world/world.ts';
import { decimal } from './amounts.ts';
import { discountsFor, takeOff } from './discounts.ts';
import { creditLine, type Debit, debitLine, invoiceItemLine, type LineDraft } from './lines.ts';

/** The credit for `before` and the debit for `after`, from `at` to the end of the period. */
export function prorationLines(
  world: World,
  subscription: Stripe.Subscription,
  before: Stripe.SubscriptionItem[],
  after: Stripe.SubscriptionItem[],
  at: number,
): LineDraft[] {
  const lines: LineDraft[] = [];
  for (const old of before.filter(licensed)) {
    const next = after.find((item) => item.id === old.id);
    const debit = next && !changed(old, next) ? undefined : debitOf(world, subscription, old);
    if (debit) lines.push(creditLine(world, subscription, old, at, debit));
  }
  for (const item of after.filter(licensed)) {
    const old = before.find((one) => one.id === item.id);
    if (!old || changed(old, item))
      lines.push(debitLine(world, subscription, item, at, net(world, subscription, item)));
  }
  return lines.filter((line) => line.amount !== 0);
}

/** The last charge for the item's current period, on an invoice or pending. Undefined if it was never charged. */
function debitOf(world: World, subscription: Stripe.Subscription, item: Stripe.SubscriptionItem): Debit | undefined {
  const ofPeriod = (period: { end: number }, amount: number) => period.end === item.current_period_end && amount >= 0;
  const waiting = world.store
    .all('invoiceitem')
    .filter((one) => one.invoice === null && one.parent?.subscription_details?.subscription_item === item.id)
    .filter((one) => ofPeriod(one.period, one.amount))
    .map((one): Debit => ({ amount: one.amount, period: one.period }));
  const charged = world.store
    .all('invoice')
    .filter((invoice) => idOf(invoice.parent?.subscription_details?.subscription) === subscription.id)
    .filter((invoice) => invoice.status !== 'void')
    .flatMap((invoice) => invoice.lines.data)
    .filter((line) => line.parent?.subscription_item_details?.subscription_item === item.id)
    .filter((line) => ofPeriod(line.period, line.amount))
    .map((line): Debit => {
      const off = (line.discount_amounts ?? []).reduce((sum, one) => sum + one.amount, 0);
      return { amount: line.amount - off, period: line.period, line: line.id, invoice: line.invoice! };
    });
  return [...charged, ...waiting].reduce<Debit | undefined>(
    (last, one) => (!last || one.period.start >= last.period.start ? one : last),
    undefined,
  );
}

/** Stores lines as invoice items for the next invoice. */
export function keepForNextInvoice(
  world: World,
  subscription: Stripe.Subscription,
  lines: LineDraft[],
): Stripe.InvoiceItem[] {
  return lines.map((line) => {
    const item = newInvoiceItem(world, idOf(subscription.customer), line);
    world.store.put('invoiceitem', item);
    emit(world, 'invoiceitem.created', item);
    return item;
  });
}

/** Takes the lines of all items that are pending for this subscription (or for the customer, without one). */
export function takePendingItems(
  world: World,
  customer: string,
  subscription: string | null,
  currency?: string,
): LineDraft[] {
  return world.store
    .all('invoiceitem')
    .filter((item) => idOf(item.customer) === customer && item.invoice === null)
    .filter((item) => !currency || item.currency === currency)
    .filter((item) => {
      const owner = item.parent?.subscription_details?.subscription ?? null;
      return owner === null || owner === subscription;
    })
    .map((item) => invoiceItemLine(world, item));
}

/** A pending invoice item with the content of `line`. */
export function newInvoiceItem(world: World, customer: string, line: LineDraft): Stripe.InvoiceItem {
  const owner = world.store.find('customer', customer);
  return {
    id: newId(world, 'ii'),
    object: 'invoiceitem',
    amount: line.amount,
    currency: line.currency,
    customer,
    customer_account: null,
    date: nowFor(world, customer),
    description: line.description,
    discountable: line.discountable,
    discounts: [],
    invoice: null,
    livemode: false,
    metadata: line.metadata,
    net_amount: line.amount,
    parent: line.subscription
      ? {
          subscription_details: {
            subscription: line.subscription,
            ...(line.subscriptionItem && { subscription_item: line.subscriptionItem }),
          },
          type: 'subscription_details',
        }
      : null,
    period: line.period,
    pricing: {
      ...(line.price && { price_details: { price: line.price.id, product: idOf(line.price.product) } }),
      type: 'price_details',
      unit_amount_decimal: decimal(line.amount / (line.quantity || 1)),
    },
    proration: line.proration,
    quantity: line.quantity ?? 1,
    quantity_decimal: decimal(line.quantity ?? 1),
    tax_rates: [],
    test_clock: owner && !owner.deleted ? idOf(owner.test_clock) : null,
  };
}

function licensed(item: Stripe.SubscriptionItem): boolean {
  return item.price.recurring?.usage_type !== 'metered';
}

function changed(old: Stripe.SubscriptionItem, next: Stripe.SubscriptionItem): boolean {
  return old.price.id !== next.price.id || (old.quantity ?? 1) !== (next.quantity ?? 1);
}

/** The share of an item's price that is left after the subscription's percentage discounts. */
function net(world: World, subscription: Stripe.Subscription, item: Stripe.SubscriptionItem): number {
  const discounts = discountsFor(world, idOf(subscription.customer), subscription).filter(
    (one) => world.store.get('coupon', idOf(one.source.coupon)!).percent_off !== null,
  );
  const whole = 1_000_000;
  const line = { amount: whole, product: idOf(item.price.product), discountable: true };
  const off = takeOff(world, [line], discounts, subscription.currency).flat();
  return off.reduce((left, part) => left - part.amount, whole) / whole;
}

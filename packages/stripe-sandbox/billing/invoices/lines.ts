/** Invoice lines: for a subscription item's period, a proration, usage, or an invoice item. Pure. */
import type Stripe from 'stripe';
import { plainAmount } from '../../protocol/currencies.ts';
import { idOf, newId, type World } from '../../world/world.ts';
import { amountOf, decimal, ratesIn } from './amounts.ts';
import { type Period, periodAt } from './periods.ts';
import { usageIn } from './usage.ts';

/** A line that belongs to no invoice yet. */
export interface LineDraft {
  amount: number;
  currency: string;
  description: string;
  period: Period;
  price: Stripe.Price | null;
  quantity: number | null;
  discountable: boolean;
  proration: boolean;
  subscription: string | null;
  subscriptionItem: string | null;
  invoiceItem: string | null;
  metadata: Record<string, string>;
  /** The invoice lines that this credit partly gives back. */
  credited?: { invoice: string; invoice_line_items: string[] } | null;
}

/** The amount that a subscription item was charged for its current period, after discounts. */
export interface Debit {
  amount: number;
  period: Period;
  /** The invoice and its line; absent while the debit waits for an invoice. */
  invoice?: string;
  line?: string;
}

/** The lines that bill `items` for their current periods: in advance for licensed prices, free of charge during a trial. */
export function periodLines(
  world: World,
  subscription: Stripe.Subscription,
  items: Stripe.SubscriptionItem[],
): LineDraft[] {
  return items
    .filter((item) => item.price.recurring?.usage_type !== 'metered')
    .map((item) => {
      const period = { start: item.current_period_start, end: item.current_period_end };
      const trial = subscription.trial_end !== null && period.end <= subscription.trial_end;
      const quantity = item.quantity ?? 1;
      const amount = trial
        ? 0
        : Math.round(amountOf(item.price, quantity, subscription.currency) * shareOf(subscription, item));
      const name = productName(world, item.price);
      return {
        ...itemLine(subscription, item, period),
        amount,
        description: trial ? `Trial period for ${name}` : describe(item.price, quantity, name, subscription.currency),
        quantity,
      };
    });
}

/** The item's current period as a share of a whole one: less than 1 before a billing cycle anchor in the future. */
function shareOf(subscription: Stripe.Subscription, item: Stripe.SubscriptionItem): number {
  const whole = periodAt(subscription.billing_cycle_anchor, item.price.recurring!, item.current_period_start);
  if (subscription.trial_end === item.current_period_start) return 1;
  return (item.current_period_end - item.current_period_start) / (whole.end - whole.start);
}

/** The lines that bill metered `items` in arrears, for `periodOf(item)`. An item without usage has no line. */
export function usageLines(
  world: World,
  subscription: Stripe.Subscription,
  items: Stripe.SubscriptionItem[],
  periodOf: (item: Stripe.SubscriptionItem) => Period,
): LineDraft[] {
  return items
    .filter((item) => item.price.recurring?.usage_type === 'metered')
    .map((item) => {
      const period = periodOf(item);
      const quantity = usageIn(world, item.price.recurring?.meter ?? null, idOf(subscription.customer), period);
      const amount = amountOf(item.price, quantity, subscription.currency);
      const description = describe(item.price, quantity, productName(world, item.price), subscription.currency);
      return { ...itemLine(subscription, item, period), amount, description, quantity };
    })
    .filter((line) => line.quantity > 0);
}

/** A debit for the rest of the period from `at` on. `net` is the share of the price left after discounts. */
export function debitLine(
  world: World,
  subscription: Stripe.Subscription,
  item: Stripe.SubscriptionItem,
  at: number,
  net: number,
): LineDraft {
  const whole = item.current_period_end - item.current_period_start;
  const share = Math.max(0, item.current_period_end - at) / whole;
  const quantity = item.quantity ?? 1;
  const amount = Math.round(amountOf(item.price, quantity, subscription.currency) * share * net);
  return { ...prorationOf(world, subscription, item, at, 'Remaining'), amount };
}

/** A credit from `at` on for what the item was charged (flexible billing mode: a share of the original amount). */
export function creditLine(
  world: World,
  subscription: Stripe.Subscription,
  item: Stripe.SubscriptionItem,
  at: number,
  debit: Debit,
): LineDraft {
  const share = Math.max(0, debit.period.end - at) / (debit.period.end - debit.period.start);
  return {
    ...prorationOf(world, subscription, item, at, 'Unused'),
    amount: -Math.round(debit.amount * share),
    credited: debit.line && debit.invoice ? { invoice: debit.invoice, invoice_line_items: [debit.line] } : null,
  };
}

function prorationOf(
  world: World,
  subscription: Stripe.Subscription,
  item: Stripe.SubscriptionItem,
  at: number,
  word: 'Remaining' | 'Unused',
): LineDraft {
  const quantity = item.quantity ?? 1;
  const count = quantity === 1 ? '' : `${quantity} × `;
  return {
    ...itemLine(subscription, item, { start: at, end: item.current_period_end }),
    description: `${word} time on ${count}${productName(world, item.price)} after ${dayOf(at)}`,
    quantity,
    // Discounts are already part of the amount (proration_discounts: included).
    discountable: false,
    proration: true,
  };
}

/** The lines for one-off prices on a subscription's first invoice. */
export function oneOffLines(
  world: World,
  prices: { price: Stripe.Price; quantity: number }[],
): (subscription: Stripe.Subscription) => LineDraft[] {
  return (subscription) =>
    prices.map(({ price, quantity }) => ({
      amount: amountOf(price, quantity, subscription.currency),
      currency: subscription.currency,
      description: productName(world, price),
      period: { start: subscription.created, end: subscription.created },
      price,
      quantity,
      discountable: true,
      proration: false,
      subscription: subscription.id,
      subscriptionItem: null,
      invoiceItem: null,
      metadata: {},
    }));
}

/** The line for an invoice item that was pending. */
export function invoiceItemLine(world: World, item: Stripe.InvoiceItem): LineDraft {
  const priceId = idOf(item.pricing?.price_details?.price);
  const details = item.parent?.subscription_details;
  return {
    amount: item.amount,
    currency: item.currency,
    description: item.description ?? '',
    period: item.period,
    price: priceId ? (world.store.find('price', priceId) ?? null) : null,
    quantity: item.quantity,
    discountable: item.discountable,
    proration: item.proration,
    subscription: details?.subscription ?? null,
    subscriptionItem: details?.subscription_item ?? null,
    invoiceItem: item.id,
    metadata: item.metadata ?? {},
  };
}

/** A line as it stands on an invoice. The invoice adds the discounts and taxes. */
export function toLine(world: World, draft: LineDraft, invoiceId: string | null): Stripe.InvoiceLineItem {
  const { price } = draft;
  const proration = { proration: draft.proration, proration_details: { credited_items: draft.credited ?? null } };
  return {
    id: newId(world, 'il'),
    object: 'line_item',
    amount: draft.amount,
    currency: draft.currency,
    description: draft.description,
    discount_amounts: [],
    discountable: draft.discountable,
    discounts: [],
    invoice: invoiceId,
    livemode: false,
    metadata: draft.metadata,
    parent: draft.subscriptionItem
      ? {
          invoice_item_details: null,
          subscription_item_details: {
            invoice_item: draft.invoiceItem,
            ...proration,
            subscription: draft.subscription,
            subscription_item: draft.subscriptionItem,
          },
          type: 'subscription_item_details',
        }
      : {
          invoice_item_details: {
            invoice_item: draft.invoiceItem ?? '',
            ...proration,
            subscription: draft.subscription,
          },
          subscription_item_details: null,
          type: 'invoice_item_details',
        },
    period: draft.period,
    pretax_credit_amounts: [],
    pricing: {
      ...(price && { price_details: { price: price.id, product: idOf(price.product) } }),
      type: 'price_details',
      unit_amount_decimal: price
        ? ratesIn(price, draft.currency).unit_amount_decimal
        : decimal(draft.amount / (draft.quantity || 1)),
    },
    quantity: draft.quantity,
    quantity_decimal: draft.quantity === null ? null : decimal(draft.quantity),
    subscription: draft.subscription,
    subtotal: draft.amount,
    taxes: [],
  };
}

function itemLine(subscription: Stripe.Subscription, item: Stripe.SubscriptionItem, period: Period): LineDraft {
  return {
    amount: 0,
    currency: subscription.currency,
    description: '',
    period,
    price: item.price,
    quantity: null,
    discountable: true,
    proration: false,
    subscription: subscription.id,
    subscriptionItem: item.id,
    invoiceItem: null,
    metadata: subscription.metadata,
  };
}

export function productName(world: World, price: Stripe.Price): string {
  return world.store.find('product', idOf(price.product))?.name ?? price.nickname ?? price.id;
}

function describe(price: Stripe.Price, quantity: number, name: string, currency: string): string {
  const unit = ratesIn(price, currency).unit_amount;
  const interval = price.recurring?.interval ?? 'once';
  return unit === null
    ? `${quantity} × ${name}`
    : `${quantity} × ${name} (at ${plainAmount(unit, currency)} ${currency.toUpperCase()} / ${interval})`;
}

function dayOf(seconds: number): string {
  return new Date(seconds * 1000).toLocaleDateString('en-GB', {
    day: '2-digit',
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  });
}

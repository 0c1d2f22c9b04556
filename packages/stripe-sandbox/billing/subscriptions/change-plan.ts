/**
 * The plan of a change to a subscription, as a value: previews show it; immediate changes and pending updates apply it
 * (docs.stripe.com/billing/subscriptions/change). `planChange` changes nothing.
 */
import type Stripe from 'stripe';
import { nowFor } from '../../events/clock.ts';
import { emitChange } from '../../events/events.ts';
import { invalid } from '../../world/fault.ts';
import { idOf, type World } from '../../world/world.ts';
import { planOf } from '../catalog/plans.ts';
import { refuseAsItem } from '../catalog/selling.ts';
import { amountOf } from '../invoices/amounts.ts';
import { buildInvoice } from '../invoices/invoices.ts';
import { type LineDraft, periodLines, usageLines } from '../invoices/lines.ts';
import { periodAt } from '../invoices/periods.ts';
import { prorationLines, takePendingItems } from '../invoices/prorations.ts';
import { newItem } from './blank-subscription.ts';
import { announceShortTrial, scheduleLife } from './life.ts';

export interface ItemChange {
  id?: string | undefined;
  price?: Stripe.Price | undefined;
  quantity?: number | undefined;
  deleted?: boolean | undefined;
  metadata?: Record<string, string> | undefined;
}

export interface Change {
  items: ItemChange[];
  anchorNow: boolean;
  trialEnd?: number | 'now' | undefined;
  prorationBehavior: string;
  prorationDate?: number | undefined;
}

/** The effects of a change: the new items and their lines. */
export interface ChangePlan {
  items: Stripe.SubscriptionItem[];
  anchor: number;
  trialEnd: number | null;
  /** Credits and debits for the rest of the old period. */
  prorations: LineDraft[];
  /** The cost of the new period, if it starts now. */
  newPeriod: LineDraft[];
  /** True if the change is billed at once: a new cycle starts, or `always_invoice` was given. */
  billNow: boolean;
  prorationDate: number;
}

/** Computes a change without making it. */
export function planChange(world: World, subscription: Stripe.Subscription, change: Change): ChangePlan {
  const now = nowFor(world, idOf(subscription.customer));
  const at = change.prorationDate ?? now;
  const before = subscription.items.data;
  refuseProrationDate(change.prorationDate, before);
  const items = changedItems(world, subscription, change.items, now);
  const trialing = subscription.status === 'trialing';
  const trialEnd = change.trialEnd === 'now' ? now : (change.trialEnd ?? subscription.trial_end);
  const trialChanges = change.trialEnd !== undefined && (trialing || trialEnd! > now);
  const keepsTrial = trialing && !trialChanges;
  const restarts =
    !keepsTrial && (change.anchorNow || trialChanges || startsAnew(before, items, subscription.currency));
  const anchor = restarts ? (trialEnd !== null && trialEnd > now ? trialEnd : now) : subscription.billing_cycle_anchor;
  if (restarts) restartPeriods(items, anchor, now);
  const prorates = change.prorationBehavior !== 'none' && !trialing;
  return {
    items,
    anchor,
    trialEnd: trialEnd ?? null,
    prorations: prorates ? prorationLines(world, subscription, before, restarts ? [] : items, at) : [],
    newPeriod: restarts
      ? [
          ...usageLines(world, subscription, before, (item) => ({ start: item.current_period_start, end: now })),
          ...periodLines(world, { ...subscription, trial_end: trialEnd ?? null }, items),
        ]
      : [],
    billNow: restarts || (prorates && change.prorationBehavior === 'always_invoice'),
    prorationDate: at,
  };
}

/** Throws 400 for a proration date outside of the current period. */
function refuseProrationDate(date: number | undefined, items: Stripe.SubscriptionItem[]): void {
  const starts = Math.min(...items.map((item) => item.current_period_start));
  const ends = Math.max(...items.map((item) => item.current_period_end));
  if (date === undefined || (date >= starts && date <= ends)) return;
  throw invalid('Cannot prorate at a date outside of the current period of the subscription.', 'proration_date');
}

/** Changes the subscription according to the plan. */
export function applyPlan(
  world: World,
  subscription: Stripe.Subscription,
  plan: Pick<ChangePlan, 'items' | 'anchor' | 'trialEnd'>,
  status = subscription.status,
): void {
  const now = nowFor(world, idOf(subscription.customer));
  const trialChanged = plan.trialEnd !== subscription.trial_end;
  emitChange(world, 'customer.subscription.updated', subscription, () => {
    subscription.items.data = plan.items;
    subscription.status = status;
    subscription.billing_cycle_anchor = plan.anchor;
    if (trialChanged) {
      subscription.trial_end = plan.trialEnd;
      subscription.trial_start ??= now;
    }
    if (subscription.status === 'trialing' && (plan.trialEnd ?? 0) <= now) subscription.status = 'active';
    else if (subscription.status === 'active' && (plan.trialEnd ?? 0) > now) subscription.status = 'trialing';
    if (subscription.cancel_at_period_end) {
      subscription.cancel_at = Math.min(...plan.items.map((item) => item.current_period_end));
    }
  });
  scheduleLife(world, subscription);
  if (trialChanged) announceShortTrial(world, subscription);
}

/** The invoice that bills an immediate change, not stored yet. */
export function invoiceOf(
  world: World,
  subscription: Stripe.Subscription,
  plan: ChangePlan,
  preview?: { id: string; discounts: Stripe.Discount[] | undefined },
): Stripe.Invoice {
  const customer = world.store.get('customer', idOf(subscription.customer)) as Stripe.Customer;
  const now = nowFor(world, customer.id);
  const waiting = takePendingItems(world, customer.id, subscription.id, subscription.currency);
  return buildInvoice(
    world,
    {
      customer,
      subscription,
      reason: 'subscription_update',
      lines: [...waiting, ...plan.prorations, ...plan.newPeriod],
      period: { start: now, end: now },
      currency: subscription.currency,
      automaticTax: subscription.automatic_tax.enabled,
      collectionMethod: subscription.collection_method,
      daysUntilDue: subscription.days_until_due,
      prorationDate: plan.prorationDate,
      ...(preview?.discounts && { discounts: preview.discounts }),
    },
    preview?.id,
  );
}

function changedItems(
  world: World,
  subscription: Stripe.Subscription,
  changes: ItemChange[],
  now: number,
): Stripe.SubscriptionItem[] {
  const items = subscription.items.data.map((item) => ({ ...item }));
  for (const change of changes) {
    const item = change.id ? items.find((one) => one.id === change.id) : undefined;
    if (change.id && !item) throw invalid(`No such subscription_item: '${change.id}'`, 'items', 'resource_missing');
    if (item && change.deleted) items.splice(items.indexOf(item), 1);
    else if (item) {
      if (change.price && change.price.id !== item.price.id)
        refuseAsItem(world, change.price, change.quantity, 'items');
      if (change.price) Object.assign(item, { price: change.price, plan: planOf(change.price) });
      if (change.quantity !== undefined) item.quantity = change.quantity;
      if (change.metadata) item.metadata = { ...item.metadata, ...change.metadata };
    } else {
      if (!change.price) throw invalid('You must pass either `price` or `id` for each item.', 'items');
      refuseAsItem(world, change.price, change.quantity, 'items');
      if (items.some((one) => one.price.id === change.price!.id)) {
        throw invalid(`Cannot add multiple subscription items with the same plan: ${change.price.id}`, 'items');
      }
      const period =
        subscription.status === 'trialing' && subscription.trial_end
          ? { start: now, end: subscription.trial_end }
          : periodAt(subscription.billing_cycle_anchor, change.price.recurring!, now);
      items.push(newItem(world, subscription.id, change.price, change.quantity, period, now));
    }
  }
  if (items.length === 0) throw invalid('A subscription must have at least one active plan.', 'items');
  return items;
}

/** A new cycle starts when an interval changes, or when a free subscription starts to cost something. */
function startsAnew(before: Stripe.SubscriptionItem[], after: Stripe.SubscriptionItem[], currency: string): boolean {
  const rhythm = (item: Stripe.SubscriptionItem) =>
    `${item.price.recurring!.interval}/${item.price.recurring!.interval_count}`;
  const free = (items: Stripe.SubscriptionItem[]) =>
    items.every(
      (item) =>
        item.price.recurring?.usage_type !== 'metered' && amountOf(item.price, item.quantity ?? 1, currency) === 0,
    );
  const intervalChanged = after.some((item) => {
    const old = before.find((one) => one.id === item.id);
    return old && rhythm(old) !== rhythm(item);
  });
  return intervalChanged || (free(before) && !free(after));
}

function restartPeriods(items: Stripe.SubscriptionItem[], anchor: number, now: number): void {
  for (const item of items) {
    const period = anchor > now ? { start: now, end: anchor } : periodAt(anchor, item.price.recurring!, now);
    item.current_period_start = period.start;
    item.current_period_end = period.end;
  }
}

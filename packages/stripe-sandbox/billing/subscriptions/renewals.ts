/** A subscription's scheduled actions: end of trial, renewal, and the notices before them. */
import type Stripe from 'stripe';
import { nowFor } from '../../events/clock.ts';
import { emit, emitChange } from '../../events/events.ts';
import { idOf, type World } from '../../world/world.ts';
import { buildInvoice, finalize, markUncollectible, openDraft, voidInvoice } from '../invoices/invoices.ts';
import { periodLines, usageLines } from '../invoices/lines.ts';
import type { Period } from '../invoices/periods.ts';
import { takePendingItems } from '../invoices/prorations.ts';
import { endSubscription } from './endings.ts';
import { rollItem, scheduleLife } from './life.ts';
import { previewRenewal } from './previews.ts';

/** Emits `customer.subscription.trial_will_end`, three days before the end. */
export function trialWillEnd(world: World, subscriptionId: string): void {
  const subscription = world.store.find('subscription', subscriptionId);
  if (subscription?.status === 'trialing') emit(world, 'customer.subscription.trial_will_end', subscription);
}

/** Emits `invoice.upcoming`, with an invoice that has no id. */
export function announceRenewal(world: World, subscriptionId: string): void {
  const subscription = world.store.find('subscription', subscriptionId);
  if (!subscription || subscription.status === 'canceled') return;
  const { id: _, ...upcoming } = previewRenewal(world, subscription);
  emit(world, 'invoice.upcoming', { ...upcoming, billing_reason: 'upcoming' });
}

/** Moves the items whose period is over into the next period, and bills it. */
export function renew(world: World, subscriptionId: string): void {
  const subscription = world.store.find('subscription', subscriptionId);
  if (!subscription || ['canceled', 'incomplete', 'incomplete_expired', 'paused'].includes(subscription.status)) return;
  if (subscription.status === 'trialing' && endTrialWithoutCard(world, subscription)) return;
  const now = nowFor(world, idOf(subscription.customer));
  const past = new Map<string, Period>();
  const due = subscription.items.data.filter((item) => item.current_period_end <= now);
  emitChange(world, 'customer.subscription.updated', subscription, () => {
    for (const item of due) {
      past.set(item.id, { start: item.current_period_start, end: item.current_period_end });
      rollItem(subscription, item, now);
    }
    if (subscription.status === 'trialing') subscription.status = 'active';
  });
  billCycle(world, subscription, due, past);
  scheduleLife(world, subscription);
}

function billCycle(
  world: World,
  subscription: Stripe.Subscription,
  due: Stripe.SubscriptionItem[],
  past: Map<string, Period>,
): void {
  const customer = world.store.get('customer', idOf(subscription.customer)) as Stripe.Customer;
  const now = nowFor(world, customer.id);
  const period = past.values().next().value ?? { start: now, end: now };
  const invoice = buildInvoice(world, {
    customer,
    subscription,
    reason: 'subscription_cycle',
    lines: [
      ...takePendingItems(world, customer.id, subscription.id, subscription.currency),
      ...usageLines(world, subscription, due, (item) => past.get(item.id)!),
      ...periodLines(world, subscription, due),
    ],
    period,
    currency: subscription.currency,
    automaticTax: subscription.automatic_tax.enabled,
    collectionMethod: subscription.collection_method,
    daysUntilDue: subscription.days_until_due,
  });
  world.notes.usagePeriods[invoice.id] = Object.fromEntries(past);
  const { pause_collection: paused } = subscription;
  const uncollected = subscription.status === 'unpaid' || paused !== null;
  openDraft(world, invoice, uncollected ? null : now + world.settings.draftSeconds);
  if (!paused || paused.behavior === 'keep_as_draft') return;
  finalize(world, invoice);
  if (invoice.status !== 'open') return;
  if (paused.behavior === 'void') voidInvoice(world, invoice);
  else markUncollectible(world, invoice);
}

/** The agenda's action at `pause_collection.resumes_at`. */
export function resumeCollection(world: World, subscriptionId: string): void {
  const subscription = world.store.find('subscription', subscriptionId);
  if (!subscription?.pause_collection) return;
  emitChange(world, 'customer.subscription.updated', subscription, () => {
    subscription.pause_collection = null;
  });
}

/** Ends or pauses the subscription when its trial ends without a card and `missing_payment_method` is cancel or pause. Returns true if it did. */
function endTrialWithoutCard(world: World, subscription: Stripe.Subscription): boolean {
  const behaviour = subscription.trial_settings?.end_behavior.missing_payment_method;
  if (behaviour === 'create_invoice' || behaviour === undefined) return false;
  const customer = world.store.get('customer', idOf(subscription.customer)) as Stripe.Customer;
  if (subscription.default_payment_method || customer.invoice_settings.default_payment_method) return false;
  if (behaviour === 'cancel') {
    endSubscription(world, subscription, { reason: 'cancellation_requested' });
    return true;
  }
  emitChange(world, 'customer.subscription.updated', subscription, () => {
    subscription.status = 'paused';
  });
  emit(world, 'customer.subscription.paused', subscription);
  return true;
}

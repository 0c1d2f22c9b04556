/** The end of a subscription: at once, at a set time, or because it was not paid (docs.stripe.com/billing/subscriptions/cancel). */
import type Stripe from 'stripe';
import { nowFor, unschedule } from '../../events/clock.ts';
import { emit } from '../../events/events.ts';
import { idOf, type World } from '../../world/world.ts';
import { buildInvoice, finalize, openDraft } from '../invoices/invoices.ts';
import { type LineDraft, usageLines } from '../invoices/lines.ts';
import { keepForNextInvoice, prorationLines, takePendingItems } from '../invoices/prorations.ts';

export interface Ending {
  reason: Stripe.Subscription.CancellationDetails.Reason;
  /** True credits the unused time. */
  prorate?: boolean;
  /** True bills the rest (usage, pending items) at once. */
  invoiceNow?: boolean;
  comment?: string | null;
  feedback?: Stripe.Subscription.CancellationDetails.Feedback | null;
}

/** Ends a subscription now. Its open invoices stay open, but are not collected any more. */
export function endSubscription(world: World, subscription: Stripe.Subscription, ending: Ending): void {
  const now = nowFor(world, idOf(subscription.customer));
  for (const action of ['renew', 'upcoming', 'trial_will_end', 'end', 'expire_incomplete', 'expire_pending_update']) {
    unschedule(world, action, subscription.id);
  }
  subscription.status = 'canceled';
  subscription.canceled_at ??= now;
  subscription.ended_at = now;
  subscription.pending_update = null;
  delete world.notes.pendingUpdates[subscription.id];
  subscription.cancellation_details = {
    comment: ending.comment ?? subscription.cancellation_details?.comment ?? null,
    feedback: ending.feedback ?? subscription.cancellation_details?.feedback ?? null,
    feedback_option: null,
    reason: ending.reason,
  };
  stopCollecting(world, subscription);
  if (ending.prorate) {
    const credits = prorationLines(world, subscription, subscription.items.data, [], now);
    keepForNextInvoice(world, subscription, credits);
  }
  if (ending.invoiceNow) billTheRest(world, subscription, now);
  emit(world, 'customer.subscription.deleted', subscription);
}

/** The agenda's action at `cancel_at`. It still bills the usage of the last period. */
export function endAsPlanned(world: World, subscriptionId: string): void {
  const subscription = world.store.find('subscription', subscriptionId);
  if (!subscription || subscription.status === 'canceled' || subscription.cancel_at === null) return;
  endSubscription(world, subscription, { reason: 'cancellation_requested', invoiceNow: true });
}

function stopCollecting(world: World, subscription: Stripe.Subscription): void {
  for (const invoice of world.store.all('invoice')) {
    if (idOf(invoice.parent?.subscription_details?.subscription) !== subscription.id) continue;
    if (invoice.status !== 'draft' && invoice.status !== 'open') continue;
    unschedule(world, 'finalize', invoice.id);
    unschedule(world, 'retry', invoice.id);
    invoice.auto_advance = false;
    invoice.automatically_finalizes_at = null;
    invoice.next_payment_attempt = null;
  }
}

function billTheRest(world: World, subscription: Stripe.Subscription, now: number): void {
  const customer = world.store.get('customer', idOf(subscription.customer));
  if (customer.deleted) return;
  const period = (item: Stripe.SubscriptionItem) => ({ start: item.current_period_start, end: now });
  const lines: LineDraft[] = [
    ...takePendingItems(world, customer.id, subscription.id, subscription.currency),
    ...usageLines(world, subscription, subscription.items.data, period),
  ];
  if (lines.length === 0) return;
  const invoice = buildInvoice(world, {
    customer,
    subscription,
    reason: 'subscription_cycle',
    lines,
    period: { start: subscription.items.data[0]?.current_period_start ?? now, end: now },
    currency: subscription.currency,
    automaticTax: subscription.automatic_tax.enabled,
    collectionMethod: subscription.collection_method,
    daysUntilDue: subscription.days_until_due,
  });
  openDraft(world, invoice, now + world.settings.draftSeconds);
  if (invoice.total <= 0) finalize(world, invoice);
}

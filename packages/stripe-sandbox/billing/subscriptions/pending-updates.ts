/** Pending updates: applied when their invoice is paid, gone after 23 hours (docs.stripe.com/billing/subscriptions/pending-updates). */
import type Stripe from 'stripe';
import { unschedule } from '../../events/clock.ts';
import { emit, emitChange } from '../../events/events.ts';
import type { World } from '../../world/world.ts';
import { voidInvoice } from '../invoices/invoices.ts';
import { applyPlan } from './change-plan.ts';

/** If that invoice is what the subscription's change waited for: makes the change. */
export function applyPendingUpdate(world: World, subscription: Stripe.Subscription, invoice: Stripe.Invoice): void {
  const pending = world.notes.pendingUpdates[subscription.id];
  if (pending?.invoice !== invoice.id) return;
  delete world.notes.pendingUpdates[subscription.id];
  unschedule(world, 'expire_pending_update', subscription.id);
  const waited = subscription.pending_update !== null;
  subscription.pending_update = null;
  applyPlan(world, subscription, pending.plan);
  if (waited) emit(world, 'customer.subscription.pending_update_applied', subscription);
}

/** What the agenda calls when nobody paid in time: the invoice is voided, the subscription stays as it was. */
export function expirePendingUpdate(world: World, subscriptionId: string): void {
  const subscription = world.store.find('subscription', subscriptionId);
  const pending = world.notes.pendingUpdates[subscriptionId];
  if (!subscription || !pending) return;
  delete world.notes.pendingUpdates[subscriptionId];
  const invoice = world.store.find('invoice', pending.invoice);
  if (invoice?.status === 'open') voidInvoice(world, invoice);
  emitChange(world, 'customer.subscription.updated', subscription, () => {
    subscription.pending_update = null;
  });
  emit(world, 'customer.subscription.pending_update_expired', subscription);
}

/** Pending updates: applied when their invoice is paid, dropped after 23 hours (docs.stripe.com/billing/subscriptions/pending-updates). */
import type Stripe from 'stripe';
import { unschedule } from '../../events/clock.ts';
import { emit, emitChange } from '../../events/events.ts';
import type { World } from '../../world/world.ts';
import { voidInvoice } from '../invoices/invoices.ts';
import { applyPlan } from './change-plan.ts';

/** Applies the subscription's pending update if it was waiting for this invoice. */
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

/** The agenda's action for a pending update that was not paid in time: voids the invoice and keeps the subscription as it was. */
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

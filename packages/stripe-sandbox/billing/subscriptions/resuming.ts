/**
 * Resuming a paused subscription (docs.stripe.com/billing/subscriptions/pause#resume-subscriptions): if the invoice of the new period costs
 * something, the subscription stays paused until that invoice is paid or written off.
 */
import type Stripe from 'stripe';
import { nowFor, schedule, unschedule } from '../../events/clock.ts';
import { emit } from '../../events/events.ts';
import { invalid } from '../../world/fault.ts';
import { idOf, type World } from '../../world/world.ts';
import { buildInvoice, finalize, openDraft, voidInvoice } from '../invoices/invoices.ts';
import { periodLines } from '../invoices/lines.ts';
import { takePendingItems } from '../invoices/prorations.ts';
import { applyPlan } from './change-plan.ts';
import { rollItem } from './life.ts';

const WAITING_HOURS = 23;

/** Starts to resume a paused subscription. `attempt` charges the invoice, and calls `resumeIfPaid` if that succeeds. */
export function resume(
  world: World,
  subscription: Stripe.Subscription,
  keepsAnchor: boolean,
  attempt: (invoice: Stripe.Invoice) => void,
): void {
  if (subscription.status !== 'paused') throw invalid('Only paused subscriptions can be resumed.', 'id');
  if (subscription.collection_method !== 'charge_automatically') {
    throw invalid('Only subscriptions with `collection_method=charge_automatically` can be resumed.', 'id');
  }
  const invoice = resumption(world, subscription, keepsAnchor);
  openDraft(world, invoice, null);
  finalize(world, invoice);
  if (invoice.status === 'paid') resumeIfPaid(world, subscription, invoice);
  else {
    const customer = idOf(subscription.customer);
    schedule(world, customer, 'expire_resumption', subscription.id, nowFor(world, customer) + WAITING_HOURS * 3600);
    attempt(invoice);
  }
}

/** The invoice of the new period, and the note of what the subscription becomes once it is paid. */
function resumption(world: World, subscription: Stripe.Subscription, keepsAnchor: boolean): Stripe.Invoice {
  const customer = world.store.get('customer', idOf(subscription.customer)) as Stripe.Customer;
  const now = nowFor(world, customer.id);
  const anchor = keepsAnchor ? subscription.billing_cycle_anchor : now;
  const items = subscription.items.data.map((item) => ({ ...item }));
  const after = { ...subscription, billing_cycle_anchor: anchor };
  for (const item of items) {
    rollItem(after, item, now);
    item.current_period_start = now;
  }
  const invoice = buildInvoice(world, {
    customer,
    subscription,
    reason: 'subscription_update',
    lines: [
      ...takePendingItems(world, customer.id, subscription.id, subscription.currency),
      ...periodLines(world, after, items),
    ],
    period: { start: now, end: now },
    currency: subscription.currency,
    automaticTax: subscription.automatic_tax.enabled,
  });
  world.notes.resumptions[subscription.id] = {
    invoice: invoice.id,
    plan: { items, anchor, trialEnd: subscription.trial_end },
  };
  return invoice;
}

/** Resumes the subscription if it was waiting for this invoice, which is paid or uncollectible now. */
export function resumeIfPaid(world: World, subscription: Stripe.Subscription, invoice: Stripe.Invoice): void {
  const waiting = world.notes.resumptions[subscription.id];
  if (waiting?.invoice !== invoice.id) return;
  forget(world, subscription.id);
  applyPlan(world, subscription, waiting.plan, 'active');
  emit(world, 'customer.subscription.resumed', subscription);
}

/** The agenda's action for an invoice that nobody paid: it is void, and the subscription stays paused. */
export function expireResumption(world: World, subscriptionId: string): void {
  const waiting = world.notes.resumptions[subscriptionId];
  const invoice = world.store.find('invoice', waiting?.invoice ?? '');
  forget(world, subscriptionId);
  if (invoice?.status === 'open') voidInvoice(world, invoice);
}

function forget(world: World, subscriptionId: string): void {
  delete world.notes.resumptions[subscriptionId];
  unschedule(world, 'expire_resumption', subscriptionId);
}

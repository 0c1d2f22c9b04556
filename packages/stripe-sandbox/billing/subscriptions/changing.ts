/** Changing a subscription: plan, quantity, trial, anchor (docs.stripe.com/billing/subscriptions/change). */
import type Stripe from 'stripe';
import { nowFor, schedule } from '../../events/clock.ts';
import { emitChange } from '../../events/events.ts';
import { invalid } from '../../world/fault.ts';
import { idOf, type World } from '../../world/world.ts';
import { finalize, openDraft } from '../invoices/invoices.ts';
import { keepForNextInvoice } from '../invoices/prorations.ts';
import { refuseCard } from '../payments/payments.ts';
import { applyPlan, type Change, type ChangePlan, invoiceOf, planChange } from './change-plan.ts';
import { attempt } from './collection.ts';

/** Makes a change and bills it. With `error_if_incomplete` a decline throws the card's 402, and nothing changes. */
export function changeSubscription(
  world: World,
  subscription: Stripe.Subscription,
  change: Change,
  paymentBehavior: string,
  offSession: boolean,
): void {
  refuseUnchangeable(subscription);
  const plan = planChange(world, subscription, change);
  if (!plan.billNow) {
    applyPlan(world, subscription, plan);
    keepForNextInvoice(world, subscription, plan.prorations);
    return;
  }
  const invoice = invoiceOf(world, subscription, plan);
  if (paymentBehavior === 'error_if_incomplete' && invoice.amount_due > 0) {
    refuseCard(world, defaultMethod(world, subscription), offSession);
  }
  if (paymentBehavior === 'pending_if_incomplete' && invoice.amount_due > 0) {
    payThenApply(world, subscription, plan, invoice, offSession);
    return;
  }
  applyPlan(world, subscription, plan);
  openDraft(world, invoice, null);
  if (subscription.collection_method === 'send_invoice') return;
  finalize(world, invoice);
  if (invoice.status === 'open' && paymentBehavior !== 'default_incomplete') attempt(world, invoice, offSession);
}

/** Throws 400 for a subscription that has not started or is over (docs.stripe.com/billing/subscriptions/overview#subscription-statuses). */
function refuseUnchangeable({ status }: Stripe.Subscription): void {
  if (status === 'incomplete') {
    throw invalid(
      'You cannot update a subscription in `incomplete` status in this way. Only the following parameters may be updated: cancel_at, cancel_at_period_end, cancellation_details, default_payment_method, description, metadata, payment_settings.',
    );
  }
  if (status === 'canceled' || status === 'incomplete_expired') {
    throw invalid(
      'A canceled subscription can only update its cancellation_details and metadata.',
      'id',
      'invalid_canceled_subscription_fields',
    );
  }
}

const PENDING_HOURS = 23;

/** `pending_if_incomplete`: the change waits until its invoice is paid (docs.stripe.com/billing/subscriptions/pending-updates). */
function payThenApply(
  world: World,
  subscription: Stripe.Subscription,
  plan: ChangePlan,
  invoice: Stripe.Invoice,
  offSession: boolean,
): void {
  const now = nowFor(world, idOf(subscription.customer));
  world.notes.pendingUpdates[subscription.id] = {
    invoice: invoice.id,
    plan: { items: plan.items, anchor: plan.anchor, trialEnd: plan.trialEnd },
  };
  openDraft(world, invoice, null);
  finalize(world, invoice);
  if (attempt(world, invoice, offSession)) return;
  emitChange(world, 'customer.subscription.updated', subscription, () => {
    subscription.pending_update = {
      billing_cycle_anchor: plan.anchor === subscription.billing_cycle_anchor ? null : plan.anchor,
      cancel_at_period_end: null,
      discount: null,
      discounts: null,
      expires_at: now + PENDING_HOURS * 3600,
      metadata: null,
      subscription_items: plan.items,
      trial_end: plan.trialEnd === subscription.trial_end ? null : plan.trialEnd,
      trial_from_plan: null,
    };
  });
  schedule(world, idOf(subscription.customer), 'expire_pending_update', subscription.id, now + PENDING_HOURS * 3600);
}

function defaultMethod(world: World, subscription: Stripe.Subscription): string {
  const customer = world.store.get('customer', idOf(subscription.customer)) as Stripe.Customer;
  const method = idOf(subscription.default_payment_method) ?? idOf(customer.invoice_settings.default_payment_method);
  if (!method)
    throw invalid(
      'This customer has no attached payment source or default payment method.',
      undefined,
      'resource_missing',
    );
  return method;
}

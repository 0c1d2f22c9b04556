/** Subscriptions (docs.stripe.com/api/subscriptions), flexible billing mode only. */
import type Stripe from 'stripe';
import { liveCustomer } from '../billing/customers/customers.ts';
import { redeem } from '../billing/invoices/discounts.ts';
import { oneOffLines } from '../billing/invoices/lines.ts';
import { changeSubscription } from '../billing/subscriptions/changing.ts';
import { attempt } from '../billing/subscriptions/collection.ts';
import { endSubscription } from '../billing/subscriptions/endings.ts';
import { endingAt, nextPeriodEnd, scheduleLife } from '../billing/subscriptions/life.ts';
import { pause } from '../billing/subscriptions/pausing.ts';
import { resume } from '../billing/subscriptions/resuming.ts';
import { type NewSubscription, subscribe } from '../billing/subscriptions/subscribing.ts';
import { nowFor } from '../events/clock.ts';
import { emit, emitChange } from '../events/events.ts';
import * as p from '../protocol/parameters.ts';
import { listing, type Route, retrieve, route, searching } from '../protocol/routes.ts';
import { invalid } from '../world/fault.ts';
import { idOf, type World } from '../world/world.ts';
import { oneOffPriceData, priceFor, recurringPriceData } from './prices.ts';
import { changesOf, itemShape } from './subscription-items.ts';
import {
  anchorChange,
  billingMode,
  cancelAt,
  cancellationDetails,
  discountList,
  isAnchor,
  newDiscounts,
  paymentBehavior,
  prorationBehavior,
  readFields,
  sharedFields,
  timestampOrNow,
} from './subscription-parameters.ts';

const creatable = {
  ...sharedFields,
  add_invoice_items: p.list(
    p.object({
      price: p.text,
      price_data: oneOffPriceData,
      quantity: p.integer,
      discounts: newDiscounts,
      metadata: p.newMetadata,
    }),
  ),
  billing_cycle_anchor: p.integer,
  billing_mode: billingMode,
  cancel_at: cancelAt,
  cancel_at_period_end: p.flag,
  currency: p.text,
  customer: p.needed(p.text),
  discounts: discountList,
  items: p.needed(
    p.list(p.object({ price: p.text, price_data: recurringPriceData, quantity: p.integer, metadata: p.newMetadata })),
  ),
  off_session: p.flag,
  payment_behavior: paymentBehavior,
  proration_behavior: prorationBehavior,
  trial_end: timestampOrNow,
  trial_from_plan: p.flag,
  trial_period_days: p.integer,
};

function create(world: World, given: p.Read<typeof creatable>): Stripe.Subscription {
  const customer = liveCustomer(world, given.customer);
  const now = nowFor(world, customer.id);
  const extras = (given.add_invoice_items ?? []).map((item) => ({
    price: priceFor(world, item),
    quantity: item.quantity ?? 1,
  }));
  const fields = readFields(world, given, customer.id);
  if (given.cancel_at_period_end) fields.cancel_at_period_end = true;
  const trialEnd = given.trial_period_days
    ? now + given.trial_period_days * 86_400
    : given.trial_end === 'now'
      ? undefined
      : given.trial_end;
  const asked: NewSubscription = {
    customer,
    items: given.items.map((item) => ({
      price: priceFor(world, item),
      quantity: item.quantity,
      metadata: item.metadata ?? {},
    })),
    currency: given.currency,
    trialEnd,
    billingCycleAnchor: given.billing_cycle_anchor,
    cancelAt: given.cancel_at,
    discounts: given.discounts ?? undefined,
    extraLines: oneOffLines(world, extras),
    paymentBehavior: given.payment_behavior,
    offSession: given.off_session,
    fields,
  };
  return subscribe(world, asked);
}

const updatable = {
  ...sharedFields,
  billing_cycle_anchor: anchorChange,
  cancel_at: p.emptyable(cancelAt),
  cancel_at_period_end: p.flag,
  cancellation_details: cancellationDetails,
  discounts: discountList,
  items: p.list(itemShape),
  off_session: p.flag,
  pause_collection: p.emptyable(
    p.object({ behavior: p.needed(p.oneOf('keep_as_draft', 'mark_uncollectible', 'void')), resumes_at: p.integer }),
  ),
  payment_behavior: paymentBehavior,
  proration_behavior: prorationBehavior,
  proration_date: p.integer,
  trial_end: timestampOrNow,
  trial_from_plan: p.flag,
};

/** Updates a subscription. Changes that cost money are made first, so that a declined card leaves everything as it was. */
function updateSubscription(
  world: World,
  subscription: Stripe.Subscription,
  given: p.Read<typeof updatable>,
): Stripe.Subscription {
  if (subscription.status === 'canceled' || subscription.status === 'incomplete_expired') {
    throw invalid(
      'A canceled subscription can only update its cancellation_details and metadata.',
      'id',
      'invalid_canceled_subscription_fields',
    );
  }
  const moves = given.items?.length || isAnchor(given.billing_cycle_anchor, 'now') || given.trial_end !== undefined;
  if (moves) {
    changeSubscription(
      world,
      subscription,
      {
        items: changesOf(world, given.items ?? []),
        anchorNow: isAnchor(given.billing_cycle_anchor, 'now'),
        trialEnd: given.trial_end,
        prorationBehavior: given.proration_behavior ?? 'create_prorations',
        prorationDate: given.proration_date,
      },
      given.payment_behavior ?? 'allow_incomplete',
      given.off_session ?? false,
    );
  }
  emitChange(world, 'customer.subscription.updated', subscription, () => {
    Object.assign(subscription, readFields(world, given, idOf(subscription.customer), subscription));
    if (given.discounts !== undefined) {
      subscription.discounts = (given.discounts ?? []).map(
        (asked) => redeem(world, asked, idOf(subscription.customer), subscription.id).id,
      );
    }
    if (given.pause_collection !== undefined) {
      subscription.pause_collection = given.pause_collection && {
        behavior: given.pause_collection.behavior,
        resumes_at: given.pause_collection.resumes_at ?? null,
      };
    }
    writeCancellation(world, subscription, given);
  });
  scheduleLife(world, subscription);
  return subscription;
}

function writeCancellation(world: World, subscription: Stripe.Subscription, given: p.Read<typeof updatable>): void {
  const now = nowFor(world, idOf(subscription.customer));
  const plan = (at: number | null, atPeriodEnd: boolean) => {
    subscription.cancel_at = at;
    subscription.cancel_at_period_end = atPeriodEnd;
    subscription.canceled_at = at === null ? null : (subscription.canceled_at ?? now);
    subscription.cancellation_details = {
      comment: given.cancellation_details?.comment ?? null,
      feedback: (given.cancellation_details?.feedback ??
        null) as Stripe.Subscription.CancellationDetails.Feedback | null,
      feedback_option: null,
      reason: at === null ? null : 'cancellation_requested',
    };
  };
  // Without a cancellation at the period's end there is none to take back: a time in `cancel_at` stays.
  if (given.cancel_at_period_end || (given.cancel_at_period_end === false && subscription.cancel_at_period_end)) {
    plan(given.cancel_at_period_end ? nextPeriodEnd(subscription) : null, given.cancel_at_period_end);
  } else if (given.cancel_at !== undefined) {
    plan(given.cancel_at && endingAt(subscription, given.cancel_at), false);
  }
}

const cancelable = {
  cancellation_details: cancellationDetails,
  invoice_now: p.flag,
  prorate: p.flag,
};

const filters = {
  collection_method: p.oneOf('charge_automatically', 'send_invoice'),
  current_period_end: p.range,
  current_period_start: p.range,
  customer: p.text,
  price: p.text,
  status: p.oneOf(
    'active',
    'all',
    'canceled',
    'ended',
    'incomplete',
    'incomplete_expired',
    'past_due',
    'paused',
    'trialing',
    'unpaid',
  ),
  test_clock: p.text,
};

export const subscriptionRoutes: Route[] = [
  route('POST /v1/subscriptions', creatable, create),
  retrieve('/v1/subscriptions', 'subscription'),
  route('POST /v1/subscriptions/:id', updatable, (world, given, { id }) =>
    updateSubscription(world, world.store.get('subscription', id), given),
  ),
  route('DELETE /v1/subscriptions/:id', cancelable, (world, given, { id }) => {
    const subscription = world.store.get('subscription', id);
    if (subscription.status === 'canceled') throw invalid(`No such subscription: '${id}'`, 'id', 'resource_missing');
    endSubscription(world, subscription, {
      reason: 'cancellation_requested',
      prorate: given.prorate ?? false,
      invoiceNow: given.invoice_now ?? false,
      comment: given.cancellation_details?.comment ?? null,
      feedback: (given.cancellation_details?.feedback ??
        null) as Stripe.Subscription.CancellationDetails.Feedback | null,
    });
    return subscription;
  }),
  route(
    'POST /v1/subscriptions/:id/resume',
    {
      billing_cycle_anchor: anchorChange,
      payment_behavior: p.oneOf('resume_on_payment_success'),
      proration_behavior: prorationBehavior,
    },
    (world, given, { id }) => {
      const subscription = world.store.get('subscription', id);
      resume(world, subscription, isAnchor(given.billing_cycle_anchor, 'unchanged'), (invoice) =>
        attempt(world, invoice, true),
      );
      return subscription;
    },
  ),
  route(
    'POST /v1/subscriptions/:id/pause',
    {
      bill_for: p.object({
        outstanding_usage_through: p.object({ type: p.needed(p.oneOf('none', 'now')) }),
        unused_time_from: p.object({ type: p.needed(p.oneOf('item_current_period_start', 'none', 'now')) }),
      }),
      invoicing_behavior: p.oneOf('pending_invoice_item'),
      type: p.oneOf('subscription'),
    },
    (world, { bill_for: billed }, { id }) => {
      const subscription = world.store.get('subscription', id);
      pause(world, subscription, {
        creditFrom: billed?.unused_time_from?.type ?? 'now',
        usage: billed?.outstanding_usage_through?.type !== 'none',
      });
      return subscription;
    },
  ),
  route('DELETE /v1/subscriptions/:id/discount', {}, (world, _, { id }) => {
    const subscription = world.store.get('subscription', id);
    const discount = world.store.find('discount', idOf(subscription.discounts[0]) ?? '');
    if (!discount) throw invalid(`No active discount for subscription: ${id}`, 'id', 'resource_missing');
    emitChange(world, 'customer.subscription.updated', subscription, () => {
      subscription.discounts = [];
    });
    emit(world, 'customer.discount.deleted', discount);
    const { end: __, ...rest } = discount;
    return { ...rest, deleted: true };
  }),
  listing('/v1/subscriptions', 'subscription', filters, (subscription, asked) => {
    const wanted = asked.status ?? 'not_canceled';
    const ended = subscription.status === 'canceled' || subscription.status === 'incomplete_expired';
    return (
      (wanted === 'all' ||
        (wanted === 'not_canceled'
          ? subscription.status !== 'canceled'
          : wanted === 'ended'
            ? ended
            : subscription.status === wanted)) &&
      (!asked.customer || idOf(subscription.customer) === asked.customer) &&
      (!asked.test_clock || idOf(subscription.test_clock) === asked.test_clock) &&
      (!asked.collection_method || subscription.collection_method === asked.collection_method) &&
      (!asked.price || subscription.items.data.some((item) => item.price.id === asked.price)) &&
      subscription.items.data.some((item) => p.inRange(item.current_period_end, asked.current_period_end)) &&
      subscription.items.data.some((item) => p.inRange(item.current_period_start, asked.current_period_start))
    );
  }),
  searching('/v1/subscriptions', 'subscription'),
];

/** Pausing a subscription: it has no new periods and no invoices until it is resumed (docs.stripe.com/api/subscriptions/pause). */
import type Stripe from 'stripe';
import { nowFor } from '../../events/clock.ts';
import { emit, emitChange } from '../../events/events.ts';
import { invalid } from '../../world/fault.ts';
import { idOf, type World } from '../../world/world.ts';
import { usageLines } from '../invoices/lines.ts';
import { keepForNextInvoice, prorationLines } from '../invoices/prorations.ts';
import { scheduleLife } from './life.ts';

export interface Pause {
  /** From when on time that was paid is credited. */
  creditFrom: 'item_current_period_start' | 'none' | 'now';
  /** True bills the usage until now. */
  usage: boolean;
}

/** Pauses a subscription. Credits and usage wait for the next invoice. */
export function pause(world: World, subscription: Stripe.Subscription, { creditFrom, usage }: Pause): void {
  if (!['active', 'trialing', 'past_due', 'unpaid'].includes(subscription.status))
    throw invalid(`A subscription that is ${subscription.status} cannot be paused.`, 'id');
  const now = nowFor(world, idOf(subscription.customer));
  const items = subscription.items.data;
  const from = creditFrom === 'now' ? now : Math.min(...items.map((item) => item.current_period_start));
  const credits = creditFrom === 'none' ? [] : prorationLines(world, subscription, items, [], from);
  const used = usage
    ? usageLines(world, subscription, items, (item) => ({ start: item.current_period_start, end: now }))
    : [];
  keepForNextInvoice(world, subscription, [...credits, ...used]);
  emitChange(world, 'customer.subscription.updated', subscription, () => {
    subscription.status = 'paused';
  });
  emit(world, 'customer.subscription.paused', subscription);
  scheduleLife(world, subscription);
}

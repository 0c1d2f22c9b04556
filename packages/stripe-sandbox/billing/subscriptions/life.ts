/** The periods of a subscription, and its future actions on the agenda. */
import type Stripe from 'stripe';
import { nowFor, schedule, unschedule } from '../../events/clock.ts';
import { emit } from '../../events/events.ts';
import { idOf, type World } from '../../world/world.ts';
import { periodAt } from '../invoices/periods.ts';

const DAY = 86_400;
const TRIAL_NOTICE_DAYS = 3;

/** Puts the future actions of this subscription on the agenda. Call it after each change. */
export function scheduleLife(world: World, subscription: Stripe.Subscription): void {
  const customer = idOf(subscription.customer);
  const now = nowFor(world, customer);
  for (const action of ['renew', 'upcoming', 'trial_will_end', 'end', 'resume_collection'])
    unschedule(world, action, subscription.id);
  if (['canceled', 'incomplete', 'incomplete_expired', 'paused'].includes(subscription.status)) return;
  const renewsAt = nextPeriodEnd(subscription);
  const resumesAt = subscription.pause_collection?.resumes_at;
  if (resumesAt) schedule(world, customer, 'resume_collection', subscription.id, resumesAt);
  if (subscription.cancel_at !== null) schedule(world, customer, 'end', subscription.id, subscription.cancel_at);
  if (subscription.cancel_at === null || subscription.cancel_at > renewsAt) {
    schedule(world, customer, 'renew', subscription.id, renewsAt);
    const noticeAt = renewsAt - world.settings.upcomingDays * DAY;
    if (noticeAt > now && subscription.status !== 'trialing')
      schedule(world, customer, 'upcoming', subscription.id, noticeAt);
  }
  if (subscription.status === 'trialing' && subscription.trial_end) {
    const noticeAt = subscription.trial_end - TRIAL_NOTICE_DAYS * DAY;
    if (noticeAt > now) schedule(world, customer, 'trial_will_end', subscription.id, noticeAt);
  }
}

/** Announces the end of a trial that is already within the days of notice. Call it when a trial begins or its end changes. */
export function announceShortTrial(world: World, subscription: Stripe.Subscription): void {
  const now = nowFor(world, idOf(subscription.customer));
  const { status, trial_end: end } = subscription;
  if (status !== 'trialing' || end === null || end - TRIAL_NOTICE_DAYS * DAY > now) return;
  emit(world, 'customer.subscription.trial_will_end', subscription);
}

/** The time at which a subscription is to end: Unix seconds, or the end of the first or the last current period. */
export type EndingTime = number | 'min_period_end' | 'max_period_end';

export function endingAt(subscription: Stripe.Subscription, asked: EndingTime): number {
  if (typeof asked === 'number') return asked;
  const ends = subscription.items.data.map((item) => item.current_period_end);
  return asked === 'min_period_end' ? Math.min(...ends) : Math.max(...ends);
}

export function nextPeriodEnd(subscription: Stripe.Subscription): number {
  return Math.min(...subscription.items.data.map((item) => item.current_period_end));
}

/** Moves an item to the period that contains `at`. */
export function rollItem(subscription: Stripe.Subscription, item: Stripe.SubscriptionItem, at: number): void {
  const period = periodAt(subscription.billing_cycle_anchor, item.price.recurring!, at);
  item.current_period_start = period.start;
  item.current_period_end = period.end;
}

/** Decides which plan a subscription gives. It is a pure function of the projection, the catalog and the time; the table is in `docs/billing.md`. */
import { after, DAY_MS } from '../../../platform/clock.ts';
import type { Subscription } from '../schema.ts';
import { FREE, isPlan, type PlanName } from './catalog.ts';

/** The plan that is in force, and why. */
export interface Access {
  plan: PlanName;
  /** The status of the subscription that decides; `none` without one. */
  status: string;
  subscriptionId: string | null;
  /** The end of the access as far as it is known now: the end of the period or of the grace. */
  until: Date | null;
}

/** The fields of a subscription that decide about its access. */
export type JudgedSubscription = Pick<
  Subscription,
  'id' | 'status' | 'plan' | 'currentPeriodEnd' | 'cancelAt' | 'pastDueSince'
>;

/** Stripe's statuses of a subscription that is not over. An organization has at most one such. */
export const LIVE_STATUSES = ['trialing', 'active', 'past_due', 'unpaid', 'paused', 'incomplete'] as const;
export const isLive = (status: string): boolean => (LIVE_STATUSES as readonly string[]).includes(status);

/** Those whose seats can follow the members. Stripe changes nothing about a subscription whose first payment has not been made. */
export const SEATED_STATUSES = LIVE_STATUSES.filter((status) => status !== 'incomplete');
export const hasSeats = (status: string): boolean => (SEATED_STATUSES as readonly string[]).includes(status);

/**
 * @param subscription the live one; undefined: none
 * @param graceDays how long a plan outlives a missed payment
 */
export function accessOf(subscription: JudgedSubscription | undefined, now: Date, graceDays: number): Access {
  if (!subscription) return { plan: FREE, status: 'none', subscriptionId: null, until: null };
  const { id, status, plan, currentPeriodEnd, cancelAt, pastDueSince } = subscription;
  const granted = (until: Date | null): Access => ({
    plan: isPlan(plan) ? plan : FREE,
    status,
    subscriptionId: id,
    until,
  });
  if (status === 'trialing' || status === 'active') return granted(cancelAt ?? currentPeriodEnd);
  if (status === 'past_due') {
    const graceEnds = after(pastDueSince ?? now, graceDays * DAY_MS);
    if (now < graceEnds) return granted(graceEnds);
  }
  return { plan: FREE, status, subscriptionId: id, until: null };
}

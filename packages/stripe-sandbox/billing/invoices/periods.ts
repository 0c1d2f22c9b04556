/** Billing periods: counted from the anchor, in UTC, clamped to the end of short months (docs.stripe.com/billing/subscriptions/billing-cycle). */
import type Stripe from 'stripe';

export interface Period {
  start: number;
  end: number;
}

type Recurring = Pick<Stripe.Price.Recurring, 'interval' | 'interval_count'>;

/** `anchor` plus `count` intervals; 31 January plus one month is the last day of February. Takes and returns Unix seconds. */
export function addIntervals(anchor: number, interval: string, count: number): number {
  if (interval === 'day') return anchor + count * 86_400;
  if (interval === 'week') return anchor + count * 7 * 86_400;
  const months = interval === 'year' ? count * 12 : count;
  const from = new Date(anchor * 1000);
  const to = new Date(from);
  to.setUTCDate(1);
  to.setUTCMonth(from.getUTCMonth() + months);
  const lastDay = new Date(Date.UTC(to.getUTCFullYear(), to.getUTCMonth() + 1, 0)).getUTCDate();
  to.setUTCDate(Math.min(from.getUTCDate(), lastDay));
  return to.getTime() / 1000;
}

/** The period that contains `at`. The start belongs to the period, the end does not. */
export function periodAt(anchor: number, recurring: Recurring, at: number): Period {
  const { interval, interval_count: step } = recurring;
  const seconds = { day: 86_400, week: 604_800, month: 2_629_800, year: 31_557_600 }[interval as 'day'] * step;
  let index = Math.floor((at - anchor) / seconds) - 1;
  while (addIntervals(anchor, interval, (index + 1) * step) <= at) index++;
  while (addIntervals(anchor, interval, index * step) > at) index--;
  return {
    start: addIntervals(anchor, interval, index * step),
    end: addIntervals(anchor, interval, (index + 1) * step),
  };
}

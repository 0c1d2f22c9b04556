/** Monthly recurring revenue (MRR) and the number of subscriptions, as gauges that are read at each scrape. */
import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Database } from '../../../platform/database/database.ts';
import { atScrape, type Metrics } from '../../../platform/telemetry/metrics.ts';
import { LIVE_STATUSES } from '../catalog/access.ts';
import { currencies } from '../catalog/catalog.ts';
import { billingDisputes, billingSubscriptions, type Subscription } from '../schema.ts';

type Priced = Pick<Subscription, 'unitAmount' | 'quantity' | 'interval'>;

/** The monthly revenue of a subscription, in minor units of its currency, before discounts, tax and usage. Prices with unknown intervals count nothing. */
export function monthlyAmount({ unitAmount, quantity, interval }: Priced): number {
  const months = interval === 'year' ? 12 : interval === 'month' ? 1 : Number.POSITIVE_INFINITY;
  return Math.round(((unitAmount ?? 0) * quantity) / months);
}

const EARNING: string[] = ['active', 'past_due'];
const earns = ({ status, superseded }: Pick<Subscription, 'status' | 'superseded'>) =>
  EARNING.includes(status) && !superseded;

/** Finds the subscriptions that a change of the projection takes from the revenue: they earned, and have ended or earn no longer. */
export function churnedRevenue(
  before: readonly Subscription[],
  after: readonly Omit<Subscription, 'organizationId'>[],
): { currency: string; amount: number }[] {
  const stillEarning = new Set(after.filter(earns).map(({ id }) => id));
  return before
    .filter((row) => earns(row) && !stillEarning.has(row.id))
    .map((row) => ({ currency: row.currency, amount: monthlyAmount(row) }));
}

type BillingGauges = Pick<Metrics, 'billing_subscriptions' | 'billing_mrr_minor_units' | 'billing_open_disputes'>;

export function observeRevenue(db: Database, metrics: BillingGauges): void {
  const {
    billing_subscriptions: subscriptions,
    billing_mrr_minor_units: revenue,
    billing_open_disputes: disputes,
  } = metrics;
  const { plan, status, currency, superseded } = billingSubscriptions;

  atScrape(subscriptions, async () => {
    subscriptions.reset();
    const rows = await db
      .select({ plan, status, count: sql<number>`count(*)::int` })
      .from(billingSubscriptions)
      .where(inArray(status, [...LIVE_STATUSES]))
      .groupBy(plan, status)
      .catch(() => []);
    for (const row of rows) subscriptions.set({ plan: row.plan ?? 'unknown', status: row.status }, row.count);
  });

  atScrape(revenue, async () => {
    revenue.reset();
    const amount = sql<number>`sum(round(coalesce(unit_amount, 0) * quantity / case interval when 'year' then 12.0 when 'month' then 1.0 end))::float8`;
    const rows = await db
      .select({ currency, amount })
      .from(billingSubscriptions)
      .where(and(inArray(status, EARNING), eq(superseded, false)))
      .groupBy(currency)
      .catch(() => undefined);
    if (!rows) return;
    for (const known of currencies)
      revenue.set({ currency: known }, rows.find((row) => row.currency === known)?.amount ?? 0);
  });

  atScrape(disputes, async () => {
    const open = inArray(billingDisputes.status, ['needs_response', 'warning_needs_response']);
    const count = await db.$count(billingDisputes, open).catch(() => Number.NaN);
    disputes.set(count);
  });
}

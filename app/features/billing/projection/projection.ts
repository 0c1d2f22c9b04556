/**
 * Makes the tables equal to Stripe, one customer at a time: lease, fetch, and replace in one transaction that checks the lease. Whatever
 * order, repetition, delay or loss events suffer, and wherever a worker dies, what is stored is what was fetched last.
 * Not here: when to do it (`intake.ts`, `reconciliation.ts`), and what follows from a change (`effects.ts`).
 */
import { and, eq, inArray, isNull, lte, sql } from 'drizzle-orm';
import type { Clock } from '../../../platform/clock.ts';
import type { Database, Transaction } from '../../../platform/database/database.ts';
import { transact } from '../../../platform/database/retry.ts';
import type { Metrics } from '../../../platform/telemetry/metrics.ts';
import type { EntitlementChanges } from '../entitlement/changes.ts';
import { announceEntitlements } from '../entitlement/entitlements.ts';
import {
  billingCustomers,
  billingInvoices,
  billingPaymentMethods,
  billingSubscriptions,
  stripeEvents,
} from '../schema.ts';
import { fetchSnapshot, type Snapshot } from '../stripe/snapshot.ts';
import type { StripeGateway } from '../stripe/stripe.ts';
import { customerFields, type Difference, differences, isFetched } from './differences.ts';
import type { Effects } from './effects.ts';
import type { Lease, Leases } from './leases.ts';
import { churnedRevenue } from './recurring-revenue.ts';
import { readStored, type Stored } from './stored.ts';

export interface Projection {
  /**
   * Brings an organization up to date.
   * @returns what had differed; `{ busyUntil }` where another worker is at it, who answers this request too unless it dies
   * @throws `payments_unavailable` with nothing changed
   */
  refresh(organizationId: string): Promise<Difference[] | { busyUntil: Date }>;
  /** Returns the present differences, without changing anything. @throws `payments_unavailable` */
  compare(organizationId: string): Promise<Difference[]>;
}

export interface ProjectionOptions {
  db: Database;
  clock: Clock;
  gateway: StripeGateway;
  leases: Leases;
  effects: Effects;
  entitlementChanges: Pick<EntitlementChanges, 'around'>;
  metrics: Pick<Metrics, 'stripe_event_lag_seconds' | 'billing_churned_mrr_minor_units_total'>;
}

/** Requests that keep coming while one fetches are answered by the same worker, so many times; then by the next one. */
const MAX_ROUNDS = 10;

export function createProjection(options: ProjectionOptions): Projection {
  const { db, clock, gateway, leases, effects, entitlementChanges, metrics } = options;

  async function replace(lease: Lease, snapshot: Snapshot) {
    return transact(db, async (tx) => {
      const customer = await leases.fence(tx, lease);
      if (!customer) return undefined;
      const before = await readStored(tx, customer);
      const found = differences(before, snapshot, clock.now());
      const differing = new Set(found.map(({ kind }) => kind));
      const store = async () => {
        await write(tx, before, snapshot, differing, clock.now());
        // Also where nothing differs: a trial that comes to its end is a matter of time.
        await effects.follow(tx, before, snapshot);
        if (found.length > 0) announceEntitlements(tx, lease.organizationId);
      };
      await (found.length > 0 ? entitlementChanges.around(tx, customer, store) : store());
      const lags = await markApplied(tx, lease, clock.now());
      const churned = churnedRevenue(before.subscriptions, snapshot.subscriptions);
      return { found, lags, churned, next: await leases.settle(tx, lease) };
    });
  }

  /** Runs after the commit, because a transaction that was rolled back changed nothing. */
  function count({ lags, churned }: NonNullable<Awaited<ReturnType<typeof replace>>>): void {
    for (const seconds of lags) metrics.stripe_event_lag_seconds.observe(seconds);
    for (const { currency, amount } of churned) metrics.billing_churned_mrr_minor_units_total.inc({ currency }, amount);
  }

  return {
    async refresh(organizationId) {
      const requested = await leases.request(organizationId);
      if (requested === 'unknown') return [];
      if ('busyUntil' in requested) return requested;
      const all: Difference[] = [];
      let lease: Lease = requested;
      try {
        for (let round = 1; round <= MAX_ROUNDS; round++) {
          const stored = await replace(lease, await fetchSnapshot(gateway, lease.customerId));
          // Lost to another worker, who may have fetched before this was asked for.
          if (!stored) return { busyUntil: clock.now() };
          all.push(...stored.found);
          count(stored);
          if (!stored.next) return all;
          lease = stored.next;
        }
      } catch (error) {
        await leases.abandon(lease);
        throw error;
      }
      await leases.abandon(lease);
      return { busyUntil: clock.now() };
    },

    async compare(organizationId) {
      const [customer] = await db
        .select()
        .from(billingCustomers)
        .where(eq(billingCustomers.organizationId, organizationId));
      if (!customer) return [];
      const snapshot = await fetchSnapshot(gateway, customer.stripeCustomerId);
      return differences(await readStored(db, customer), snapshot, clock.now());
    },
  };
}

/** Replaces what of a kind differs anywhere. */
async function write(
  tx: Transaction,
  stored: Stored,
  snapshot: Snapshot,
  differing: ReadonlySet<Difference['kind']>,
  now: Date,
): Promise<void> {
  const { organizationId } = stored.customer;
  const owned = <T extends object>(rows: readonly T[]) => rows.map((row) => ({ organizationId, ...row }));
  if (differing.has('customer'))
    await tx
      .update(billingCustomers)
      .set(customerFields(stored.customer, snapshot, now))
      .where(eq(billingCustomers.organizationId, organizationId));
  if (differing.has('subscription')) {
    // Deleted before inserted: at no time are there two live subscriptions, which the index would refuse.
    await tx.delete(billingSubscriptions).where(eq(billingSubscriptions.organizationId, organizationId));
    if (snapshot.subscriptions.length > 0) await tx.insert(billingSubscriptions).values(owned(snapshot.subscriptions));
  }
  if (differing.has('invoice')) {
    const gone = stored.invoices.filter(isFetched(snapshot)).map(({ id }) => id);
    const replaced = [...new Set([...gone, ...snapshot.invoices.map(({ id }) => id)])];
    await tx
      .delete(billingInvoices)
      .where(and(eq(billingInvoices.organizationId, organizationId), inArray(billingInvoices.id, replaced)));
    if (snapshot.invoices.length > 0) await tx.insert(billingInvoices).values(owned(snapshot.invoices));
  }
  if (differing.has('payment_method')) {
    await tx.delete(billingPaymentMethods).where(eq(billingPaymentMethods.organizationId, organizationId));
    if (snapshot.paymentMethods.length > 0)
      await tx.insert(billingPaymentMethods).values(owned(snapshot.paymentMethods));
  }
}

/** Marks the events that the fetch has answered. @returns how long each waited, in seconds */
async function markApplied(tx: Transaction, lease: Lease, now: Date): Promise<number[]> {
  const rows = await tx
    .update(stripeEvents)
    .set({ appliedAt: now })
    .where(
      and(
        eq(stripeEvents.customerId, lease.customerId),
        isNull(stripeEvents.appliedAt),
        lte(stripeEvents.receivedAt, lease.since),
      ),
    )
    .returning({ lag: sql<number>`extract(epoch from statement_timestamp() - received_at)::float8` });
  return rows.map(({ lag }) => lag);
}

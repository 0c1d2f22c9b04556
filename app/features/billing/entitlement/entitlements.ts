/**
 * Entitlements, which say what an organization may use and why: its plan, and its one-off products. They are kept in memory per process until a change is
 * notified, so that asking costs a request no query; while notifications are lost nothing is kept.
 */
import { and, eq, inArray, isNull, sql } from 'drizzle-orm';
import type { Clock } from '../../../platform/clock.ts';
import type { Database, Executor } from '../../../platform/database/database.ts';
import type { Notifications } from '../../../platform/database/notifications.ts';
import { type Access, accessOf, type JudgedSubscription, LIVE_STATUSES } from '../catalog/access.ts';
import { type Feature, features, isProduct, type Limit, limits, planOf, productOf } from '../catalog/catalog.ts';
import { billingCustomers, billingInvoices, billingSubscriptions } from '../schema.ts';

/** Carries the id of an organization whose projection changed. */
const CHANNEL = 'billing_entitlements';

/** Tells every process, when `tx` commits, that what an organization may use has changed. */
export async function announce(tx: Executor, organizationId: string): Promise<void> {
  await tx.execute(sql`select pg_notify(${CHANNEL}, ${organizationId})`);
}

export interface Entitlement {
  features: Readonly<Record<Feature, boolean>>;
  /** null: without limit. */
  limits: Readonly<Record<Limit, number | null>>;
  because: Access;
}

export interface Entitlements {
  /** From memory where it is known; a promise where it has to be read. */
  of(organizationId: string): Entitlement | Promise<Entitlement>;
  /** As it is in a transaction. */
  within(tx: Executor, organizationId: string): Promise<Entitlement>;
  /** Begins to listen for changes. */
  start(): Promise<void>;
}

export interface EntitlementsOptions {
  db: Database;
  clock: Clock;
  notifications: Notifications;
  graceDays: number;
}

/** The stored part; the rest depends on the time. */
interface Basis {
  subscription: JudgedSubscription | undefined;
  bought: Partial<Record<Limit, number>>;
  testClockTime: Date | null;
}

const MAX_CACHED = 10_000;

export function createEntitlements({ db, clock, notifications, graceDays }: EntitlementsOptions): Entitlements {
  const cache = new Map<string, Basis>();
  const reading = new Map<string, Promise<Entitlement>>();
  /** Counts changes, so that a read that one overtook is not kept. */
  let changes = 0;

  function judge({ subscription, bought, testClockTime }: Basis): Entitlement {
    const now = clock.now();
    const because = accessOf(subscription, testClockTime && testClockTime > now ? testClockTime : now, graceDays);
    const plan = planOf(because.plan);
    return {
      features: Object.fromEntries(
        features.map((name) => [name, plan.features.includes(name)]),
      ) as Entitlement['features'],
      limits: Object.fromEntries(
        limits.map((name) => [name, sum(plan.limits[name], bought[name])]),
      ) as Entitlement['limits'],
      because,
    };
  }

  async function read(organizationId: string): Promise<Entitlement> {
    const before = changes;
    const basis = await readBasis(db, organizationId);
    if (notifications.connected && changes === before) {
      cache.set(organizationId, basis);
      const [oldest] = cache.keys();
      if (cache.size > MAX_CACHED && oldest !== undefined) cache.delete(oldest);
    }
    return judge(basis);
  }

  return {
    of(organizationId) {
      const known = notifications.connected ? cache.get(organizationId) : undefined;
      if (known) return judge(known);
      let pending = reading.get(organizationId);
      if (!pending) {
        const started = read(organizationId).finally(() => {
          if (reading.get(organizationId) === started) reading.delete(organizationId);
        });
        reading.set(organizationId, started);
        pending = started;
      }
      return pending;
    },

    within: async (tx, organizationId) => judge(await readBasis(tx, organizationId)),

    async start() {
      await notifications.subscribe(CHANNEL, {
        onNotification(organizationId) {
          changes++;
          cache.delete(organizationId);
          // A read that began before must not answer those who ask from now on.
          reading.delete(organizationId);
        },
        onConnected() {
          changes++;
          cache.clear();
          reading.clear();
        },
      });
    },
  };
}

function sum(limit: number | null, bought: number | undefined): number | null {
  return limit === null ? null : limit + (bought ?? 0);
}

async function readBasis(db: Executor, organizationId: string): Promise<Basis> {
  const subscription = billingSubscriptions;
  const [[live], purchases] = await Promise.all([
    db
      .select({
        testClockTime: billingCustomers.testClockTime,
        id: subscription.id,
        status: subscription.status,
        plan: subscription.plan,
        currentPeriodEnd: subscription.currentPeriodEnd,
        cancelAt: subscription.cancelAt,
        pastDueSince: subscription.pastDueSince,
      })
      .from(billingCustomers)
      .leftJoin(
        subscription,
        and(
          eq(subscription.organizationId, billingCustomers.organizationId),
          inArray(subscription.status, [...LIVE_STATUSES]),
          eq(subscription.superseded, false),
        ),
      )
      .where(eq(billingCustomers.organizationId, organizationId)),
    db
      .select({ product: billingInvoices.product, quantity: sql<number>`sum(${billingInvoices.quantity})::int` })
      .from(billingInvoices)
      .where(
        and(
          eq(billingInvoices.organizationId, organizationId),
          eq(billingInvoices.status, 'paid'),
          isNull(billingInvoices.withdrawn),
          // Refunded in full is not bought.
          sql`${billingInvoices.product} is not null and (amount_credited < total or total = 0)`,
        ),
      )
      .groupBy(billingInvoices.product),
  ]);
  const bought: Partial<Record<Limit, number>> = {};
  for (const { product, quantity } of purchases) {
    if (!isProduct(product)) continue;
    for (const [limit, added] of Object.entries(productOf(product).adds) as [Limit, number][])
      bought[limit] = (bought[limit] ?? 0) + added * quantity;
  }
  const { testClockTime = null, id, status, ...rest } = live ?? {};
  const judged = id && status ? ({ id, status, ...rest } as JudgedSubscription) : undefined;
  return { subscription: judged, bought, testClockTime };
}

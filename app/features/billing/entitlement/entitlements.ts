/**
 * Entitlements, which say what an organization may use and why: its plan, and its one-off products. They are kept in memory per process until they
 * change, so that asking costs a request no query.
 */
import { and, eq, inArray, isNull, sql } from 'drizzle-orm';
import type { Clock } from '../../../platform/clock.ts';
import { announce } from '../../../platform/database/changes/announcing.ts';
import type { ChangeFeed } from '../../../platform/database/changes/feed.ts';
import { createMemory } from '../../../platform/database/changes/memory.ts';
import type { Database, Executor, Transaction } from '../../../platform/database/database.ts';
import { type Access, accessOf, type JudgedSubscription, LIVE_STATUSES } from '../catalog/access.ts';
import { type Feature, features, isProduct, type Limit, limits, planOf, productOf } from '../catalog/catalog.ts';
import { billingCustomers, billingGrants, billingInvoices, billingSubscriptions, type Grant } from '../schema.ts';

/** What an organization may use is kept in memory under its id. */
const KIND = 'entitlements';
const MAX_KNOWN = 10_000;

/** Tells every process, when `tx` commits, that what an organization may use has changed. */
export function announceEntitlements(tx: Transaction, organizationId: string): void {
  announce(tx, KIND, organizationId);
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
}

export interface EntitlementsOptions {
  db: Database;
  clock: Clock;
  feed: ChangeFeed;
  graceDays: number;
}

/** The stored part; the rest depends on the time. */
interface Basis {
  subscription: JudgedSubscription | undefined;
  bought: Partial<Record<Limit, number>>;
  testClockTime: Date | null;
  /** Ended ones too: what is kept must not change with the time. */
  grants: readonly GrantedBasis[];
}

type GrantedBasis = Pick<Grant, 'feature' | 'limit' | 'quantity' | 'endsAt'>;

export function createEntitlements({ db, clock, feed, graceDays }: EntitlementsOptions): Entitlements {
  function judge({ subscription, bought, testClockTime, grants }: Basis): Entitlement {
    const now = clock.now();
    const granted = grants.filter(({ endsAt }) => endsAt > now);
    const because = accessOf(subscription, testClockTime && testClockTime > now ? testClockTime : now, graceDays);
    const plan = planOf(because.plan);
    return {
      features: Object.fromEntries(
        features.map((name) => [name, plan.features.includes(name) || granted.some(({ feature }) => feature === name)]),
      ) as Entitlement['features'],
      limits: Object.fromEntries(
        limits.map((name) => [name, sum(plan.limits[name], (bought[name] ?? 0) + grantedOf(granted, name))]),
      ) as Entitlement['limits'],
      because,
    };
  }

  const known = createMemory<Basis>({ feed, kind: KIND, max: MAX_KNOWN, read: (id) => readBasis(db, id) });

  return {
    of(organizationId) {
      const basis = known.get(organizationId);
      return basis instanceof Promise ? basis.then((read) => judge(read!)) : judge(basis!);
    },

    within: async (tx, organizationId) => judge(await readBasis(tx, organizationId)),
  };
}

function sum(limit: number | null, bought: number | undefined): number | null {
  return limit === null ? null : limit + (bought ?? 0);
}

const grantedOf = (grants: readonly GrantedBasis[], name: Limit): number =>
  grants.reduce((total, { limit, quantity }) => total + (limit === name ? (quantity ?? 0) : 0), 0);

/** A statement that is not sent yet: a promise would be left alone where the statement beside it cannot be made. */
function readGrants(db: Executor, organizationId: string): PromiseLike<GrantedBasis[]> {
  const { feature, limit, quantity, endsAt } = billingGrants;
  return db
    .select({ feature, limit, quantity, endsAt })
    .from(billingGrants)
    .where(eq(billingGrants.organizationId, organizationId))
    .orderBy(billingGrants.id);
}

async function readBasis(db: Executor, organizationId: string): Promise<Basis> {
  const subscription = billingSubscriptions;
  const [[live], grants, purchases] = await Promise.all([
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
    readGrants(db, organizationId),
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
  return { subscription: judged, bought, testClockTime, grants };
}

/**
 * Decides which worker may bring a customer's projection up to date. The lease is taken before Stripe is asked and is not a transaction, so nothing is
 * held open over HTTP; its id fences: who lost the lease meanwhile cannot write (Kleppmann, "How to do distributed locking").
 * Requests are counted, so that one that comes while another worker fetches is never taken for answered.
 */
import { and, eq, sql } from 'drizzle-orm';
import { after, type Clock, SECOND_MS } from '../../../platform/clock.ts';
import type { Database, Executor, Transaction } from '../../../platform/database/database.ts';
import { newId } from '../../../platform/security/random.ts';
import { type BillingCustomer, billingCustomers } from '../schema.ts';

export const LEASE_MS = 60 * SECOND_MS;

export interface Lease {
  readonly organizationId: string;
  readonly customerId: string;
  readonly id: string;
  /** The requests that a fetch from now on answers. */
  readonly seen: number;
  /** By the database's clock: events received until then are answered too. */
  readonly since: Date;
}

export interface Leases {
  /**
   * Asks for a projection, and takes the lease where nobody has it.
   * @returns the lease; `busy` with the instant when another's ends; `unknown` where the organization has no customer
   */
  request(organizationId: string): Promise<Lease | { busyUntil: Date } | 'unknown'>;
  /** Locks the customer for writing. @returns undefined when the lease was lost */
  fence(tx: Transaction, lease: Lease): Promise<BillingCustomer | undefined>;
  /** Ends the lease with what was fetched stored. @returns the next lease where another request came meanwhile */
  settle(tx: Transaction, lease: Lease): Promise<Lease | undefined>;
  /** Gives the lease back with nothing stored. */
  abandon(lease: Lease): Promise<void>;
  /** True if requests wait that nobody has answered. */
  isBehind(organizationId: string): Promise<boolean>;
}

/** By the database's clock. A statement of its own, after the one that counts the requests: what those are about was received before. */
async function databaseNow(executor: Executor): Promise<Date> {
  const now = sql<Date>`clock_timestamp()`.mapWith(billingCustomers.createdAt);
  const [row] = await executor.select({ now }).from(sql`(select) as nothing`);
  return row!.now;
}

export function createLeases({ db, clock }: { db: Database; clock: Clock }): Leases {
  const held = (lease: Lease) =>
    and(eq(billingCustomers.organizationId, lease.organizationId), eq(billingCustomers.leaseId, lease.id));

  return {
    async request(organizationId) {
      const now = clock.now();
      const id = newId();
      const isFree = sql`(leased_until is null or leased_until <= ${now}::timestamptz)`;
      const [row] = await db
        .update(billingCustomers)
        .set({
          requested: sql`requested + 1`,
          leaseId: sql`case when ${isFree} then ${id}::uuid else lease_id end`,
          leasedUntil: sql`case when ${isFree} then ${after(now, LEASE_MS)}::timestamptz else leased_until end`,
        })
        .where(eq(billingCustomers.organizationId, organizationId))
        .returning({
          organizationId: billingCustomers.organizationId,
          customerId: billingCustomers.stripeCustomerId,
          id: billingCustomers.leaseId,
          seen: billingCustomers.requested,
          leasedUntil: billingCustomers.leasedUntil,
        });
      if (!row) return 'unknown';
      const { leasedUntil, ...lease } = row;
      return lease.id === id ? { ...lease, id, since: await databaseNow(db) } : { busyUntil: leasedUntil! };
    },

    async fence(tx, lease) {
      const [customer] = await tx.select().from(billingCustomers).where(held(lease)).for('update');
      return customer;
    },

    async settle(tx, lease) {
      const leasedUntil = after(clock.now(), LEASE_MS);
      const [row] = await tx
        .update(billingCustomers)
        .set({
          projected: lease.seen,
          projectedAt: clock.now(),
          leasedUntil: sql`case when requested = ${lease.seen} then null else ${leasedUntil}::timestamptz end`,
        })
        .where(held(lease))
        .returning({ requested: billingCustomers.requested });
      if (!row || row.requested === lease.seen) return undefined;
      return { ...lease, seen: row.requested, since: await databaseNow(tx) };
    },

    async abandon(lease) {
      await db.update(billingCustomers).set({ leasedUntil: null }).where(held(lease));
    },

    async isBehind(organizationId) {
      const behind = sql`requested > projected`;
      const [row] = await db
        .select({ id: billingCustomers.organizationId })
        .from(billingCustomers)
        .where(and(eq(billingCustomers.organizationId, organizationId), behind));
      return row !== undefined;
    },
  };
}

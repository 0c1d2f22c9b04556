/**
 * Tells others, by the event `entitlements.changed`, that what an organization may use is not what it was: once per change, whether it follows
 * from what was bought or from time alone. What was told last is stored with the customer, whose lock decides who tells.
 */
import { isDeepStrictEqual } from 'node:util';
import { and, eq, isNotNull, isNull, lte, or, sql } from 'drizzle-orm';
import { attemptEach } from '../../../platform/attempts.ts';
import { after, type Clock, DAY_MS } from '../../../platform/clock.ts';
import type { Database, Transaction } from '../../../platform/database/database.ts';
import { transact } from '../../../platform/database/retry.ts';
import type { Logger } from '../../../platform/telemetry/logger.ts';
import type { EventData, Events } from '../../events/events.ts';
import { FREE } from '../catalog/catalog.ts';
import { type BillingCustomer, billingCustomers, billingSubscriptions, type ToldEntitlements } from '../schema.ts';
import type { Entitlement, Entitlements } from './entitlements.ts';

export interface EntitlementChanges {
  /**
   * Runs `change`, and tells what it made of what the organization may use.
   * @param customer locked by `tx`
   */
  around(tx: Transaction, customer: BillingCustomer, change: () => Promise<void>): Promise<void>;
  /** Tells of the grace periods that have ended by now. */
  tellOfTime(): Promise<void>;
}

export interface EntitlementChangesOptions {
  db: Database;
  clock: Clock;
  events: Pick<Events, 'emit'>;
  entitlements: Pick<Entitlements, 'within'>;
  graceDays: number;
  logger: Pick<Logger, 'warn'>;
}

export function createEntitlementChanges(options: EntitlementChangesOptions): EntitlementChanges {
  const { db, clock, events, entitlements, graceDays, logger } = options;

  async function tell(tx: Transaction, customer: BillingCustomer, told: ToldEntitlements | null) {
    const { organizationId } = customer;
    const now = toldOf(await entitlements.within(tx, organizationId));
    if (!isDeepStrictEqual(now, told)) await events.emit(tx, organizationId, 'entitlements.changed', now);
    if (isDeepStrictEqual(now, customer.toldEntitlements)) return;
    await tx
      .update(billingCustomers)
      .set({ toldEntitlements: now })
      .where(eq(billingCustomers.organizationId, organizationId));
  }

  /** Organizations with a payment that is overdue for longer than the grace period, of which nobody was told yet. */
  async function ended(): Promise<string[]> {
    const { organizationId, toldEntitlements, testClockTime } = billingCustomers;
    const { status, superseded, pastDueSince } = billingSubscriptions;
    const rows = await db
      .select({ organizationId })
      .from(billingSubscriptions)
      .innerJoin(billingCustomers, eq(organizationId, billingSubscriptions.organizationId))
      .where(
        and(
          eq(status, sql`'past_due'`),
          eq(superseded, sql`false`),
          // The time of a test clock may be ahead.
          or(lte(pastDueSince, after(clock.now(), -graceDays * DAY_MS)), isNotNull(testClockTime)),
          or(isNull(toldEntitlements), sql`${toldEntitlements} ->> 'plan' <> ${FREE}`),
        ),
      );
    return rows.map((row) => row.organizationId);
  }

  function tellOne(organizationId: string): Promise<boolean> {
    return transact(db, async (tx) => {
      const own = eq(billingCustomers.organizationId, organizationId);
      const [customer] = await tx.select().from(billingCustomers).where(own).for('update');
      if (customer) await tell(tx, customer, customer.toldEntitlements);
      return customer !== undefined;
    });
  }

  return {
    async around(tx, customer, change) {
      // A release before this one has not stored it.
      const told = customer.toldEntitlements ?? toldOf(await entitlements.within(tx, customer.organizationId));
      await change();
      await tell(tx, customer, told);
    },

    async tellOfTime() {
      await attemptEach([await ended()], tellOne, (organizationId, err) =>
        logger.warn({ err, organizationId }, 'the end of a grace period was not told'),
      );
    },
  };
}

function toldOf({ features, limits, because: { plan } }: Entitlement): EventData<'entitlements.changed'> {
  return { plan, features, limits };
}

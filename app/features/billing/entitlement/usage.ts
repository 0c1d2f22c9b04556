/**
 * Counting what is used. Usage is stored here first, so that an outage of Stripe loses none, and reported there by a job; its id is Stripe's
 * identifier, so that reporting twice counts once. Limits are counted in calendar months (UTC).
 */
import { and, asc, eq, gte, isNull, lt, sql } from 'drizzle-orm';
import { after, type Clock, DAY_MS, MINUTE_MS } from '../../../platform/clock.ts';
import type { Database, Executor, Transaction } from '../../../platform/database/database.ts';
import type { Jobs } from '../../../platform/jobs/jobs.ts';
import { newId } from '../../../platform/security/random.ts';
import type { Events } from '../../events/events.ts';
import { type Limit, type MeterName, meters, planNames, planOf } from '../catalog/catalog.ts';
import type { Contacts } from '../contacts.ts';
import { billingErrors } from '../errors.ts';
import { reportUsageQueue } from '../queues.ts';
import { billingConsumption, billingCustomers, billingUsageEvents } from '../schema.ts';
import type { Customers } from '../stripe/customers.ts';
import { refusalOf, type StripeGateway } from '../stripe/stripe.ts';
import type { Entitlements } from './entitlements.ts';

export interface UsageReport {
  meter: MeterName;
  quantity: number;
  /** Not in the future, and at most 30 days ago. */
  occurredAt?: Date | undefined;
}

export interface Usage {
  /** Stores usage; it is counted and reported if, and only if, `tx` commits. @throws `invalid_period` */
  record(tx: Transaction, organizationId: string, report: UsageReport): Promise<void>;
  /**
   * Uses up some of a limit, if that much is left.
   * @throws `limit_reached` with the plan that would allow it
   */
  consume(tx: Transaction, organizationId: string, limit: Limit, quantity: number): Promise<void>;
  /** The sum of a meter in a period [from, to). */
  sum(organizationId: string, meter: MeterName, from: Date, to: Date): Promise<number>;
  /** This month's usage of each limit. */
  consumed(organizationId: string): Promise<Partial<Record<Limit, number>>>;
  /** Tells Stripe of what it does not know yet. @throws `payments_unavailable` with the rest still to be told */
  report(organizationId: string): Promise<void>;
  /** Wakes the reports that were lost. */
  reportAll(): Promise<void>;
}

export interface UsageOptions {
  db: Database;
  clock: Clock;
  jobs: Pick<Jobs, 'enqueue'>;
  events: Pick<Events, 'emit'>;
  gateway: StripeGateway;
  customers: Customers;
  entitlements: Entitlements;
  contacts: Contacts;
}

/** Stripe takes usage of at most 35 days ago and five minutes ahead. */
const MAX_AGE_MS = 30 * DAY_MS;
const MAX_AHEAD_MS = MINUTE_MS;
const BATCH = 100;
/** From this share of the limit on, the members who pay are told. */
const NEAR = 0.8;

export function createUsage(options: UsageOptions): Usage {
  const { db, clock, jobs, events, gateway, customers, entitlements, contacts } = options;
  const own = (organizationId: string) => eq(billingUsageEvents.organizationId, organizationId);

  async function tell(customer: string, { id, meter, quantity, occurredAt }: typeof billingUsageEvents.$inferSelect) {
    await gateway
      .ask('meter_events.create', (stripe) =>
        stripe.billing.meterEvents.create({
          event_name: meters[meter as MeterName].eventName,
          payload: { stripe_customer_id: customer, value: String(quantity) },
          identifier: id,
          timestamp: Math.floor(occurredAt.getTime() / 1_000),
        }),
      )
      .catch((error: unknown) => {
        if (!isKnown(error)) throw error;
      });
  }

  /** Adds to what is used up in a month. @param max refuses to go beyond. @returns the sum; undefined where that is refused */
  async function count(
    tx: Executor,
    organizationId: string,
    limit: Limit,
    at: Date,
    quantity: number,
    max: number | null,
  ) {
    const used = sql`${billingConsumption.used} + ${quantity}::bigint`;
    if (max !== null && quantity > max) return undefined;
    const [row] = await tx
      .insert(billingConsumption)
      .values({ organizationId, limit, periodStart: monthOf(at), used: quantity })
      .onConflictDoUpdate({
        target: [billingConsumption.organizationId, billingConsumption.limit, billingConsumption.periodStart],
        set: { used },
        ...(max !== null && { setWhere: sql`${used} <= ${max}` }),
      })
      .returning({ used: billingConsumption.used });
    return row?.used;
  }

  async function warnNear(
    tx: Transaction,
    organizationId: string,
    limit: Limit,
    used: number,
    quantity: number,
    max: number | null,
    at: Date,
  ) {
    if (max === null || used < max * NEAR) return;
    const period = monthOf(at);
    // Only the use that crosses the share tells them. The count is locked, so exactly one use does.
    const crosses = (mark: number) => used - quantity < mark && used >= mark;
    const told = { limit, used, allowed: max, periodStart: period.toISOString() };
    if (crosses(max * NEAR)) await events.emit(tx, organizationId, 'usage.limit_near', told);
    if (crosses(max)) await events.emit(tx, organizationId, 'usage.limit_reached', told);
    await contacts.mail(
      tx,
      organizationId,
      'usage-limit-near',
      `usage-limit-near:${organizationId}:${limit}:${period.getTime()}`,
      {
        meter: meters[limit as MeterName]?.name ?? limit,
        used,
        limit: max,
        resetsAt: monthAfter(period).toISOString(),
      },
    );
  }

  return {
    async record(tx, organizationId, { meter, quantity, occurredAt = clock.now() }) {
      const now = clock.now();
      if (occurredAt > after(now, MAX_AHEAD_MS) || occurredAt < after(now, -MAX_AGE_MS))
        throw billingErrors.invalid_period({ detail: 'Usage can be reported for the last 30 days.' });
      await tx.insert(billingUsageEvents).values({ organizationId, id: newId(), meter, quantity, occurredAt });
      const used = (await count(tx, organizationId, meter, occurredAt, quantity, null))!;
      const { limits } = await entitlements.of(organizationId);
      if (monthOf(occurredAt).getTime() === monthOf(now).getTime())
        await warnNear(tx, organizationId, meter, used, quantity, limits[meter], occurredAt);
      await jobs.enqueue(tx, reportUsageQueue, { organizationId }, { key: organizationId });
    },

    async consume(tx, organizationId, limit, quantity) {
      const now = clock.now();
      const { limits } = await entitlements.of(organizationId);
      const max = limits[limit];
      const used = await count(tx, organizationId, limit, now, quantity, max);
      if (used === undefined) throw limitReached(limit, max!);
      await warnNear(tx, organizationId, limit, used, quantity, max, now);
    },

    async sum(organizationId, meter, from, to) {
      const [row] = await db
        .select({ total: sql<string>`coalesce(sum(${billingUsageEvents.quantity}), 0)` })
        .from(billingUsageEvents)
        .where(
          and(
            own(organizationId),
            eq(billingUsageEvents.meter, meter),
            gte(billingUsageEvents.occurredAt, from),
            lt(billingUsageEvents.occurredAt, to),
          ),
        );
      return Number(row!.total);
    },

    async consumed(organizationId) {
      const rows = await db
        .select({ limit: billingConsumption.limit, used: billingConsumption.used })
        .from(billingConsumption)
        .where(
          and(
            eq(billingConsumption.organizationId, organizationId),
            eq(billingConsumption.periodStart, monthOf(clock.now())),
          ),
        );
      return Object.fromEntries(rows.map(({ limit, used }) => [limit, used]));
    },

    async report(organizationId) {
      const customer = await customers.find(organizationId);
      // An organization that has never bought anything is not billed for usage.
      if (customer === undefined) return;
      for (;;) {
        const rows = await db
          .select()
          .from(billingUsageEvents)
          .where(and(own(organizationId), isNull(billingUsageEvents.reportedAt)))
          .orderBy(asc(billingUsageEvents.id))
          .limit(BATCH);
        for (const row of rows) {
          const isTooOld = row.occurredAt < after(clock.now(), -35 * DAY_MS);
          if (!isTooOld) await tell(customer, row);
          await db
            .update(billingUsageEvents)
            .set({ reportedAt: clock.now() })
            .where(and(own(organizationId), eq(billingUsageEvents.id, row.id)));
        }
        if (rows.length < BATCH) return;
      }
    },

    async reportAll() {
      const rows = await db
        .selectDistinct({ organizationId: billingUsageEvents.organizationId })
        .from(billingUsageEvents)
        .innerJoin(billingCustomers, eq(billingCustomers.organizationId, billingUsageEvents.organizationId))
        .where(isNull(billingUsageEvents.reportedAt));
      for (const { organizationId } of rows)
        await jobs.enqueue(db, reportUsageQueue, { organizationId }, { key: organizationId });
    },
  };
}

/** `limit_reached`, with the first plan that allows more. */
export function limitReached(limit: Limit, max: number) {
  const plan = planNames.find((name) => (planOf(name).limits[limit] ?? Number.POSITIVE_INFINITY) > max);
  return billingErrors.limit_reached({
    detail: `The plan allows ${max} ${limit}.`,
    extensions: { limit, allowed: max, ...(plan && { plan }) },
  });
}

function isKnown(error: unknown): boolean {
  const { message = '' } = refusalOf(error) ?? {};
  return /identifier/.test(message) && /already/.test(message);
}

function monthOf(instant: Date): Date {
  return new Date(Date.UTC(instant.getUTCFullYear(), instant.getUTCMonth()));
}

function monthAfter(month: Date): Date {
  return new Date(Date.UTC(month.getUTCFullYear(), month.getUTCMonth() + 1));
}

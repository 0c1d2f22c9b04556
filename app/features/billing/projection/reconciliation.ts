/**
 * Finding what events did not tell: polling Stripe's own list of them, and comparing every customer. Both go through the same intake and
 * projection as a webhook.
 */
import { asc, eq, gt, lt } from 'drizzle-orm';
import { after, type Clock, DAY_MS, HOUR_MS, MINUTE_MS } from '../../../platform/clock.ts';
import { removeRows } from '../../../platform/database/batches.ts';
import type { Database } from '../../../platform/database/database.ts';
import type { Logger } from '../../../platform/telemetry/logger.ts';
import type { Metrics } from '../../../platform/telemetry/metrics.ts';
import type { Seats } from '../entitlement/seats.ts';
import type { Usage } from '../entitlement/usage.ts';
import { isHandled } from '../events/events.ts';
import type { Intake } from '../events/intake.ts';
import { billingCursors, billingCustomers, stripeEvents } from '../schema.ts';
import type { StripeGateway } from '../stripe/stripe.ts';
import type { Difference } from './differences.ts';
import type { Projection } from './projection.ts';

export interface Reconciliation {
  /** Fetches events since the last poll, and takes in those that never came. @returns how many */
  poll(): Promise<number>;
  /**
   * Compares every customer with Stripe, and the seats that are paid with the members.
   * @param options.apply whether to store what is found; otherwise only tells
   * @param options.found called with each difference
   * @throws `payments_unavailable`
   */
  sweep(options: { apply: boolean; found?: (difference: Difference) => void }): Promise<Swept>;
}

export interface Swept {
  customers: number;
  differences: number;
  /** Customers that could not be looked at. */
  failed: number;
}

export interface ReconciliationOptions {
  db: Database;
  clock: Clock;
  gateway: StripeGateway;
  intake: Intake;
  projection: Projection;
  usage: Usage;
  seats: Pick<Seats, 'behind' | 'membersChanged'>;
  metrics: Pick<Metrics, 'billing_drift_total'>;
  logger: Logger;
  /** True if there is a Stripe to ask. */
  enabled: boolean;
}

const CURSOR = 'events';
/** Events may become visible late and out of order; storing one twice does nothing. */
const OVERLAP_MS = 10 * MINUTE_MS;
/** Younger ones may still be on their way. */
const SETTLE_MS = MINUTE_MS;
/** Stripe keeps events for so long. */
const KEPT_MS = 30 * DAY_MS;
const PAGE = 100;
/** Customers at the same time. It causes about 40 requests per second; Stripe allows a hundred. */
const AT_A_TIME = 8;

export function createReconciliation(options: ReconciliationOptions): Reconciliation {
  const { db, clock, gateway, intake, projection, usage, seats, metrics, logger, enabled } = options;

  async function forgetOldEvents(): Promise<void> {
    const limit = after(clock.now(), -KEPT_MS);
    const { receivedAt } = stripeEvents;
    await removeRows(db, { from: stripeEvents, where: lt(receivedAt, limit), by: receivedAt });
  }

  async function compareSeats(batch: readonly { id: string }[], apply: boolean): Promise<Difference[]> {
    const behind = await seats.behind(batch.map(({ id }) => id));
    if (apply) for (const { organizationId } of behind) await seats.membersChanged(db, organizationId);
    return behind.map(({ organizationId, id, quantity, members }) => {
      return { organizationId, kind: 'seats', id, change: 'changed', fields: { quantity: [quantity, members] } };
    });
  }

  return {
    async poll() {
      if (!enabled) return 0;
      const now = clock.now();
      const [cursor] = await db.select().from(billingCursors).where(eq(billingCursors.name, CURSOR));
      const from = after(cursor?.position ?? after(now, -HOUR_MS), -OVERLAP_MS);
      const until = after(now, -SETTLE_MS);
      const seconds = (instant: Date) => Math.floor(instant.getTime() / 1_000);
      const created = { gte: seconds(from), lte: seconds(until) };
      let recovered = 0;
      // The newest come first, and in which order they are taken in makes no difference.
      for (let last: string | undefined, more = true; more; ) {
        const page = await gateway.ask('events.list', (stripe) =>
          stripe.events.list({ created, limit: PAGE, ...(last && { starting_after: last }) }),
        );
        const handled = page.data.filter(({ type }) => isHandled(type));
        const isNew = await Promise.all(handled.map((event) => intake.recover(event)));
        recovered += isNew.filter(Boolean).length;
        last = page.data.at(-1)?.id;
        more = page.has_more;
      }
      metrics.billing_drift_total.inc({ kind: 'event' }, recovered);
      const position = { name: CURSOR, position: until };
      await db
        .insert(billingCursors)
        .values(position)
        .onConflictDoUpdate({ target: billingCursors.name, set: position });
      return recovered;
    },

    async sweep({ apply, found }) {
      const result: Swept = { customers: 0, differences: 0, failed: 0 };
      if (!enabled) return result;
      for (let beyond = '00000000-0000-0000-0000-000000000000'; ; ) {
        const batch = await db
          .select({ id: billingCustomers.organizationId })
          .from(billingCustomers)
          .where(gt(billingCustomers.organizationId, beyond))
          .orderBy(asc(billingCustomers.organizationId))
          .limit(AT_A_TIME);
        const looks = await Promise.allSettled(
          batch.map(({ id }) => (apply ? projection.refresh(id) : projection.compare(id))),
        );
        const failures = looks.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
        // One customer that fails must not keep the others from being looked at. Where all do, Stripe is away.
        if (failures.length > 0 && failures.length === batch.length) throw failures[0]!.reason;
        for (const { reason } of failures) logger.warn({ err: reason }, 'a customer could not be compared with Stripe');
        result.customers += batch.length;
        result.failed += failures.length;
        // If `busyUntil` is set, another worker is bringing it up to date.
        const rows = looks.flatMap((look) =>
          look.status === 'rejected' || 'busyUntil' in look.value ? [] : look.value,
        );
        for (const difference of [...rows, ...(await compareSeats(batch, apply))]) {
          result.differences++;
          metrics.billing_drift_total.inc({ kind: difference.kind });
          found?.(difference);
        }
        if (batch.length < AT_A_TIME) break;
        beyond = batch.at(-1)!.id;
      }
      if (apply) {
        await usage.reportAll();
        await forgetOldEvents();
      }
      return result;
    },
  };
}

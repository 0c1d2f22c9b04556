/**
 * Finding what events did not tell: polling Stripe's own list of them, and comparing every customer. Both go through the same intake and
 * projection as a webhook.
 */
import { asc, eq, gt, sql } from 'drizzle-orm';
import { after, type Clock, DAY_MS, HOUR_MS, MINUTE_MS } from '../../platform/clock.ts';
import { deleteInBatches } from '../../platform/database/batches.ts';
import type { Database } from '../../platform/database/database.ts';
import type { Metrics } from '../../platform/telemetry/metrics.ts';
import type { Difference } from './differences.ts';
import { isHandled } from './events.ts';
import type { Intake } from './intake.ts';
import type { Projection } from './projection.ts';
import { billingCursors, billingCustomers, stripeEvents } from './schema.ts';
import type { StripeGateway } from './stripe.ts';
import type { Usage } from './usage.ts';

export interface Reconciliation {
  /** Fetches events since the last poll, and takes in those that never came. @returns how many */
  poll(): Promise<number>;
  /**
   * Compares every customer with Stripe.
   * @param options.apply whether to store what is found; otherwise only tells
   * @param options.found called with each difference
   */
  sweep(options: {
    apply: boolean;
    found?: (difference: Difference) => void;
  }): Promise<{ customers: number; differences: number }>;
}

export interface ReconciliationOptions {
  db: Database;
  clock: Clock;
  gateway: StripeGateway;
  intake: Intake;
  projection: Projection;
  usage: Usage;
  metrics: Pick<Metrics, 'billing_drift_total'>;
  /** Whether there is a Stripe to ask. */
  enabled: boolean;
}

const CURSOR = 'events';
/** Events may become visible late and out of order; storing one twice does nothing. */
const OVERLAP_MS = 10 * MINUTE_MS;
/** Younger ones may still be on their way. */
const SETTLE_MS = MINUTE_MS;
/** Stripe keeps events for so long. */
const KEPT_MS = 30 * DAY_MS;
const BATCH = 200;

export function createReconciliation(options: ReconciliationOptions): Reconciliation {
  const { db, clock, gateway, intake, projection, usage, metrics, enabled } = options;

  async function forgetOldEvents(): Promise<void> {
    const limit = after(clock.now(), -KEPT_MS);
    await deleteInBatches((most) =>
      db.execute(sql`
        delete from ${stripeEvents} where id in (
          select id from ${stripeEvents} where received_at < ${limit} order by received_at limit ${most})`),
    );
  }

  return {
    async poll() {
      if (!enabled) return 0;
      const now = clock.now();
      const [cursor] = await db.select().from(billingCursors).where(eq(billingCursors.name, CURSOR));
      const from = after(cursor?.position ?? after(now, -HOUR_MS), -OVERLAP_MS);
      const until = after(now, -SETTLE_MS);
      let recovered = 0;
      const list = await gateway.ask('events.list', async (stripe) => {
        const seconds = (instant: Date) => Math.floor(instant.getTime() / 1_000);
        const events = stripe.events.list({ created: { gte: seconds(from), lte: seconds(until) }, limit: 100 });
        return events.autoPagingToArray({ limit: 10_000 });
      });
      // The oldest first, as they happened.
      for (const event of list.reverse()) {
        if (!isHandled(event.type)) continue;
        if (await intake.recover(event)) {
          recovered++;
          metrics.billing_drift_total.inc({ kind: 'event' });
        }
      }
      const position = { name: CURSOR, position: until };
      await db
        .insert(billingCursors)
        .values(position)
        .onConflictDoUpdate({ target: billingCursors.name, set: position });
      return recovered;
    },

    async sweep({ apply, found }) {
      const result = { customers: 0, differences: 0 };
      if (!enabled) return result;
      for (let beyond = '00000000-0000-0000-0000-000000000000'; ; ) {
        const batch = await db
          .select({ id: billingCustomers.organizationId })
          .from(billingCustomers)
          .where(gt(billingCustomers.organizationId, beyond))
          .orderBy(asc(billingCustomers.organizationId))
          .limit(BATCH);
        for (const { id } of batch) {
          result.customers++;
          const differences = apply ? await projection.refresh(id) : await projection.compare(id);
          // Another worker brings it up to date this moment.
          if ('busyUntil' in differences) continue;
          for (const difference of differences) {
            result.differences++;
            metrics.billing_drift_total.inc({ kind: difference.kind });
            found?.(difference);
          }
        }
        if (batch.length < BATCH) break;
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

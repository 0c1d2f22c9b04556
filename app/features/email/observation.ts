import { eq, sql } from 'drizzle-orm';
import type { Database } from '../../platform/database/database.ts';
import type { Gauge, Metrics } from '../../platform/telemetry/metrics.ts';
import { emailMessages } from './schema.ts';

/** Reads the age of the oldest unsent email at each scrape, from the database: every process reports the same. */
export function observeOldestUnsent(db: Database, metrics: Pick<Metrics, 'email_oldest_unsent_seconds'>): void {
  const gauge: Gauge = metrics.email_oldest_unsent_seconds;
  Object.assign(gauge, {
    async collect() {
      // Not a number rather than a stale one, and never a scrape that fails: the other metrics are needed most just then.
      gauge.set(await oldestUnsentSeconds(db).catch(() => Number.NaN));
    },
  });
}

async function oldestUnsentSeconds(db: Database): Promise<number> {
  const [row] = await db
    .select({ seconds: sql<number>`coalesce(extract(epoch from now() - min(${emailMessages.createdAt})), 0)::float8` })
    .from(emailMessages)
    .where(eq(emailMessages.status, 'queued'));
  return row?.seconds ?? 0;
}

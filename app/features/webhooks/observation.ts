/** Reads the states of endpoints at each scrape, from the database: every process reports the same. */
import { sql } from 'drizzle-orm';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import { atScrape, type Metrics } from '../../platform/telemetry/metrics.ts';
import { webhookDeliveries, webhookEndpoints } from './schema.ts';

const STATES = ['working', 'failing', 'disabled'] as const;

export function observeEndpoints(
  db: Database,
  clock: Clock,
  metrics: Pick<Metrics, 'webhook_endpoints' | 'webhook_oldest_due_seconds'>,
): void {
  const { webhook_endpoints: endpoints, webhook_oldest_due_seconds: oldest } = metrics;
  atScrape(endpoints, async () => {
    // Not a number rather than a stale one, and never a scrape that fails.
    const counts = await countEndpoints(db).catch(() => undefined);
    for (const state of STATES) endpoints.set({ state }, counts ? (counts[state] ?? 0) : Number.NaN);
  });
  atScrape(oldest, async () => oldest.set(await oldestDueSeconds(db, clock.now()).catch(() => Number.NaN)));
}

async function countEndpoints(db: Database): Promise<Partial<Record<(typeof STATES)[number], number>>> {
  const { rows } = await db.execute<{ state: (typeof STATES)[number]; count: number }>(sql`
    select case when not enabled then 'disabled' when failures > 0 then 'failing' else 'working' end as state, count(*)::int as count
    from ${webhookEndpoints} group by 1`);
  return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
}

/** Counts only endpoints that work. Deliveries that wait for a failing receiver or for a pause are not delayed by this service. */
async function oldestDueSeconds(db: Database, now: Date): Promise<number> {
  const { rows } = await db.execute<{ seconds: number | null }>(sql`
    select max(extract(epoch from ${now}::timestamptz - first.next_attempt_at))::float8 as seconds
    from ${webhookEndpoints} endpoint cross join lateral (
      select next_attempt_at from ${webhookDeliveries}
      where endpoint_id = endpoint.id and status = 'pending' order by next_attempt_at limit 1) first
    where endpoint.enabled and endpoint.failures = 0 and first.next_attempt_at <= ${now}`);
  return Math.max(0, rows[0]?.seconds ?? 0);
}

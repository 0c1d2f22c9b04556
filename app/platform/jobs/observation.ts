import { sql } from 'drizzle-orm';
import type { Database } from '../database/database.ts';
import { atScrape, type Metrics } from '../telemetry/metrics.ts';

/** Reads the backlog of each queue from the database at every scrape, so every process reports the same values. */
export function observeQueues(db: Database, metrics: Metrics): void {
  const { jobs_queued: queued, jobs_oldest_age_seconds: oldestAge } = metrics;
  let reading: Promise<Backlog[]> | undefined;
  const read = () => {
    // Both gauges are collected in the same scrape, so they share one query.
    reading ??= backlog(db).finally(() => {
      reading = undefined;
    });
    return reading;
  };
  const collect = (gauge: typeof queued, pick: (row: Backlog) => number) => async () => {
    try {
      const rows = await read();
      gauge.reset();
      for (const row of rows) gauge.set({ queue: row.queue }, pick(row));
    } catch {
      // Report no value instead of a stale one, and never fail the scrape: the other metrics are needed most at that moment.
      gauge.reset();
    }
  };
  atScrape(
    queued,
    collect(queued, (row) => row.queued),
  );
  atScrape(
    oldestAge,
    collect(oldestAge, (row) => row.oldestAgeSeconds),
  );
}

interface Backlog extends Record<string, unknown> {
  queue: string;
  queued: number;
  oldestAgeSeconds: number;
}

async function backlog(db: Database): Promise<Backlog[]> {
  const { rows } = await db.execute<Backlog>(sql`
    select queue.name as queue, count(job.id)::int as queued,
      coalesce(extract(epoch from now() - min(job.start_after)), 0)::float8 as "oldestAgeSeconds"
    from pgboss.queue
    left join pgboss.job on job.name = queue.name and job.state < 'active' and job.start_after <= now()
    where queue.name not like '\\_\\_pgboss%'
    group by queue.name`);
  return rows;
}

import { atScrape, type Metrics } from '../telemetry/metrics.ts';
import type { Database } from './database.ts';

/** Shorter than the scrape timeout, so that the other metrics are still served while the database does not answer. */
const PATIENCE_MS = 3_000;

/** Sets two gauges at each scrape: reachability of the database, and its connections by state. */
export function observeDatabase(db: Database, metrics: Pick<Metrics, 'db_up' | 'db_pool_connections'>): void {
  atScrape(metrics.db_up, async () => metrics.db_up.set((await answers(db)) ? 1 : 0));
  atScrape(metrics.db_pool_connections, () => {
    for (const [state, count] of Object.entries(db.$client.connections))
      metrics.db_pool_connections.set({ state }, count);
  });
}

async function answers(db: Database): Promise<boolean> {
  const late = Promise.withResolvers<boolean>();
  const timer = setTimeout(late.resolve, PATIENCE_MS, false);
  const answer = db.execute('select 1').then(
    () => true,
    () => false,
  );
  return Promise.race([answer, late.promise]).finally(() => clearTimeout(timer));
}

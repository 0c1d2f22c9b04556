import { atScrape, type Metrics } from '../telemetry/metrics.ts';
import type { Database } from './database.ts';

/** Shorter than a scrape may take, so that a database that is silent does not cost the other metrics. */
const PATIENCE_MS = 3_000;

/** At each scrape: whether the database answers, and the connections to it by state. */
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

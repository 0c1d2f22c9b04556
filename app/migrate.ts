/** Migrating: the tables, then the job queues, under one lock. */
import pg from 'pg';
import { migrationSeries } from './migrations.ts';
import { loadPlacements } from './placements.ts';
import { undistributed } from './platform/database/distributing.ts';
import { applyPending } from './platform/database/migrations/migrate.ts';
import { installJobs } from './platform/jobs/jobs.ts';
import { allQueues } from './platform/jobs/queues.ts';
import './declarations.ts';

export interface Migrated {
  /** How many migrations were applied. */
  readonly applied: number;
  readonly migrations: readonly string[];
  /** Tables that a Citus cluster does not distribute, although it distributes others. Empty on one PostgreSQL. */
  readonly undistributed: readonly string[];
}

/**
 * Brings a database to this release. Safe to run at any time, from any number of processes.
 * @param options.url a direct URL (not through a transaction-mode pooler)
 * @returns what was applied
 * @throws MigrationError as `applyPending` does
 */
export async function migrate(options: { url: string; log?: (line: string) => void }): Promise<Migrated> {
  const applied = await applyPending({
    ...options,
    series: migrationSeries,
    alongside: () => installJobs(options.url, allQueues()),
  });
  const missing = await undistributedOf(options.url);
  if (missing.length > 0)
    options.log?.(`not distributed: ${missing.join(', ')}. Run the SQL of \`plinth distribute\` (docs/scaling.md)`);
  return { applied: applied.length, migrations: applied.map(({ name }) => name), undistributed: missing };
}

async function undistributedOf(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await undistributed(client, await loadPlacements());
  } finally {
    await client.end();
  }
}

/** Migrating: the tables, then the job queues, under one lock. */
import { migrationSeries } from './migrations.ts';
import { applyPending } from './platform/database/migrations/migrate.ts';
import { installJobs } from './platform/jobs/jobs.ts';
import { allQueues } from './platform/jobs/queues.ts';
import './declarations.ts';

export interface Migrated {
  /** How many migrations were applied. */
  readonly applied: number;
  readonly migrations: readonly string[];
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
  return { applied: applied.length, migrations: applied.map(({ name }) => name) };
}

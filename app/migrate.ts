/** Migrating: the tables, then the job queues, under one lock. */
import { applyPending } from './platform/database/migrate.ts';
import { installJobs } from './platform/jobs/jobs.ts';
import { allQueues } from './platform/jobs/queues.ts';
import './declarations.ts';

/**
 * Brings a database to this release. Safe to run at any time, from any number of processes.
 * @param options.url a direct URL (not through a transaction-mode pooler)
 * @returns how many migrations were applied
 */
export function migrate(options: { url: string; log?: (line: string) => void }): Promise<{ applied: number }> {
  return applyPending({ ...options, alongside: () => installJobs(options.url, allQueues()) });
}

/** Deletes what the platform's mechanisms leave behind: expired idempotency keys and rate limit counters, and changes that were read. */
import { lt, sql } from 'drizzle-orm';
import { attemptEach } from './platform/attempts.ts';
import { removeRows } from './platform/database/batches.ts';
import { createSweep } from './platform/database/changes/sweeping.ts';
import type { Database } from './platform/database/database.ts';
import type { Idempotency } from './platform/http/idempotency.ts';
import type { JobHandler } from './platform/jobs/jobs.ts';
import { defineQueue } from './platform/jobs/queues.ts';
import { DATABASE_NOW_MS } from './platform/security/counting-in-postgres.ts';
import { rateLimits } from './platform/security/rate-limits.ts';
import type { Logger } from './platform/telemetry/logger.ts';

export const housekeepingQueue = defineQueue<Record<string, never>>('platform.housekeeping', { concurrency: 1 });

export interface HousekeepingOptions {
  db: Database;
  idempotency: Idempotency;
  logger: Logger;
}

export function createHousekeeping({ db, idempotency, logger }: HousekeepingOptions): JobHandler {
  const counters = () => {
    const { expire } = rateLimits;
    return removeRows(db, { from: rateLimits, where: lt(expire, sql.raw(DATABASE_NOW_MS)), by: expire });
  };
  const sweep = createSweep(db);
  return {
    queue: housekeepingQueue,
    async handle() {
      const steps = [() => idempotency.purge(), counters, sweep];
      await attemptEach(
        [steps],
        async (step) => (await step()) > 0,
        (_step, err) => {
          logger.warn({ err }, 'a part of the housekeeping failed');
        },
      );
    },
  };
}

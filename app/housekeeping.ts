/** Deletes what the platform's mechanisms leave behind: expired idempotency keys and rate limit counters. */
import { lt } from 'drizzle-orm';
import type { Clock } from './platform/clock.ts';
import type { Database } from './platform/database/database.ts';
import type { Idempotency } from './platform/http/idempotency.ts';
import type { JobHandler } from './platform/jobs/jobs.ts';
import { defineQueue } from './platform/jobs/queues.ts';
import { rateLimits } from './platform/security/rate-limits.ts';

export const housekeepingQueue = defineQueue<Record<string, never>>('platform.housekeeping', { concurrency: 1 });

export function createHousekeeping(options: { db: Database; clock: Clock; idempotency: Idempotency }): JobHandler {
  const { db, clock, idempotency } = options;
  return {
    queue: housekeepingQueue,
    async handle() {
      await idempotency.purge();
      await db.delete(rateLimits).where(lt(rateLimits.expire, clock.now().getTime()));
    },
  };
}

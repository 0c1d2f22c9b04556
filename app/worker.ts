/** Every job handler and every schedule, in one list. */
import { housekeepingQueue } from './housekeeping.ts';
import type { JobHandler, JobSchedule } from './platform/jobs/jobs.ts';
import type { Service } from './wiring.ts';

export function handlers({ housekeeping, parts }: Service): JobHandler[] {
  return [housekeeping, ...parts.flatMap(({ handlers = [] }) => handlers)];
}

export function schedules({ parts }: Service): JobSchedule[] {
  const about = 'Deletes expired idempotency keys and rate limit counters, and changes that every process has read.';
  return [{ queue: housekeepingQueue, cron: '47 * * * *', about }, ...parts.flatMap(({ schedules: own = [] }) => own)];
}

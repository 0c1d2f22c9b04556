/** Every job handler and every schedule, in one list; and every queue, for migrating. */
import { accountQueues } from './features/accounts/accounts.ts';
import { emailQueues } from './features/email/email.ts';
import { housekeepingQueue } from './housekeeping.ts';
import type { JobHandler, JobSchedule } from './platform/jobs/jobs.ts';
import type { QueueDefinition } from './platform/jobs/queues.ts';
import type { Service } from './wiring.ts';

export const queues: readonly QueueDefinition<object>[] = [housekeepingQueue, ...accountQueues, ...emailQueues];

export function handlers({ housekeeping, accounts, email }: Service): JobHandler[] {
  return [housekeeping, ...accounts.handlers, ...email.handlers];
}

export function schedules({ accounts, email }: Service): JobSchedule[] {
  return [{ queue: housekeepingQueue, cron: '47 * * * *' }, ...accounts.schedules, ...email.schedules];
}

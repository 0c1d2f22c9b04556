/** Every job handler and every schedule, in one list; and every queue, for migrating. */
import { accountQueues } from './features/accounts/accounts.ts';
import { billingQueues } from './features/billing/billing.ts';
import { emailQueues } from './features/email/email.ts';
import { organizationQueues } from './features/organizations/organizations.ts';
import { housekeepingQueue } from './housekeeping.ts';
import type { JobHandler, JobSchedule } from './platform/jobs/jobs.ts';
import type { QueueDefinition } from './platform/jobs/queues.ts';
import type { Service } from './wiring.ts';

export const queues: readonly QueueDefinition<object>[] = [
  housekeepingQueue,
  ...emailQueues,
  ...accountQueues,
  ...organizationQueues,
  ...billingQueues,
];

export function handlers({ housekeeping, email, accounts, organizations, billing }: Service): JobHandler[] {
  return [housekeeping, ...email.handlers, ...accounts.handlers, ...organizations.handlers, ...billing.handlers];
}

export function schedules({ email, accounts, organizations, billing }: Service): JobSchedule[] {
  return [
    { queue: housekeepingQueue, cron: '47 * * * *' },
    ...email.schedules,
    ...accounts.schedules,
    ...organizations.schedules,
    ...billing.schedules,
  ];
}

/** Every job handler and every schedule, in one list. */
import { housekeepingQueue } from './housekeeping.ts';
import type { JobHandler, JobSchedule } from './platform/jobs/jobs.ts';
import type { Service } from './wiring.ts';

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

/** What organizations does in the background. */
import type { JobHandler, JobSchedule } from '../../platform/jobs/jobs.ts';
import type { Dissolution } from './dissolution.ts';
import { purgeQueue } from './queues.ts';

export const purgeSchedule: JobSchedule = {
  queue: purgeQueue,
  cron: '27 * * * *',
  about: 'Removes organizations that were deleted 14 days ago.',
};

export function createPurgeHandler(dissolution: Dissolution): JobHandler {
  return {
    queue: purgeQueue,
    async handle() {
      await dissolution.purge();
    },
  };
}

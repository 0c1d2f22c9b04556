/** The background work of organizations. */
import type { JobHandler, JobSchedule } from '../../platform/jobs/jobs.ts';
import type { Dissolution } from './dissolution.ts';
import type { PersonalData } from './personal-data.ts';
import { purgeQueue } from './queues.ts';

export const purgeSchedule: JobSchedule = {
  queue: purgeQueue,
  cron: '27 * * * *',
  about: 'Removes organizations that were deleted 14 days ago, and invitations that expired 30 days ago.',
};

export function createPurgeHandler(
  dissolution: Pick<Dissolution, 'purge'>,
  personalData: Pick<PersonalData, 'removeExpired'>,
): JobHandler {
  return {
    queue: purgeQueue,
    async handle() {
      // The invitations first: an organization that fails must not keep them.
      await personalData.removeExpired();
      await dissolution.purge();
    },
  };
}

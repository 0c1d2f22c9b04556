/** What organizations does in the background. */
import type { JobHandler, JobSchedule } from '../../platform/jobs/jobs.ts';
import { defineQueue } from '../../platform/jobs/queues.ts';
import type { Dissolution } from './dissolution.ts';

const purge = defineQueue<Record<string, never>>('organizations.purge', { concurrency: 1, expireSeconds: 1_800 });

export const purgeSchedule: JobSchedule = { queue: purge, cron: '27 * * * *' };

export function createPurgeHandler(dissolution: Dissolution): JobHandler {
  return {
    queue: purge,
    async handle() {
      await dissolution.purge();
    },
  };
}

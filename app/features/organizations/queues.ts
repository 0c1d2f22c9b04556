/** The queue of this feature. */
import { defineQueue } from '../../platform/jobs/queues.ts';

/** Removes the rows of organizations whose waiting time after their deletion is over. */
export const purgeQueue = defineQueue<Record<string, never>>('organizations.purge', {
  concurrency: 1,
  expireSeconds: 1_800,
});

/** The queue of this feature. Deliveries are no jobs: `dispatch/` has its own way to share them out. */
import { defineQueue } from '../../platform/jobs/queues.ts';

/** Deletes deliveries that are too old. */
export const retainQueue = defineQueue<Record<string, never>>('webhooks.retain', {
  concurrency: 1,
  expireSeconds: 1_800,
});

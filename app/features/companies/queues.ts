/** The queue of this feature. */
import { defineQueue } from '../../platform/jobs/queues.ts';

/** Checks whether the records of verified domains are still there. */
export const checkDomainsQueue = defineQueue<Record<string, never>>('companies.check-domains', {
  concurrency: 1,
  expireSeconds: 1_800,
});

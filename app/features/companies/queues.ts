/** The queues of this feature. */
import { defineQueue } from '../../platform/jobs/queues.ts';

/** Checks whether the records of verified domains are still there. */
export const checkDomainsQueue = defineQueue<Record<string, never>>('companies.check-domains', {
  concurrency: 1,
  expireSeconds: 1_800,
});

/** Ends the sessions that members had when the provider of their organization became the only way in. */
export const endSessionsQueue = defineQueue<{ organizationId: string; exceptUserId: string; begunBefore: string }>(
  'companies.end-sessions',
  { concurrency: 1, expireSeconds: 1_800 },
);

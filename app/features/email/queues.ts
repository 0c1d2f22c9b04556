/** The queues of this feature. Jobs carry only ids; the content of an email stays sealed in its row. */
import { defineQueue } from '../../platform/jobs/queues.ts';

/**
 * Wakes a worker for one email. When and how often an email is tried is decided by its row (`delivery.ts`); these retries are only for
 * what goes wrong around that, such as the database being away.
 */
export const deliverQueue = defineQueue<{ messageId: string }>('email.deliver', {
  concurrency: 5,
  retries: 10,
  retryDelaySeconds: 5,
  retryDelayMaxSeconds: 900,
  // Longer than the longest try, which waits ten minutes for the last answer.
  expireSeconds: 780,
});

/** Purges what is old, and wakes emails whose job was lost. */
export const tidyQueue = defineQueue<Record<string, never>>('email.tidy', { concurrency: 1, retries: 2 });

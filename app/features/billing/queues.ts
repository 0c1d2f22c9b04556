/** The queues of billing. Jobs carry ids only; what is true is asked of Stripe when they run. */
import { defineQueue } from '../../platform/jobs/queues.ts';

const HOUR_SECONDS = 3_600;
/** Stripe may be away for hours: about a day of tries, with at most 15 minutes between two. */
const patient = { retries: 100, retryDelaySeconds: 2, retryDelayMaxSeconds: 900 };

/** Brings the projection of a customer up to date. Coalesced: one waiting job answers every event that came before it runs. */
export const projectQueue = defineQueue<{ customerId: string }>('billing.project', {
  ...patient,
  coalesce: true,
  // Each mostly waits for Stripe. Eight send about 50 requests per second; Stripe allows a hundred.
  concurrency: 8,
  keepSeconds: 60,
});

/** Looks after a projection that was left to another worker: if that one died, this does it. */
export const ensureQueue = defineQueue<{ organizationId: string }>('billing.ensure-projected', {
  ...patient,
  coalesce: true,
  concurrency: 2,
});

export const disputeQueue = defineQueue<{ disputeId: string }>('billing.dispute', patient);
/** Cancels a subscription, if it still is not the one that counts. */
export const cancelSecondQueue = defineQueue<{ customerId: string; subscriptionId: string }>('billing.cancel-second', {
  ...patient,
  coalesce: true,
});
/** Makes the quantity of a subscription follow the number of members. */
export const seatsQueue = defineQueue<{ organizationId: string }>('billing.follow-seats', {
  ...patient,
  coalesce: true,
});
/** Ends what an organization pays when it is deleted: at the period's end when that is asked for, at once when it is purged. */
export const closeQueue = defineQueue<{ customerId: string; now: boolean }>('billing.close-customer', patient);
export const reportUsageQueue = defineQueue<{ organizationId: string }>('billing.report-usage', {
  ...patient,
  coalesce: true,
  concurrency: 2,
});
export const pollQueue = defineQueue<Record<string, never>>('billing.poll-events', {
  concurrency: 1,
  retries: 2,
  expireSeconds: HOUR_SECONDS,
});
/** Emits what the end of a grace period changes. Nothing comes from Stripe then. */
export const endGraceQueue = defineQueue<Record<string, never>>('billing.end-graces', { concurrency: 1, retries: 2 });
export const sweepQueue = defineQueue<Record<string, never>>('billing.sweep', {
  concurrency: 1,
  retries: 2,
  expireSeconds: 6 * HOUR_SECONDS,
});

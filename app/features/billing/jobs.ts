/** The background work of billing: a handler for each queue of `queues.ts`. */
import { after, SECOND_MS } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import type { JobHandler, JobSchedule, Jobs } from '../../platform/jobs/jobs.ts';
import type { EntitlementChanges } from './entitlement/changes.ts';
import type { Seats } from './entitlement/seats.ts';
import type { Usage } from './entitlement/usage.ts';
import type { Disputes } from './events/disputes.ts';
import type { Leases } from './projection/leases.ts';
import type { Projection } from './projection/projection.ts';
import type { Reconciliation } from './projection/reconciliation.ts';
import {
  cancelSecondQueue,
  closeQueue,
  disputeQueue,
  endGraceQueue,
  ensureQueue,
  pollQueue,
  projectQueue,
  reportUsageQueue,
  seatsQueue,
  sweepQueue,
} from './queues.ts';
import type { Customers } from './stripe/customers.ts';
import { currentOf } from './stripe/snapshot.ts';
import { isMissing, type StripeGateway } from './stripe/stripe.ts';

export interface BillingWorkersOptions {
  db: Database;
  jobs: Pick<Jobs, 'enqueue'>;
  gateway: StripeGateway;
  customers: Customers;
  leases: Leases;
  projection: Projection;
  disputes: Disputes;
  reconciliation: Reconciliation;
  seats: Seats;
  usage: Usage;
  entitlementChanges: Pick<EntitlementChanges, 'tellOfTime'>;
}

export function createBillingWorkers(options: BillingWorkersOptions): JobHandler[] {
  const { db, jobs, gateway, customers, leases, projection, disputes, reconciliation, seats, usage } = options;

  async function refresh(organizationId: string): Promise<void> {
    const result = await projection.refresh(organizationId);
    if (!('busyUntil' in result)) return;
    // Whoever is at it answers for this too. Should it die, somebody has to notice.
    const startAfter = after(result.busyUntil, SECOND_MS);
    await jobs.enqueue(db, ensureQueue, { organizationId }, { startAfter, key: organizationId });
  }

  /** Cancels at Stripe, unless the other one is gone meanwhile; what is gone already is fine. */
  async function cancelSecond(customerId: string, subscriptionId: string): Promise<void> {
    const subscriptions = await gateway.ask('subscriptions.list', (stripe) =>
      stripe.subscriptions.list({ customer: customerId, limit: 100 }),
    );
    if (currentOf(subscriptions.data) === subscriptionId) return;
    await gateway
      .ask('subscriptions.cancel', (stripe) =>
        stripe.subscriptions.cancel(subscriptionId, { prorate: true, invoice_now: true }),
      )
      .catch(unlessMissing);
  }

  const handler = <Data extends object>(queue: JobHandler<Data>['queue'], handle: (data: Data) => Promise<unknown>) =>
    ({ queue, handle: async (data: Data) => void (await handle(data)) }) as JobHandler;

  return [
    handler(projectQueue, async ({ customerId }) => {
      const organizationId = (await customers.ownerOf(customerId)) ?? (await customers.adopt(customerId));
      if (organizationId !== undefined) await refresh(organizationId);
    }),
    handler(ensureQueue, async ({ organizationId }) => {
      if (await leases.isBehind(organizationId)) await refresh(organizationId);
    }),
    handler(disputeQueue, ({ disputeId }) => disputes.record(disputeId)),
    handler(cancelSecondQueue, ({ customerId, subscriptionId }) => cancelSecond(customerId, subscriptionId)),
    handler(seatsQueue, ({ organizationId }) => seats.follow(organizationId)),
    handler(closeQueue, async ({ customerId, now }) => {
      if (now) {
        await gateway.ask('customers.delete', (stripe) => stripe.customers.del(customerId)).catch(unlessMissing);
        return;
      }
      const live = await gateway.ask('subscriptions.list', (stripe) =>
        stripe.subscriptions.list({ customer: customerId }),
      );
      for (const { id, cancel_at_period_end: ending } of live.data) {
        if (ending) continue;
        await gateway.ask('subscriptions.update', (stripe) =>
          stripe.subscriptions.update(id, { cancel_at_period_end: true }),
        );
      }
    }),
    handler(reportUsageQueue, ({ organizationId }) => usage.report(organizationId)),
    handler(pollQueue, () => reconciliation.poll()),
    handler(endGraceQueue, () => options.entitlementChanges.tellOfTime()),
    handler(sweepQueue, () => reconciliation.sweep({ apply: true })),
  ];
}

function unlessMissing(error: unknown): void {
  if (!isMissing(error)) throw error;
}

export const billingSchedules: JobSchedule[] = [
  { queue: pollQueue, cron: '*/5 * * * *', about: 'Fetches events that Stripe could not deliver.' },
  {
    queue: endGraceQueue,
    cron: '*/5 * * * *',
    about: 'Tells of grace periods after a failed payment that have ended.',
  },
  { queue: sweepQueue, cron: '11 3 * * *', about: 'Compares every customer with Stripe, and repairs differences.' },
];

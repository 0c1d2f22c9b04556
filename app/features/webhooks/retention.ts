/** How long deliveries are kept, and what goes with an organization. */
import { eq, lt } from 'drizzle-orm';
import { after, type Clock, DAY_MS } from '../../platform/clock.ts';
import { removeRows } from '../../platform/database/batches.ts';
import type { Database } from '../../platform/database/database.ts';
import type { JobHandler, JobSchedule } from '../../platform/jobs/jobs.ts';
import { retainQueue } from './queues.ts';
import { webhookDeliveries } from './schema.ts';

export const retainSchedule: JobSchedule = {
  queue: retainQueue,
  cron: '7 3 * * *',
  about: 'Deletes deliveries of webhooks that are older than EVENT_RETENTION_DAYS.',
};

export function createRetention({ db, clock, days }: { db: Database; clock: Clock; days: number }): JobHandler {
  return {
    queue: retainQueue,
    async handle() {
      const where = lt(webhookDeliveries.createdAt, after(clock.now(), -days * DAY_MS));
      await removeRows(db, { from: webhookDeliveries, where, by: webhookDeliveries.createdAt });
    },
  };
}

/** Deletes every delivery of an organization, in batches. */
export async function forget(db: Database, organizationId: string): Promise<void> {
  const where = eq(webhookDeliveries.organizationId, organizationId);
  await removeRows(db, { from: webhookDeliveries, where, by: webhookDeliveries.id });
}

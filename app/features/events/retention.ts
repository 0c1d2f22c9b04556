/** How long events are kept, and what goes with an organization or a person. */
import { eq, inArray, lt, sql } from 'drizzle-orm';
import { after, type Clock, DAY_MS } from '../../platform/clock.ts';
import { removeRows } from '../../platform/database/batches.ts';
import type { Database } from '../../platform/database/database.ts';
import type { JobHandler, JobSchedule } from '../../platform/jobs/jobs.ts';
import { defineQueue } from '../../platform/jobs/queues.ts';
import { events } from './schema.ts';

const retainQueue = defineQueue<Record<string, never>>('events.retain', { concurrency: 1, expireSeconds: 1_800 });

export const retainSchedule: JobSchedule = {
  queue: retainQueue,
  cron: '37 3 * * *',
  about: 'Deletes events of organizations that are older than EVENT_RETENTION_DAYS.',
};

export function createRetention({ db, clock, days }: { db: Database; clock: Clock; days: number }): JobHandler {
  return {
    queue: retainQueue,
    async handle() {
      const where = lt(events.occurredAt, after(clock.now(), -days * DAY_MS));
      await removeRows(db, { from: events, where, by: events.occurredAt });
    },
  };
}

/** Deletes every event of an organization, in batches. */
export async function forget(db: Database, organizationId: string): Promise<void> {
  await removeRows(db, { from: events, where: eq(events.organizationId, organizationId), by: events.id });
}

/** Stands in events for the address of a person who is gone. No mail server can have it (RFC 2606). */
const ERASED_ADDRESS = 'erased@example.invalid';

/** Erases addresses from the events of every organization. The events stay. */
export async function forgetAddresses(db: Database, addresses: readonly string[]): Promise<void> {
  if (addresses.length === 0) return;
  const data = sql`jsonb_set(${events.data}, '{email}', to_jsonb(${ERASED_ADDRESS}::text))`;
  await db
    .update(events)
    .set({ data })
    .where(sql`${events.data} ? 'email' and ${inArray(sql`${events.data} ->> 'email'`, [...addresses])}`);
}

/**
 * Queues that coalesce: jobs with the same key are one while it waits. pg-boss inserts nothing where such a job waits already. Yet a worker may
 * fetch that job before the transaction which enqueued the second one commits, and then the job does not see what that transaction changed. So
 * the waiting job is locked until the transaction ends: workers skip locked jobs, and a run that follows sees the change.
 */
import { createHash } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { Executor } from '../database/database.ts';
import type { QueueDefinition } from './queues.ts';

/** The channel that workers of pg-boss listen to: its schema, hashed (`notifyChannelSql` of pg-boss). */
export const NEW_JOBS_CHANNEL = `pgboss_${createHash('sha224').update('pgboss').digest('hex').slice(0, 24)}`;

export interface CoalescedJob {
  id: string;
  singletonKey?: string;
}

export const coalesces = ({ options }: QueueDefinition<object>): boolean => options.policy === 'short';

/**
 * Adds jobs in the transaction `tx`. When it commits, each of them is a job that no worker has fetched before.
 * @param insert adds those whose key has no waiting job. @returns the ids of those that it added
 */
export async function insertCoalesced<Job extends CoalescedJob>(
  tx: Executor,
  queue: string,
  jobs: readonly Job[],
  insert: (jobs: Job[]) => Promise<readonly string[]>,
): Promise<void> {
  // A job that waited during the insertion may be fetched before it is locked. It is then inserted again.
  for (let left = [...jobs]; left.length > 0; ) {
    const inserted = new Set(await insert(left));
    const covered = left.filter(({ id }) => !inserted.has(id));
    if (covered.length === 0) return;
    const held = await hold(tx, queue, [...new Set(covered.map(keyOf))]);
    left = covered.filter((job) => !held.has(keyOf(job)));
  }
}

const keyOf = ({ singletonKey = '' }: CoalescedJob) => singletonKey;

/** Locks the waiting jobs with these keys. Shared, so that transactions of the same key do not wait for one another. @returns the keys */
async function hold(tx: Executor, queue: string, keys: readonly string[]): Promise<Set<string>> {
  const { rows } = await tx.execute<{ key: string }>(sql`
    select coalesce(singleton_key, '') as key from pgboss.job
    where name = ${queue} and state = 'created' and policy = 'short' and coalesce(singleton_key, '') = any(${sql.param(keys)}::text[])
    for share`);
  return new Set(rows.map(({ key }) => key));
}

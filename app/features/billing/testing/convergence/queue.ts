/** The job queue of a trace: in a table, so that a job exists if its transaction committed; run one by one, by whoever the trace says. */
import { sql } from 'drizzle-orm';
import type { Database, Executor } from '../../../../platform/database/database.ts';
import type { Jobs } from '../../../../platform/jobs/jobs.ts';

export interface QueuedJob extends Record<string, unknown> {
  id: number;
  queue: string;
  data: object;
}

export async function createQueueTable(db: Database): Promise<void> {
  await db.execute(sql`
    create table trace_jobs (id bigint generated always as identity primary key, queue text, data jsonb, key text, running boolean default false)`);
  await db.execute(sql`create unique index on trace_jobs (queue, key) where not running`);
}

/** Enqueues as `platform/jobs` does; what is not billing's is dropped. */
export const traceJobs: Pick<Jobs, 'enqueue' | 'enqueueAll'> = {
  async enqueue(tx, queue, data, { key } = {}) {
    await add(tx, queue.name, data, key);
  },
  async enqueueAll(tx, queue, jobs) {
    for (const { data, key } of jobs) await add(tx, queue.name, data, key);
  },
};

async function add(tx: Executor, queue: string, data: object, key: string | undefined): Promise<void> {
  if (!queue.startsWith('billing.')) return;
  await tx.execute(
    sql`insert into trace_jobs (queue, data, key) values (${queue}, ${JSON.stringify(data)}::jsonb, ${key ?? null}) on conflict do nothing`,
  );
}

export async function waitingJobs(db: Database): Promise<QueuedJob[]> {
  const { rows } = await db.execute<QueuedJob>(sql`select id, queue, data from trace_jobs order by id`);
  return rows;
}

/** Runs a job; it is gone if, and only if, that succeeds. Whatever comes while it runs is a job of its own. */
export async function runJob(db: Database, { id }: QueuedJob, work: () => Promise<unknown>): Promise<void> {
  await db.execute(sql`update trace_jobs set running = true where id = ${id}`);
  await work();
  await db.execute(sql`delete from trace_jobs where id = ${id}`);
}

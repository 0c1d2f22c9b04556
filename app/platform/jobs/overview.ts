/** For operators: what waits in the queues, what fails, and what is dead. */
import { sql } from 'drizzle-orm';
import type { Database } from '../database/database.ts';
import { scrub } from '../telemetry/scrubbing.ts';

/** What is in a queue and in the queue of its dead letters. */
export interface QueueState extends Record<string, unknown> {
  queue: string;
  /** Jobs that could run now. */
  waiting: number;
  /** Jobs that are to run later: put off, or between two tries. */
  later: number;
  running: number;
  /** Jobs that have failed, and will be tried again. */
  failing: number;
  dead: number;
  /** How long the oldest waiting job has been ready, in seconds. */
  oldestSeconds: number;
}

export type JobState = 'waiting' | 'later' | 'running' | 'failing' | 'dead';
export const jobStates = ['waiting', 'later', 'running', 'failing', 'dead'] as const satisfies readonly JobState[];

export interface JobSummary {
  id: string;
  /** Where it waits: with `.dead` at its end for a dead letter. */
  queue: string;
  state: JobState;
  createdAt: Date;
  startAfter: Date;
  /** Tries that have failed. */
  retries: number;
  /** Why the last try failed. */
  reason: string | null;
  /** Ids that the job names; everything else of its data stays out of sight. */
  about: Readonly<Record<string, string>>;
}

export interface JobFilter {
  queue?: string | undefined;
  state?: JobState | undefined;
}

/** Every queue that has something in it or is declared, sorted by name. */
export async function queueStates(db: Database): Promise<QueueState[]> {
  const { rows } = await db.execute<QueueState>(sql`
    with live as (
      select regexp_replace(name, '\\.dead$', '') as queue, name like '%.dead' as is_dead, state, retry_count, start_after
      from pgboss.job where state < 'completed'
    )
    select queue.name as queue,
      count(*) filter (where not is_dead and state < 'active' and start_after <= now())::int as waiting,
      count(*) filter (where not is_dead and state < 'active' and start_after > now())::int as later,
      count(*) filter (where not is_dead and state = 'active')::int as running,
      count(*) filter (where not is_dead and state < 'active' and retry_count > 0)::int as failing,
      count(*) filter (where is_dead)::int as dead,
      coalesce(extract(epoch from now() - min(start_after) filter (where not is_dead and state < 'active' and start_after <= now())), 0)::float8
        as "oldestSeconds"
    from pgboss.queue
    left join live on live.queue = queue.name
    where queue.name not like '\\_\\_pgboss%' and queue.name not like '%.dead'
    group by queue.name
    order by queue.name`);
  return rows;
}

interface Row extends Record<string, unknown> {
  id: string;
  name: string;
  state: string;
  created_on: Date;
  start_after: Date;
  retry_count: number;
  data: Record<string, unknown> | null;
  output: { message?: unknown } | null;
  is_due: boolean;
}

/** Jobs that are not done, the newest first. @param before the id of the last one of the page before */
export async function listJobs(
  db: Database,
  { queue, state }: JobFilter,
  limit: number,
  before?: string,
): Promise<JobSummary[]> {
  const conditions = [
    sql`state < 'completed' and name not like '\\_\\_pgboss%'`,
    ...(queue === undefined ? [] : [sql`name in (${queue}, ${`${queue}.dead`})`]),
    ...(before === undefined ? [] : [sql`id < ${before}::uuid`]),
    ...(state === undefined ? [] : [CONDITIONS[state]]),
  ];
  const { rows } = await db.execute<Row>(sql`
    select id, name, state::text, created_on, start_after, data, start_after <= now() as is_due,
      coalesce(source_retry_count, retry_count) as retry_count, coalesce(output, source_output) as output
    from pgboss.job where ${sql.join(conditions, sql` and `)}
    order by id desc limit ${limit}`);
  return rows.map(present);
}

const ALIVE = sql`name not like '%.dead'`;
const CONDITIONS: Readonly<Record<JobState, ReturnType<typeof sql>>> = {
  waiting: sql`${ALIVE} and state < 'active' and start_after <= now()`,
  later: sql`${ALIVE} and state < 'active' and start_after > now()`,
  running: sql`${ALIVE} and state = 'active'`,
  failing: sql`${ALIVE} and state < 'active' and retry_count > 0`,
  dead: sql`name like '%.dead'`,
};

function present(row: Row): JobSummary {
  const message = row.output?.message;
  return {
    id: row.id,
    queue: row.name,
    state: stateOf(row),
    createdAt: new Date(row.created_on),
    startAfter: new Date(row.start_after),
    retries: row.retry_count,
    reason: typeof message === 'string' ? scrub(message).slice(0, 500) : null,
    about: Object.fromEntries(Object.entries(row.data ?? {}).filter(isId) as [string, string][]),
  };
}

function stateOf({ name, state, is_due, retry_count }: Row): JobState {
  if (name.endsWith('.dead')) return 'dead';
  if (state === 'active') return 'running';
  if (retry_count > 0) return 'failing';
  return is_due ? 'waiting' : 'later';
}

/** Data of jobs holds sealed addresses and the like; only ids are shown. */
const isId = ([name, value]: [string, unknown]): boolean =>
  /Id$/.test(name) && typeof value === 'string' && /^[\w.-]{1,100}$/.test(value);

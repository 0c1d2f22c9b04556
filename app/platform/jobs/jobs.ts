/**
 * Background jobs with pg-boss. They are enqueued in the caller's transaction, run at least once, retried with backoff, and kept as dead
 * letters. Features declare the queues and their handlers.
 */
import './metrics.ts';
import { context as asyncContext, trace } from '@opentelemetry/api';
import { sql } from 'drizzle-orm';
import { fromDrizzle, type JobResult, type JobWithMetadata, PgBoss } from 'pg-boss';
import { hint } from '../database/changes/announcing.ts';
import { withoutSettling } from '../database/changes/feed.ts';
import type { Database, Executor } from '../database/database.ts';
import { workFor } from '../database/owners.ts';
import { newId } from '../security/random.ts';
import { type ErrorReports, noErrorReports } from '../telemetry/error-reports.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { createRepeated } from '../telemetry/repeated.ts';
import { scrub } from '../telemetry/scrubbing.ts';
import { serializeError } from '../telemetry/serialized-error.ts';
import { failSpan, inSpan, SpanKind, startJobSpan } from '../telemetry/spans.ts';
import { activeTraceparent, contextOf } from '../telemetry/trace-context.ts';
import { coalesces, insertCoalesced, NEW_JOBS_CHANNEL } from './coalescing.ts';
import { observeQueues } from './observation.ts';
import { allQueues, DEAD, deadLetterName, PermanentFailure, type QueueDefinition } from './queues.ts';
import { createShifts, type Shifts } from './shifts.ts';

export interface JobContext {
  readonly id: string;
  /** 1 for the first run. */
  readonly attempt: number;
  /** True if a failed run will not be retried. */
  readonly lastAttempt: boolean;
  /** Aborted when the run times out or the worker stops. */
  readonly signal: AbortSignal;
}

export interface JobHandler<Data extends object = object> {
  readonly queue: QueueDefinition<Data>;
  /** Runs one job. It may run again after a crash, so it must be safe to repeat. @throws any error to retry; `PermanentFailure` to give up */
  handle(data: Data, context: JobContext): Promise<void>;
}

export interface JobSchedule {
  readonly queue: QueueDefinition<Record<string, never>>;
  /** A cron expression with five fields, in UTC. */
  readonly cron: string;
  /** A sentence for operators, for docs/schedules.md. */
  readonly about: string;
}

export interface EnqueueOptions {
  /** The job does not run before this instant. */
  startAfter?: Date;
  /** For a queue that coalesces: the key of the job. Waiting jobs with the same key become one. */
  key?: string;
}

export interface Jobs {
  /** Adds a job in the transaction `tx`: it exists if, and only if, the transaction commits. */
  enqueue<Data extends object>(
    tx: Executor,
    queue: QueueDefinition<Data>,
    data: Data,
    options?: EnqueueOptions,
  ): Promise<void>;
  /** Adds many jobs to one queue in one statement. */
  enqueueAll<Data extends object>(
    tx: Executor,
    queue: QueueDefinition<Data>,
    jobs: readonly { data: Data; key?: string }[],
  ): Promise<void>;
  /**
   * Runs a dead job again in its own queue, and a job that waits for its next try at once.
   * @returns false if there is no such job
   */
  runAgain(tx: Executor, job: { queue: string; id: string }): Promise<boolean>;
  /** Connects. Must be called first. */
  start(): Promise<void>;
  /** Runs jobs and schedules until `close`. */
  work(handlers: readonly JobHandler[], schedules: readonly JobSchedule[]): Promise<void>;
  /** Lets running jobs finish for at most `timeoutMs`, then closes the connections; unfinished jobs run again elsewhere. */
  close(timeoutMs: number): Promise<void>;
}

export interface JobsOptions {
  /** Reads the backlog for the metrics of queues. */
  db: Database;
  /** A direct URL, not through a transaction-mode pooler: workers listen for new jobs. */
  url: string;
  /** True if this process runs jobs; otherwise it only enqueues them. */
  worker: boolean;
  logger: Logger;
  metrics: Metrics;
  /** Receives reports of jobs that failed for the last time, and check-ins of schedules. If absent, nothing is reported. */
  errors?: ErrorReports;
}

/** The member of a job's data that stores the enqueuing trace. pg-boss stores one too, but does not expose it. Handlers do not see it. */
const TRACEPARENT = '__traceparent';
type Carrier = object & { [TRACEPARENT]?: string };

/** Whose job it is, by the names that features use in the data of jobs. */
function ownerOf(data: { organizationId?: unknown; userId?: unknown }): string | undefined {
  const owner = data.organizationId ?? data.userId;
  return typeof owner === 'string' ? owner : undefined;
}

const SUPERVISE_SECONDS = 10;
/** The polling interval. Workers are told of new jobs at once; delayed jobs, retries and lost hints wait for the next poll. */
const POLL_SECONDS = 2;

export function createJobs({ url, db, worker, logger, metrics, errors = noErrorReports }: JobsOptions): Jobs {
  /** Queue -> cron expression, for queues with a schedule. */
  const crons = new Map<string, string>();
  const shifts: Shifts[] = [];
  observeQueues(db, metrics);
  const boss = new PgBoss({
    connectionString: url,
    application_name: 'plinth jobs',
    max: worker ? 4 : 1,
    migrate: false,
    createSchema: false,
    supervise: worker,
    schedule: worker,
    useListenNotify: worker,
    registerInstance: false,
    // pg-boss would give a batch of jobs one span in a new trace. Here, each job continues the trace that enqueued it.
    openTelemetry: { enabled: false },
    superviseIntervalSeconds: SUPERVISE_SECONDS,
    monitorIntervalSeconds: SUPERVISE_SECONDS,
  });
  // While the database is away, every queue fails several times a second.
  const repeated = createRepeated();
  boss.on('error', (err) =>
    repeated(serializeError(err).message, (times) =>
      logger.warn({ err, times }, 'job queue: database call failed, will be retried'),
    ),
  );
  boss.on('warning', ({ message, data }) => logger.warn({ data }, `job queue: ${message}`));

  /** Runs a job in the trace that enqueued it. */
  function runTraced(handler: JobHandler, job: JobWithMetadata<Carrier>): Promise<JobResult> {
    const { [TRACEPARENT]: traceparent, ...data } = job.data;
    const parent = contextOf(traceparent);
    const span = startJobSpan(handler.queue.name, { jobId: job.id, attempt: job.retryCount + 1, parent });
    const work = () => attempt(handler, { ...job, data }).finally(() => span.end());
    return workFor(ownerOf(data), () => asyncContext.with(trace.setSpan(parent, span), work));
  }

  async function attempt(handler: JobHandler, job: JobWithMetadata<object>): Promise<JobResult> {
    const queue = handler.queue.name;
    const startedAt = performance.now();
    const seconds = () => (performance.now() - startedAt) / 1_000;
    const lastAttempt = job.retryCount >= job.retryLimit;
    const context: JobContext = { id: job.id, attempt: job.retryCount + 1, lastAttempt, signal: job.signal };
    const cron = crons.get(queue);
    const checkOut = cron === undefined ? undefined : errors.checkIn(queue, cron);
    try {
      await withoutSettling(() => handler.handle(job.data, context));
      checkOut?.(true);
      metrics.job_duration_seconds.observe({ queue, outcome: 'completed' }, seconds());
      return { id: job.id, status: 'completed' };
    } catch (err) {
      checkOut?.(false);
      failSpan(trace.getActiveSpan(), err);
      metrics.job_duration_seconds.observe({ queue, outcome: 'failed' }, seconds());
      const permanent = err instanceof PermanentFailure;
      const dead = permanent || lastAttempt;
      if (dead) metrics.jobs_dead_total.inc({ queue });
      logger[dead ? 'error' : 'warn']({ err, queue, jobId: job.id, attempt: context.attempt, dead }, 'job failed');
      if (dead) errors.report(err, { where: queue, tags: { jobId: job.id } });
      const output = { message: scrub(err instanceof Error ? err.message : String(err)) };
      return { id: job.id, status: permanent ? 'deadletter' : 'failed', output };
    }
  }

  /** Runs `send` in its own span; `carry` adds the trace to a job's data. */
  function sending<T>(queue: string, send: (carry: (data: object) => Carrier) => Promise<T>): Promise<T> {
    const attributes = {
      'messaging.system': 'pg-boss',
      'messaging.operation.type': 'send',
      'messaging.destination.name': queue,
    };
    return inSpan(`send ${queue}`, { kind: SpanKind.PRODUCER, attributes }, () => {
      const traceparent = activeTraceparent();
      return send((data) => (traceparent ? { ...data, [TRACEPARENT]: traceparent } : data));
    });
  }

  async function add<Data extends object>(
    tx: Executor,
    queue: QueueDefinition<Data>,
    jobs: readonly (EnqueueOptions & { data: Data })[],
  ): Promise<void> {
    await sending(queue.name, async (carry) => {
      const inserts = jobs.map(({ data, startAfter, key }) => ({
        id: newId(),
        data: carry(data),
        ...(startAfter && { startAfter: startAfter.toISOString() }),
        ...(key !== undefined && { singletonKey: key }),
      }));
      const insert = async (some: typeof inserts) =>
        (await boss.insert(queue.name, some, { db: fromDrizzle(tx, sql), returnId: true })) ?? [];
      await (coalesces(queue) ? insertCoalesced(tx, queue.name, inserts, insert) : insert(inserts));
      // Workers that skipped a coalesced job because it was locked look again, too.
      hint(tx, NEW_JOBS_CHANNEL, queue.name);
    });
  }

  return {
    enqueue: (tx, queue, data, { startAfter, key } = {}) =>
      add(tx, queue, [{ data, ...(startAfter && { startAfter }), ...(key !== undefined && { key }) }]),

    enqueueAll: add,

    async runAgain(tx, { queue, id }) {
      const name = queue.endsWith(DEAD) ? queue.slice(0, -DEAD.length) : queue;
      if (!allQueues().some((declared) => declared.name === name)) return false;
      if (queue !== name) {
        const moved = await boss.redrive(queue, { ids: [id], db: fromDrizzle(tx, sql) });
        if (moved > 0) hint(tx, NEW_JOBS_CHANNEL, name);
        return moved > 0;
      }
      const hastened = await tx.execute(
        sql`update pgboss.job set start_after = now() where name = ${queue} and id = ${id} and state = 'retry'`,
      );
      hint(tx, NEW_JOBS_CHANNEL, queue);
      return hastened.rowCount === 1;
    },

    async start() {
      await boss.start();
    },

    async work(handlers, schedules) {
      for (const { queue, cron } of schedules) crons.set(queue.name, cron);
      for (const handler of handlers) {
        const { name: queue, concurrency } = handler.queue;
        const run = (job: JobWithMetadata<Carrier>) => runTraced(handler, job);
        const polling = { pollingIntervalSeconds: POLL_SECONDS };
        const each = createShifts({ boss, queue, concurrency, polling, run });
        shifts.push(each);
        await each.begin();
      }
      for (const { queue, cron } of schedules) await boss.schedule(queue.name, cron, {}, { missed: 'once' });
    },

    async close(timeoutMs) {
      for (const each of shifts) each.end();
      await boss.stop({ graceful: timeoutMs > 0, timeout: timeoutMs, close: true });
    },
  };
}

/**
 * Creates or updates the job tables and queues; part of migrating.
 * @param url a direct URL (not through a transaction-mode pooler)
 */
export async function installJobs(url: string, queues: readonly QueueDefinition<object>[]): Promise<void> {
  const boss = new PgBoss({
    connectionString: url,
    max: 1,
    supervise: false,
    schedule: false,
    registerInstance: false,
  });
  boss.on('error', () => {});
  await boss.start();
  try {
    const existing = new Map((await boss.getQueues()).map((queue) => [queue.name, queue]));
    for (const { name, options } of queues) {
      const dead = deadLetterName(name);
      // pg-boss would notify in the transaction of whoever enqueues.
      const wanted = { ...options, deadLetter: dead, notify: false };
      if (!existing.has(dead)) await boss.createQueue(dead, DEAD_LETTERS);
      const queue = existing.get(name);
      if (!queue) await boss.createQueue(name, wanted);
      else if (!isSubset(wanted, queue)) await boss.updateQueue(name, wanted);
    }
  } finally {
    await boss.stop({ graceful: false, close: true });
  }
}

/** Dead letters are kept for operators to inspect and to run again. They never run automatically. */
const DEAD_LETTERS = { retryLimit: 0, deleteAfterSeconds: 0, retentionSeconds: 90 * 86_400 };

function isSubset(wanted: object, existing: object): boolean {
  return Object.entries(wanted).every(([field, value]) => (existing as Record<string, unknown>)[field] === value);
}

/**
 * Works a queue so that a slow job holds up the others for a second at most. A worker of pg-boss fetches a batch, and again only when all
 * of it is done; so one whose batch takes long is relieved: it finishes what it has, and another one fetches, as much as there is room for.
 *
 * `localConcurrency` of pg-boss would do as well, but each of those workers polls, and a new job wakes every one of them: eight queries
 * for an event of Stripe, in each process, where one does. Here one worker of a queue fetches at any time.
 */
import type { JobResult, JobWithMetadata, PgBoss, WorkOptions } from 'pg-boss';

export interface Shifts {
  /** Begins to run jobs. */
  begin(): Promise<void>;
  /** Fetches no more; what runs goes on. */
  end(): void;
}

export interface ShiftsOptions<Data extends object> {
  boss: Pick<PgBoss, 'work' | 'offWork' | 'notifyWorker' | 'complete' | 'fail'>;
  queue: string;
  /** Jobs that run at a time, at most. */
  concurrency: number;
  polling: WorkOptions;
  /** Runs a job. Never rejects. */
  run(job: JobWithMetadata<Data>): Promise<JobResult>;
}

/** A worker, from when it may fetch until it is relieved; and how many jobs it may fetch at a time. */
interface Shift {
  room: number;
  worker: Promise<string>;
}

const PATIENCE_MS = 1_000;

export function createShifts<Data extends object>(options: ShiftsOptions<Data>): Shifts {
  const { boss, queue, concurrency, polling, run } = options;
  let onDuty: Shift | undefined;
  let running = 0;
  let ended = false;

  /** The worker on duty fetches no more, and another one does if there is room. Not while it fetches: what it gets would be too much. */
  async function relieve(): Promise<void> {
    const relieved = onDuty;
    const room = concurrency - running;
    onDuty = undefined;
    if (ended) return;
    if (room > 0) {
      const shift: Shift = { room, worker: Promise.resolve('') };
      shift.worker = boss.work(
        queue,
        { ...polling, batchSize: room, includeMetadata: true, perJobResults: true },
        (jobs: JobWithMetadata<Data>[]) => attend(shift, jobs),
      );
      onDuty = shift;
    }
    if (relieved) await boss.offWork(queue, { id: await relieved.worker, wait: false });
    await onDuty?.worker;
  }

  async function attend(shift: Shift, jobs: JobWithMetadata<Data>[]): Promise<JobResult[]> {
    running += jobs.length;
    const results = jobs.map((job) => runOne(job));
    const late = setTimeout(() => {
      void relieve();
      // What is done does not wait for the rest: it is over, or tried again, now.
      for (const [index, result] of results.entries()) void result.then((each) => settle(jobs[index]!, each));
    }, PATIENCE_MS);
    const all = await Promise.all(results);
    clearTimeout(late);
    if (onDuty === shift) {
      if (shift.room < concurrency - running) await relieve();
      else if (jobs.length === shift.room) boss.notifyWorker(await shift.worker);
    }
    return all;
  }

  async function runOne(job: JobWithMetadata<Data>): Promise<JobResult> {
    const result = await run(job);
    running--;
    if (!onDuty) await relieve();
    return result;
  }

  /** Before its batch is. Where that fails, the end of the batch settles it. */
  async function settle({ id, retryCount }: JobWithMetadata<Data>, { status, output }: JobResult): Promise<void> {
    if (ended || status === 'deadletter') return;
    const attempt = { id, retryCount };
    const settled = status === 'completed' ? boss.complete(queue, attempt, output) : boss.fail(queue, attempt, output);
    await settled.catch(() => {});
  }

  return {
    begin: relieve,
    end() {
      ended = true;
    },
  };
}

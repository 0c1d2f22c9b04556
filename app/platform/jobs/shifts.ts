/**
 * Runs the jobs of a queue so that a slow job delays the others by at most one second. A worker of pg-boss fetches a batch, and fetches again
 * only when the whole batch is done. So a worker whose batch takes long is relieved: it finishes its batch, and a new worker fetches as
 * many jobs as the remaining concurrency allows.
 *
 * `localConcurrency` of pg-boss would work too, but then each worker polls, and a new job wakes all of them. For one Stripe event, that is
 * eight queries per process instead of one. Here, only one worker per queue fetches at any time.
 */
import type { JobResult, JobWithMetadata, PgBoss, WorkOptions } from 'pg-boss';

export interface Shifts {
  /** Starts to run jobs. */
  begin(): Promise<void>;
  /** Stops fetching. Running jobs continue. */
  end(): void;
}

export interface ShiftsOptions<Data extends object> {
  boss: Pick<PgBoss, 'work' | 'offWork' | 'notifyWorker' | 'complete' | 'fail'>;
  queue: string;
  /** The maximum number of jobs that run at a time. */
  concurrency: number;
  polling: WorkOptions;
  /** Runs a job. Never rejects. */
  run(job: JobWithMetadata<Data>): Promise<JobResult>;
}

/** A worker from its start until it is relieved, and the number of jobs that it may fetch at a time. */
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

  /** Stops the current worker from fetching, and starts another if the concurrency allows. Not during a fetch, whose jobs would exceed it. */
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
      // A finished job does not wait for the rest of its batch: it is completed or retried now.
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

  /** Completes or fails a job before the end of its batch. If that does not work, the end of the batch settles it. */
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

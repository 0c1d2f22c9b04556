/** The definition of a queue. Features declare their queues with `defineQueue`; the migrator installs all of them. */
import type { Queue } from 'pg-boss';

export interface QueueDefinition<Data extends object> {
  readonly name: string;
  /** The maximum number of jobs of this queue that one process runs at a time. */
  readonly concurrency: number;
  readonly options: Omit<Queue, 'name'>;
  /** Always absent; it only carries the type of a job's data. */
  readonly data?: Data;
}

export interface QueueSettings {
  /** The number of retries before the job becomes a dead letter. Default 5. */
  retries?: number;
  /** The first retry comes after one to two times this, in seconds. The delay doubles with each further retry. Default 5. */
  retryDelaySeconds?: number;
  /** The longest delay between two runs, in seconds. Default 900. */
  retryDelayMaxSeconds?: number;
  /** The timeout of a run, in seconds. A run that takes longer is retried. Default 300. */
  expireSeconds?: number;
  /** How long a finished job is kept for inspection, in seconds. Default one hour. */
  keepSeconds?: number;
  /** Default 5. */
  concurrency?: number;
  /** If true, jobs with the same `key` become one job while it waits for its first run. */
  coalesce?: boolean;
}

/** A worker without a heartbeat for this time counts as dead, in seconds (the minimum that pg-boss accepts). */
const HEARTBEAT_SECONDS = 10;

const declared = new Map<string, QueueDefinition<object>>();

/** Returns every declared queue. */
export function allQueues(): QueueDefinition<object>[] {
  return [...declared.values()];
}

/**
 * Declares a queue: `defineQueue<{ userId: string }>('accounts.purge-user', { retries: 3 })`.
 * @throws Error if the name is declared twice
 */
export function defineQueue<Data extends object>(name: string, settings?: QueueSettings): QueueDefinition<Data> {
  if (declared.has(name)) throw new Error(`queue declared twice: ${name}`);
  const queue = describeQueue<Data>(name, settings);
  declared.set(name, queue);
  return queue;
}

/** Returns the same definition as `defineQueue`, without declaring it. */
export function describeQueue<Data extends object>(name: string, settings: QueueSettings = {}): QueueDefinition<Data> {
  return {
    name,
    concurrency: settings.concurrency ?? 5,
    options: {
      retryLimit: settings.retries ?? 5,
      retryDelay: settings.retryDelaySeconds ?? 5,
      retryDelayMax: settings.retryDelayMaxSeconds ?? 900,
      retryBackoff: true,
      expireInSeconds: settings.expireSeconds ?? 300,
      deleteAfterSeconds: settings.keepSeconds ?? 3_600,
      heartbeatSeconds: HEARTBEAT_SECONDS,
      ...(settings.coalesce && { policy: 'short' }),
    },
  };
}

/** The end of the names of queues for dead letters. */
export const DEAD = '.dead';

/** Returns the name of the queue for the dead letters of `queue`. */
export function deadLetterName(queue: string): string {
  return `${queue}${DEAD}`;
}

/** Thrown by a handler if a retry cannot help. The job becomes a dead letter at once. */
export class PermanentFailure extends Error {
  override readonly name = 'PermanentFailure';
}

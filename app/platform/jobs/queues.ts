/** What a queue is. Features declare their queues with `defineQueue`; migrating installs all of them. */
import type { Queue } from 'pg-boss';

export interface QueueDefinition<Data extends object> {
  readonly name: string;
  /** Jobs of this queue that one worker process runs at a time. */
  readonly concurrency: number;
  readonly options: Omit<Queue, 'name'>;
  /** Only for the type of a job's data. */
  readonly data?: Data;
}

export interface QueueSettings {
  /** Runs after the first one, before the job counts as dead. Default 5. */
  retries?: number;
  /** The first retry comes after one to two times this, in seconds, each further one after twice as long. Default 5. */
  retryDelaySeconds?: number;
  /** The longest delay between two runs, in seconds. Default 900. */
  retryDelayMaxSeconds?: number;
  /** A run that takes longer is given up and retried, in seconds. Default 300. */
  expireSeconds?: number;
  /** How long a finished job is kept for people to look at, in seconds. Default one hour. */
  keepSeconds?: number;
  /** Default 5. */
  concurrency?: number;
  /** Jobs with the same `key` are one, while it waits for its first run. */
  coalesce?: boolean;
}

/** A worker that died is noticed after this long without a sign of life, in seconds (the least that pg-boss accepts). */
const HEARTBEAT_SECONDS = 10;

const declared = new Map<string, QueueDefinition<object>>();

/** Every declared queue. */
export function allQueues(): QueueDefinition<object>[] {
  return [...declared.values()];
}

/**
 * Declares a queue: `defineQueue<{ userId: string }>('accounts.purge-user', { retries: 3 })`.
 * @throws Error when the name is declared twice
 */
export function defineQueue<Data extends object>(name: string, settings?: QueueSettings): QueueDefinition<Data> {
  if (declared.has(name)) throw new Error(`queue declared twice: ${name}`);
  const queue = describeQueue<Data>(name, settings);
  declared.set(name, queue);
  return queue;
}

/** A queue as `defineQueue` declares it, without declaring it. */
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

/** Where the jobs of `queue` go that failed for the last time. */
export function deadLetterName(queue: string): string {
  return `${queue}.dead`;
}

/** Thrown by a handler: trying again is of no use, the job is dead at once. */
export class PermanentFailure extends Error {
  override readonly name = 'PermanentFailure';
}

/** Stores what became of attempts, many in one statement; and gives endpoints back once the outcomes of their attempts are stored. */
import type { Database } from '../../../platform/database/database.ts';
import type { Logger } from '../../../platform/telemetry/logger.ts';
import { type Released, release, type StoredOutcome, store } from './claims.ts';

export interface Results {
  add(outcome: StoredOutcome): void;
  release(endpoint: Released): void;
  /** Resolves when everything that was given is stored, or has failed to be. */
  flush(): Promise<void>;
}

export interface ResultsOptions {
  db: Database;
  worker: string;
  logger: Logger;
  /** Called when endpoints were given back. */
  released(): void;
}

/** The time for which results are gathered, in milliseconds: a statement for many costs little more than one for a few. */
const GATHER_MS = 25;
const BATCH = 500;

export function createResults({ db, worker, logger, released }: ResultsOptions): Results {
  let outcomes: StoredOutcome[] = [];
  let endpoints: Released[] = [];
  let timer: NodeJS.Timeout | undefined;
  let writing = Promise.resolve();

  async function write(): Promise<void> {
    const [done, back] = [outcomes, endpoints];
    outcomes = [];
    endpoints = [];
    if (done.length > 0) await store(db, done);
    if (back.length > 0) await release(db, worker, back);
    if (back.length > 0) released();
  }

  /** One write at a time, in order: an endpoint is given back after its outcomes are stored. */
  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    writing = writing
      .then(write)
      // The leases end by themselves, and the attempts are made again.
      .catch((err: unknown) => logger.warn({ err }, 'outcomes of webhooks were not stored; they are sent again'));
    return writing;
  }

  function soon(): void {
    if (outcomes.length + endpoints.length >= BATCH) void flush();
    else timer ??= setTimeout(() => void flush(), GATHER_MS);
  }

  return {
    add(outcome) {
      outcomes.push(outcome);
      soon();
    },
    release(endpoint) {
      endpoints.push(endpoint);
      soon();
    },
    flush,
  };
}

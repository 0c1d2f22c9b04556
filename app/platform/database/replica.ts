/**
 * Reads that may be some seconds old: from a replica where there is one, so that the primary is free for what cannot wait. Not for what
 * people act upon at once, such as members, sessions and entitlements; those are read where they are written.
 */
import type { Clock } from '../clock.ts';
import type { Database } from './database.ts';
import { isBehind, isUnavailable } from './failures.ts';

/** Runs `read`, which must only read, on the replica, or on the primary while the replica is away or lacks what was asked for. */
export type TolerantReads = <T>(read: (db: Database) => Promise<T>) => Promise<T>;

export interface TolerantReadsOptions {
  primary: Database;
  /** Without one, everything is read from the primary. */
  replica?: Database | undefined;
  clock: Clock;
}

/** How long a replica that was away is left alone: each attempt may cost a request some seconds. */
const REST_MS = 10_000;

export function createTolerantReads({ primary, replica, clock }: TolerantReadsOptions): TolerantReads {
  if (!replica) return (read) => read(primary);
  let restsUntil = 0;

  return async (read) => {
    if (clock.now().getTime() >= restsUntil) {
      try {
        return await read(replica);
      } catch (error) {
        if (isUnavailable(error)) restsUntil = clock.now().getTime() + REST_MS;
        else if (!isBehind(error)) throw error;
      }
    }
    return read(primary);
  };
}

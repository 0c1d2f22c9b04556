/**
 * Serves reads that may be some seconds stale from a replica, if there is one, to reduce the load on the primary. Data that people act on
 * at once, such as members, sessions and entitlements, must be read from the primary.
 */
import type { Clock } from '../clock.ts';
import type { Database } from './database.ts';
import { isBehind, isUnavailable } from './failures.ts';

/** Runs `read`, which must not write, on the replica. Runs it on the primary if the replica is unavailable or lacks the table or column. */
export type TolerantReads = <T>(read: (db: Database) => Promise<T>) => Promise<T>;

export interface TolerantReadsOptions {
  primary: Database;
  /** Without one, everything is read from the primary. */
  replica?: Database | undefined;
  clock: Clock;
}

/** The pause before an unavailable replica is tried again: each attempt may cost a request some seconds. */
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

/** Measures the offset between the clock of this process and the clock of the database. */
import { sql } from 'drizzle-orm';
import { type Clock, SECOND_MS } from '../clock.ts';
import type { Database } from './database.ts';

/** Above this offset, an operator should correct the clock. Nothing fails yet, because comparisons tolerate `CLOCK_TOLERANCE_MS`. */
export const MAX_OFFSET_MS = 2 * SECOND_MS;

/**
 * Compares the database's clock with the process's clock at the middle of the query.
 * @returns milliseconds, rounded; positive if the process is ahead
 */
export async function clockOffsetMs(db: Database, clock: Clock): Promise<number> {
  const before = clock.now().getTime();
  const { rows } = await db.execute<{ now: number }>(
    sql`select (extract(epoch from clock_timestamp()) * 1000)::float8 as now`,
  );
  return Math.round((before + clock.now().getTime()) / 2 - rows[0]!.now);
}

/** An offset in words: `1200 ms ahead of the database`. */
export function describeOffset(offsetMs: number): string {
  return `${Math.abs(offsetMs)} ms ${offsetMs < 0 ? 'behind' : 'ahead of'} the database`;
}

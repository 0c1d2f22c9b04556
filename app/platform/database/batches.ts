/**
 * Reading and removing any number of rows, a bounded number at a time. Each batch continues at the key where the one before ended, so
 * that the cost grows with the number of rows and not with its square; and each is a transaction of its own, so that nothing is locked,
 * and no snapshot is held, for longer than one batch takes.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import type { Database } from './database.ts';
import { transact } from './retry.ts';

/** Rows per transaction: some 10 ms of locks. */
const REMOVAL_BATCH = 1_000;
/** Rows that are read at once: about a millisecond of the event loop, which the requests of others wait for. */
export const PAGE_SIZE = 50;

export interface RowsToRemove {
  from: PgTable;
  where: SQL;
  /** A column that is never null, and the first one of an index after those that `where` fixes. */
  by: PgColumn;
}

/**
 * Deletes rows in the order of `by`. Rows that another transaction has locked are passed over; the next run finds them.
 * @returns how many
 */
export function removeRows(db: Database, rows: RowsToRemove): Promise<number> {
  return changeRows(db, rows, sql`delete from ${rows.from}`);
}

/**
 * Changes rows in the order of `by`, as `removeRows` deletes them.
 * @param change `update … set …` without a condition; a row that is changed must no longer fit `where`
 * @returns how many
 */
export async function changeRows(db: Database, { from, where, by }: RowsToRemove, change: SQL): Promise<number> {
  for (let changed = 0, last: unknown; ; ) {
    // Rows of equal keys may be left over: they come again, and those that are done do not.
    const onwards = last === undefined ? undefined : sql` and ${by} >= ${last}`;
    const { rows } = await transact(db, (tx) =>
      tx.execute<{ count: number; last: unknown }>(sql`
        with batch as materialized (
          select ctid as row, ${by} as key from ${from} where ${where}${onwards}
          order by ${by} limit ${REMOVAL_BATCH} for update skip locked
        ), changed as (${change} where ${from}.ctid = any(array(select row from batch)))
        select (select count(*)::int from batch) as count, (select key from batch order by key desc limit 1) as last`),
    );
    const batch = rows[0]!;
    changed += batch.count;
    if (batch.count < REMOVAL_BATCH) return changed;
    ({ last } = batch);
  }
}

/**
 * All rows of a list, page after page: no more than one page is in memory, and nothing is held in the database between two.
 * @param page reads up to `limit` rows after `last`, or the first ones
 */
export async function* readPages<Row>(
  page: (limit: number, last: Row | undefined) => Promise<Row[]>,
): AsyncGenerator<Row[]> {
  for (let last: Row | undefined; ; ) {
    const rows = await page(PAGE_SIZE, last);
    if (rows.length > 0) yield rows;
    if (rows.length < PAGE_SIZE) return;
    last = rows.at(-1);
  }
}

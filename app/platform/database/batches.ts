/**
 * Reads, changes and deletes any number of rows in batches of bounded size. Each batch continues at the key where the previous one ended,
 * so the cost is linear in the number of rows, not quadratic. Each batch is its own transaction, so locks and snapshots last no longer
 * than one batch.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import type { Database } from './database.ts';
import { transact } from './retry.ts';

/** Rows per transaction; a batch holds its locks for about 10 ms. */
const REMOVAL_BATCH = 1_000;
/** Rows per page. Reading one page blocks the event loop, and so other requests, for about a millisecond. */
export const PAGE_SIZE = 50;

export interface RowsToRemove {
  from: PgTable;
  where: SQL;
  /** A column that is never null. In an index, it must directly follow the columns that `where` fixes. */
  by: PgColumn;
}

/**
 * Deletes rows in the order of `by`. Rows that another transaction has locked are skipped; the next run finds them.
 * @returns the number of deleted rows
 */
export function removeRows(db: Database, rows: RowsToRemove): Promise<number> {
  return changeRows(db, rows, sql`delete from ${rows.from}`);
}

/**
 * Changes rows in the order of `by`, in the same way as `removeRows` deletes them.
 * @param change `update … set …` without a condition; a changed row must no longer match `where`
 * @returns the number of changed rows
 */
export async function changeRows(db: Database, { from, where, by }: RowsToRemove, change: SQL): Promise<number> {
  // `where` is said again for the change: where it names the owner, a sharded PostgreSQL does all of it on one node. A `ctid` means nothing on another.
  for (let changed = 0, last: unknown; ; ) {
    // The previous batch may have ended between rows with equal keys, so the next one includes that key. Rows already done no longer match.
    const onwards = last === undefined ? undefined : sql` and ${by} >= ${last}`;
    const { rows } = await transact(db, (tx) =>
      tx.execute<{ count: number; last: unknown }>(sql`
        with batch as materialized (
          select ctid as row, ${by} as key from ${from} where ${where}${onwards}
          order by ${by} limit ${REMOVAL_BATCH} for update skip locked
        ), changed as (${change} where ${from}.ctid = any(array(select row from batch)) and (${where}))
        select (select count(*)::int from batch) as count, (select key from batch order by key desc limit 1) as last`),
    );
    const batch = rows[0]!;
    changed += batch.count;
    if (batch.count < REMOVAL_BATCH) return changed;
    ({ last } = batch);
  }
}

/**
 * Reads all rows of a list page by page. At most one page is in memory, and between two pages no transaction or lock is held.
 * @param page reads up to `limit` rows after `last`, or the first rows if there is no `last`
 * @throws Error if it reads more rows: its query has lost its limit, and would hold a whole table in memory
 */
export async function* readPages<Row>(
  page: (limit: number, last: Row | undefined) => Promise<Row[]>,
): AsyncGenerator<Row[]> {
  for (let last: Row | undefined; ; ) {
    const rows = await page(PAGE_SIZE, last);
    if (rows.length > PAGE_SIZE) throw new Error(`a page of ${PAGE_SIZE} has ${rows.length} rows`);
    if (rows.length > 0) yield rows;
    if (rows.length < PAGE_SIZE) return;
    last = rows.at(-1);
  }
}

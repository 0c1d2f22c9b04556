/** Deletes changes that every process has read, or will never read because it begins anew. */
import { sql } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { FORGOTTEN_MS } from './feed.ts';

/**
 * What was visible to the sweep before, at least `FORGOTTEN_MS` ago, is deleted. Time alone does not tell: a transaction may commit long after it
 * announced something. What comes from another server, with a restored dump, goes too.
 * @returns a function that sweeps, and says how many rows it deleted
 */
export function createSweep(db: Database): () => Promise<number> {
  let last: { snapshot: string; atMs: number } | undefined;
  return async () => {
    const atMs = performance.now();
    if (last && atMs - last.atMs < FORGOTTEN_MS) return 0;
    const { rows } = await db.execute<{ snapshot: string; count: number }>(sql`
      with swept as (
        delete from changes where pg_visible_in_snapshot(transaction_id, ${last?.snapshot ?? null}::text::pg_snapshot)
          or transaction_id >= pg_snapshot_xmax(pg_current_snapshot())
        returning 1
      ) select pg_current_snapshot()::text as snapshot, (select count(*)::int from swept) as count`);
    last = { snapshot: rows[0]!.snapshot, atMs };
    return rows[0]!.count;
  };
}

/**
 * The announced changes for readers outside, who come back with the place where they stopped. Complete however late a transaction commits: a read
 * takes what its snapshot sees and what the snapshot of the place did not see, as `feed.ts` does.
 */
import { sql } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { EVERYTHING } from './collecting.ts';
import { FORGOTTEN_MS } from './feed.ts';

/** A place in the order of commits. */
export interface Position {
  /** `pg_snapshot`. */
  readonly snapshot: string;
  /** When the server was started, in Unix seconds: another one, or the same after a restart, has lost the changes. */
  readonly server: string;
  /** When the place was read, by the database's clock, in Unix seconds. */
  readonly at: string;
}

/** Changes may be swept so long after they were committed, in seconds; half of it, in case the database's clock is set. */
const KEPT_SECONDS = FORGOTTEN_MS / 2 / 1_000;

const server = sql`extract(epoch from pg_postmaster_start_time())::text`;
const here = sql`pg_current_snapshot()::text as snapshot, ${server} as server, extract(epoch from statement_timestamp())::text as at`;

/** @returns the place of this moment. A read that begins later sees all that was committed before it */
export async function position(db: Database): Promise<Position> {
  const { rows } = await db.execute<Position & Record<string, unknown>>(sql`select ${here}`);
  return rows[0]!;
}

/**
 * @param since where the caller stopped, as it was given out
 * @param max the most changes that are returned
 * @returns the keys of what changed of one kind, and where to continue; undefined if it cannot be told, or is too much: then begin anew
 */
export async function changesSince(
  db: Database,
  kind: string,
  since: Position,
  max: number,
): Promise<{ keys: string[]; position: Position } | undefined> {
  const snapshot = sql`${since.snapshot}::text::pg_snapshot`;
  const { rows } = await db.execute<
    Position & Record<string, unknown> & { told: boolean; changes: [string, string][] }
  >(sql`
    select ${here},
      ${server} = ${since.server} and pg_snapshot_xmax(pg_current_snapshot()) >= pg_snapshot_xmax(${snapshot})
        and extract(epoch from clock_timestamp()) - ${since.at}::numeric between 0 and ${KEPT_SECONDS} as told,
      coalesce((select json_agg(json_build_array(kind, key)) from (
        select kind, key from changes
        where kind in (${kind}, ${EVERYTHING}) and transaction_id >= pg_snapshot_xmin(${snapshot})
          and not pg_visible_in_snapshot(transaction_id, ${snapshot})
        limit ${max + 1}) news), '[]') as changes`);
  const { told, changes, snapshot: seen, server: started, at } = rows[0]!;
  if (!told || changes.length > max || changes.some(([each]) => each === EVERYTHING)) return undefined;
  return { keys: changes.map(([, key]) => key), position: { snapshot: seen, server: started, at } };
}

/**
 * Transactions say what they change of what processes keep in memory. The rows are written right before the commit, by one statement, so that a
 * change is heard if, and only if, it was committed.
 */
import type { Transaction } from '../database.ts';
import type { Query } from '../pipelined-pool.ts';

/** Something that processes may know from memory is not true any more. */
export interface Change {
  /** What kind of thing, e.g. `user`. */
  readonly kind: string;
  /** Which one of its kind. */
  readonly key: string;
}

/**
 * The kind of a change that makes every process forget everything. For those who change rows by hand:
 * `insert into changes (kind, key) values ('*', '')` in the same transaction.
 */
export const EVERYTHING = '*';

/** Connection -> the changes of the transaction that it runs. */
const announced = new WeakMap<object, Change[]>();

/** Tells every process, once `tx` has committed, to forget what it knows of this. */
export function announce(tx: Transaction, kind: string, ...keys: readonly string[]): void {
  const { client } = tx._.session as unknown as { client: object };
  const changes = announced.get(client);
  if (!changes) throw new Error(`a change of ${kind} was announced outside of a transaction`);
  for (const key of keys) changes.push({ kind, key });
}

/**
 * Runs `work`, which is all of a transaction on `client` but its commit, and writes what was announced.
 * @returns its result and the changes
 */
export async function collectChanges<T>(client: { query: Query }, work: () => Promise<T>): Promise<[T, Change[]]> {
  const changes: Change[] = [];
  announced.set(client, changes);
  try {
    const result = await work();
    if (changes.length > 0)
      await client.query({
        name: 'changes_announce',
        text: 'insert into changes (kind, key) select * from unnest($1::text[], $2::text[])',
        values: [changes.map(({ kind }) => kind), changes.map(({ key }) => key)],
      });
    return [result, changes];
  } finally {
    announced.delete(client);
  }
}

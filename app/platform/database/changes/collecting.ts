/** The changes of a transaction, collected until its commit. Not here: saying them (`announcing.ts`). */
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

/** The changes so far of the transaction that `client` runs; undefined if it runs none. */
export const changesOf = (client: object): Change[] | undefined => announced.get(client);

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

/** Cursor pagination. It is stable under inserts, because a page continues after the key of the last row, not at an offset. */
import { createHmac } from 'node:crypto';
import { equalSecrets } from '../security/random.ts';
import type { Sealer } from '../security/sealing.ts';
import { httpErrors } from './errors.ts';

const TAG_LENGTH = 12;

export interface Cursors {
  /** Returns an opaque cursor that points behind `key` in the list named `list`. */
  encode(list: string, key: readonly string[]): string;
  /** Returns the key. @throws `invalid_cursor` if the cursor is damaged, invented, or of another list */
  decode(list: string, cursor: string): string[];
}

/** Cursors carry a MAC, so that a damaged cursor is refused instead of being read as another position in the list. */
export function createCursors(sealer: Sealer): Cursors {
  const tag = (key: Buffer, list: string, body: string) =>
    createHmac('sha256', key).update(`${list}\0${body}`).digest().subarray(0, TAG_LENGTH);
  return {
    encode(list, key) {
      const body = JSON.stringify(key);
      return Buffer.concat([tag(sealer.deriveKey('cursor'), list, body), Buffer.from(body)]).toString('base64url');
    },
    decode(list, cursor) {
      const bytes = Buffer.from(cursor, 'base64url');
      const body = bytes.subarray(TAG_LENGTH).toString();
      const given = bytes.subarray(0, TAG_LENGTH);
      const genuine = sealer.deriveKeys('cursor').some((key) => equalSecrets(tag(key, list, body), given));
      if (!genuine || bytes.toString('base64url') !== cursor) throw httpErrors.invalid_cursor();
      return JSON.parse(body);
    },
  };
}

/**
 * Makes a page from rows that were selected with `limit + 1`.
 * @param nextCursor makes the cursor that points behind a row
 * @throws Error if there are more rows: the query has lost its limit, and would read a whole table for one page
 */
export function toPage<Row, Item>(
  rows: readonly Row[],
  limit: number,
  present: (row: Row) => Item,
  nextCursor: (last: Row) => string,
): { data: Item[]; nextCursor: string | null } {
  if (rows.length > limit + 1) throw new Error(`a page of ${limit} was made from ${rows.length} rows`);
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { data: shown.map(present), nextCursor: rows.length > limit && last ? nextCursor(last) : null };
}

/** Finding things by the names that people gave them. Each word of a query begins a word of the name, in any order; an index serves it. */
import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';

/**
 * The words of a name, for a GIN index and for the condition that uses it. The characters that are replaced would keep words together: PostgreSQL
 * takes `acme.com` for a host and `jean-luc` for one word.
 */
export const wordsOf = (column: SQLWrapper): SQL =>
  sql`to_tsvector('simple', translate(${column}, '@./:_-''’', '        '))`;

const WORDS = /[\p{L}\p{M}\p{N}]+/gu;
/** A single letter begins a large part of all names. */
const MIN_LENGTH = 2;
const MAX_WORDS = 8;

/**
 * The condition that a name has words that begin like those of a text.
 * @param text as a person types it
 * @returns undefined if the text has no word of two letters
 */
export function matchesName(column: SQLWrapper, text: string): SQL | undefined {
  const words = (text.normalize('NFC').match(WORDS) ?? []).slice(0, MAX_WORDS);
  if (!words.some((word) => word.length >= MIN_LENGTH)) return undefined;
  // Words have no characters that a query of PostgreSQL gives a meaning to.
  const query = words.map((word) => `'${word}':*`).join(' & ');
  return sql`${wordsOf(column)} @@ to_tsquery('simple', ${query})`;
}

/** Columns of text that a read-only role must not see. Columns of bytes hold hashes, keys and sealed content, and are never shown. */
import { getTableName } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';

const declared = new Map<string, Set<string>>();

/** Declares columns of a table, by their names in the database, as secret. */
export function declareSecrets(table: PgTable, ...columns: string[]): void {
  const name = getTableName(table);
  declared.set(name, new Set([...(declared.get(name) ?? []), ...columns]));
}

/** @returns whether a column of text was declared as secret */
export const isSecret = (table: string, column: string): boolean => declared.get(table)?.has(column) ?? false;

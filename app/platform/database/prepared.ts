/**
 * Statements that run often, and in transactions. Drizzle writes a statement anew each time, and the server plans it anew; its own
 * `prepare` keeps to the one connection that it was called on.
 */
import { fillPlaceholders, type SQLWrapper } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import type { Executor } from './database.ts';
import type { Query } from './pipelined-pool.ts';

/** Runs it with a value for each placeholder. @returns its rows, with the columns' names and node-postgres' types */
export type Prepared<Row> = (executor: Executor, values: Record<string, unknown>) => Promise<Row[]>;

/**
 * Writes a statement once; each connection plans it once.
 * @param name no other statement's
 * @param statement with `sql.placeholder`s for what differs from run to run
 */
export function prepare<Row = never>(name: string, statement: SQLWrapper): Prepared<Row> {
  const { sql: text, params } = new PgDialect().sqlToQuery(statement.getSQL());
  return async (executor, values) => {
    const { rows } = await queryOf(executor)({ name, text, values: fillPlaceholders(params, values) });
    return rows as Row[];
  };
}

/** The pool's, or that of the transaction's connection. */
function queryOf(executor: Executor): Query {
  const { client } = executor._.session as unknown as { client: { query: Query } };
  return (config) => client.query(config);
}

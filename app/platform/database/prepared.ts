/**
 * Prepared statements for frequent queries, also in transactions. Otherwise Drizzle builds the SQL text for each run, and the server plans
 * it for each run. Drizzle's own `prepare` is bound to the connection that it was called on.
 */
import { fillPlaceholders, type SQLWrapper } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import type { Executor } from './database.ts';
import type { Query } from './pipelined-pool.ts';

/** Runs the statement with a value for each placeholder. @returns its rows, with the columns' names and node-postgres' types */
export type Prepared<Row> = (executor: Executor, values: Record<string, unknown>) => Promise<Row[]>;

/**
 * Builds the SQL text once; each connection plans it once.
 * @param name unique among all prepared statements
 * @param statement has a `sql.placeholder` for each value that differs between runs
 */
export function prepare<Row = never>(name: string, statement: SQLWrapper): Prepared<Row> {
  const { sql: text, params } = new PgDialect().sqlToQuery(statement.getSQL());
  return async (executor, values) => {
    const { rows } = await queryOf(executor)({ name, text, values: fillPlaceholders(params, values) });
    return rows as Row[];
  };
}

/** Returns the `query` of the pool, or of the transaction's connection. */
function queryOf(executor: Executor): Query {
  const { client } = executor._.session as unknown as { client: { query: Query } };
  return (config) => client.query(config);
}

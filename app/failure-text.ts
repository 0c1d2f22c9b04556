/** How a failed start or command is told to an operator: the cause, and the setting that helps, where one does. */
import { DrizzleQueryError } from 'drizzle-orm/errors';
import pg from 'pg';
import { driverError } from './platform/database/failures.ts';

/** Errors that only PgBouncer in transaction mode answers with: parameters that it does not track, and statements that another connection has prepared. */
const POOLER_CODES = new Set(['08P01', '26000', '42P05']);
const POOLER_ADVICE =
  'If DATABASE_URL leads to PgBouncer in transaction mode, set DATABASE_PREPARED_STATEMENTS=false, and DATABASE_DIRECT_URL to the server itself.';

/** @returns lines for people. An error of the database comes without the statement and its values, which may be secrets. */
export function failureText(error: unknown): string {
  const cause = innermost(error);
  if (!(cause instanceof pg.DatabaseError)) {
    const known = error instanceof DrizzleQueryError ? cause : error;
    return (known as Error)?.stack ?? String(known);
  }
  const lines = [`The database refused a statement: ${cause.message} (${cause.code})`];
  if (POOLER_CODES.has(cause.code ?? '')) lines.push(POOLER_ADVICE);
  return lines.join('\n');
}

function innermost(error: unknown): unknown {
  const cause = driverError(error);
  return cause instanceof Error && cause.cause instanceof Error ? innermost(cause.cause) : cause;
}

/** An error as it may leave the process, in a log line or an error report: without the values that it quotes. */
import pg from 'pg';
import { driverError } from '../database/failures.ts';
import { scrub } from './scrubbing.ts';

export interface SerializedError {
  readonly type?: string;
  readonly message: string;
  readonly code?: unknown;
  readonly constraint?: unknown;
  readonly table?: unknown;
  readonly stack?: string | undefined;
  readonly cause?: SerializedError | undefined;
  readonly errors?: readonly SerializedError[] | undefined;
}

/** An error may be its own cause, by way of others. */
const MAX_DEPTH = 5;

/**
 * Type, message, code, stack, and the same of its causes. PostgreSQL's `detail` and `where` quote row values, drizzle's message quotes
 * parameters, and messages of class 22 (data exceptions) quote the bad value: all are left out.
 */
export function serializeError(error: unknown, depth = 1): SerializedError {
  const cause = driverError(error);
  if (!(cause instanceof Error)) return { message: scrub(String(cause)) };
  const { code, constraint, table } = cause as { code?: unknown; constraint?: unknown; table?: unknown };
  const quotesValues = cause instanceof pg.DatabaseError && String(code).startsWith('22');
  const inner = (other: unknown) =>
    depth < MAX_DEPTH ? serializeError(other, depth + 1) : { message: 'further causes are left out' };
  return {
    type: scrub(cause.name),
    message: quotesValues ? 'data exception (message withheld: it quotes a value)' : scrub(cause.message),
    code: typeof code === 'string' ? scrub(code) : code,
    constraint,
    table,
    stack: quotesValues ? cause.stack?.replace(cause.message, '') : scrub(cause.stack ?? ''),
    cause: cause.cause === undefined ? undefined : inner(cause.cause),
    errors: cause instanceof AggregateError ? cause.errors.map(inner) : undefined,
  };
}

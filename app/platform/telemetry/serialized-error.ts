/** Serializes an error for a log line or an error report, without the values that it quotes. */
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

/** Limits the chain of causes, because an error may be its own cause, directly or indirectly. */
const MAX_DEPTH = 5;

/**
 * Returns the type, message, code and stack of an error and of its causes. It leaves out PostgreSQL's `detail` and `where`, which quote row
 * values, Drizzle's message, which quotes parameters, and messages of class 22 (data exceptions), which quote the bad value.
 */
export function serializeError(error: unknown, depth = 1): SerializedError {
  const cause = driverError(error);
  if (!(cause instanceof Error)) return { message: scrub(messageOf(cause)) };
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

/** Anything may be thrown. Of an object that is no error, only its message is told, as its other values may be secrets. */
function messageOf(thrown: unknown): string {
  if (thrown === null || typeof thrown !== 'object') return String(thrown);
  const { message, code } = thrown as { message?: unknown; code?: unknown };
  if (typeof message === 'string') return typeof code === 'string' ? `${message} (${code})` : message;
  return `no error, but an object with ${Object.keys(thrown).join(', ') || 'nothing in it'}`;
}

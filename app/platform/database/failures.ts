/** What a database error means. Not here: what to answer; `http/problems.ts` and the features decide that. */
import { DrizzleQueryError } from 'drizzle-orm/errors';
import pg from 'pg';

/** The error of the driver: drizzle wraps it together with the statement's parameters, which must not be logged. */
export function driverError(error: unknown): unknown {
  return error instanceof DrizzleQueryError ? error.cause : error;
}

/** Whether a transaction lost against another one and may simply run again (deadlock or serialization failure). */
export function isTransient(error: unknown): boolean {
  const cause = driverError(error);
  return cause instanceof pg.DatabaseError && (cause.code === '40P01' || cause.code === '40001');
}

const NETWORK_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPIPE',
  'ETIMEDOUT',
]);
const CLIENT_MESSAGES =
  /Connection terminated|connection error and is not queryable|timeout expired|timeout exceeded when trying to connect|Client was closed|closed the connection|Query read timeout|pool is closed|pool after calling end/;

/**
 * Whether the database could not be reached, so that the same call may succeed later: connection failures of the client and the
 * classes 08 (connection exception), 57P (operator intervention) and 53 (insufficient resources) of PostgreSQL.
 */
export function isUnavailable(error: unknown): boolean {
  const cause = driverError(error);
  if (!(cause instanceof Error)) return false;
  if (cause instanceof AggregateError) return cause.errors.some(isUnavailable);
  const code = (cause as { code?: unknown }).code;
  if (cause instanceof pg.DatabaseError) return /^(08|53|57P|58030|25006)/.test(cause.code ?? '');
  return (typeof code === 'string' && NETWORK_CODES.has(code)) || CLIENT_MESSAGES.test(cause.message);
}

/**
 * Whether a replica failed where the primary would not: it cancelled the statement to go on replaying (40001), or has not replayed the
 * migration yet that made the table or column (42P01, 42703).
 */
export function isBehind(error: unknown): boolean {
  const cause = driverError(error);
  return cause instanceof pg.DatabaseError && /^(40001|42P01|42703)$/.test(cause.code ?? '');
}

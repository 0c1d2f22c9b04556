/** Classifies database errors. The answers to them are decided in `http/problems.ts` and in the features. */
import { DrizzleQueryError } from 'drizzle-orm/errors';
import pg from 'pg';
import { TurnError } from './shares.ts';

/** Returns the driver's error. Drizzle wraps it together with the statement's parameters, which must not be logged. */
export function driverError(error: unknown): unknown {
  return error instanceof DrizzleQueryError ? error.cause : error;
}

/** Returns true if the transaction conflicted with another one and may run again (deadlock or serialization failure). */
export function isTransient(error: unknown): boolean {
  const cause = driverError(error);
  return cause instanceof pg.DatabaseError && (cause.code === '40P01' || cause.code === '40001');
}

/**
 * Returns true if the connection prepared a statement that it can no longer run, and will refuse it each time: a migration changed the type
 * of a column in its result (0A000), or its first run was cancelled before the server had prepared it (26000). Nothing was executed.
 */
export function isStalePlan(error: unknown): boolean {
  const cause = driverError(error);
  if (!(cause instanceof pg.DatabaseError)) return false;
  // The code 0A000 alone means every unsupported feature, and messages are translated.
  return cause.code === '26000' || (cause.code === '0A000' && cause.routine === 'RevalidateCachedQuery');
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
 * Returns true if the database could not be reached, so that the same call may succeed later. These are connection failures of the
 * client, and PostgreSQL's classes 08 (connection exception), 57P (operator intervention) and 53 (insufficient resources).
 */
export function isUnavailable(error: unknown): boolean {
  const cause = driverError(error);
  if (!(cause instanceof Error)) return false;
  if (cause instanceof AggregateError) return cause.errors.some(isUnavailable);
  if (cause instanceof TurnError) return true;
  const code = (cause as { code?: unknown }).code;
  if (cause instanceof pg.DatabaseError) return /^(08|53|57P|58030|25006)/.test(cause.code ?? '');
  return (typeof code === 'string' && NETWORK_CODES.has(code)) || CLIENT_MESSAGES.test(cause.message);
}

/** Returns true if a statement was given up because it waited too long: for a lock (55P03), or in all (57014). It may succeed later. */
export function isLate(error: unknown): boolean {
  const cause = driverError(error);
  return cause instanceof pg.DatabaseError && (cause.code === '55P03' || cause.code === '57014');
}

/** Returns true if a statement was given up because it waited too long for a lock. Nothing of it was done. */
export function isLockTimeout(error: unknown): boolean {
  const cause = driverError(error);
  return cause instanceof pg.DatabaseError && cause.code === '55P03';
}

/**
 * Returns true if a replica failed where the primary would not. It cancelled the statement to continue the replay (40001), or it has not
 * yet replayed the migration that created the table or column (42P01, 42703).
 */
export function isBehind(error: unknown): boolean {
  const cause = driverError(error);
  return cause instanceof pg.DatabaseError && /^(40001|42P01|42703)$/.test(cause.code ?? '');
}

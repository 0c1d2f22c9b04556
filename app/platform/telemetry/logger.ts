/**
 * Structured logs: Pino JSON straight to standard output, pretty only on a terminal in development.
 * What may hold a secret or a person's data is not logged in the first place; redaction by path is the second line.
 */
import pg from 'pg';
import { type DestinationStream, type Logger, pino } from 'pino';
import { driverError } from '../database/failures.ts';

export type { Logger };

const SECRET_KEYS = [
  'password',
  'currentPassword',
  'newPassword',
  'token',
  'accessToken',
  'refreshToken',
  'authorization',
  'cookie',
  'secret',
  'email',
  'address',
  'to',
];
const REDACTED_PATHS = SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`, `headers["${key}"]`]);

export interface LoggerOptions {
  level: string;
  release: string;
  /** Where lines go; standard output if absent. */
  destination?: DestinationStream;
}

/** The process's logger. `err` is serialized without a statement's parameters and without a driver's row details. */
export function createLogger({ level, release, destination }: LoggerOptions): Logger {
  const options = {
    level,
    base: { release },
    messageKey: 'message',
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: REDACTED_PATHS, censor: '[redacted]' },
    serializers: { err: serializeError },
  };
  return destination ? pino(options, destination) : pino(options);
}

/**
 * An error as logged: type, message, code, stack, and the same of its causes. PostgreSQL's `detail` and `where` quote row values,
 * drizzle's message quotes parameters, and messages of class 22 (data exceptions) quote the bad value: all are left out.
 */
export function serializeError(error: unknown): unknown {
  const cause = driverError(error);
  if (!(cause instanceof Error)) return { message: String(cause) };
  const { code, constraint, table } = cause as { code?: unknown; constraint?: unknown; table?: unknown };
  const quotesValues = cause instanceof pg.DatabaseError && String(code).startsWith('22');
  return {
    type: cause.name,
    message: quotesValues ? 'data exception (message withheld: it quotes a value)' : cause.message,
    code,
    constraint,
    table,
    stack: quotesValues ? cause.stack?.replace(cause.message, '') : cause.stack,
    cause: cause.cause === undefined ? undefined : serializeError(cause.cause),
  };
}

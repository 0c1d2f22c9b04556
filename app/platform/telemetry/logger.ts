/**
 * Structured logs: Pino JSON straight to standard output, pretty only on a terminal in development.
 * What may hold a secret or a person's data is not logged in the first place; redaction by name is the second line.
 */
import { type DestinationStream, type LogFn, type Logger, pino } from 'pino';
import { serializeError } from './serialized-error.ts';
import { standardOutput } from './standard-output.ts';
import { activeTraceId } from './trace-context.ts';

export type { Logger };

const SECRET_KEYS = new Set([
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
]);
const REDACTED = '[redacted]';
const REDACTED_DEPTH = 3;
/** What a child logger is bound to passes by the formatter, but not by these. */
const redactors = Object.fromEntries([...SECRET_KEYS].map((key) => [key, () => REDACTED]));

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
    timestamp: timeField,
    // Not Pino's `redact`, which took a quarter of a small request for these names at three levels.
    formatters: { level: (label: string) => ({ level: label }), log: withoutSecrets },
    serializers: { ...redactors, err: serializeError },
    mixin: traceFields,
    mixinMergeStrategy: withTraceFields,
    hooks: { logMethod: logErrorsAsFields },
  };
  return pino(options, destination ?? standardOutput());
}

const HAS_TRACE_ID = Symbol('has a trace id');

/** Lets a logger and its children tell the trace id of a request wherever they are used, also outside of its context. */
export function bindTraceId(logger: Logger, traceId: string): void {
  logger.setBindings({ traceId });
  Object.assign(logger, { [HAS_TRACE_ID]: true });
}

/** Every line says which trace it belongs to, if any. */
function traceFields(_fields: object, _level: number, logger: Logger): { traceId?: string } {
  if (HAS_TRACE_ID in logger) return {};
  const traceId = activeTraceId();
  return traceId === undefined ? {} : { traceId };
}

/** As Pino merges them, but without a copy of the fields of each request, whose logger tells its trace id by itself. */
function withTraceFields<Fields extends object, Trace extends object>(fields: Fields, traced: Trace): Fields {
  return 'traceId' in traced ? { ...traced, ...fields } : fields;
}

let millisecond = 0;
let time = '';

/** RFC 3339 with milliseconds, written once for the lines of each. */
function timeField(): string {
  const now = Date.now();
  if (now !== millisecond) {
    millisecond = now;
    time = `,"time":"${new Date(now).toISOString()}"`;
  }
  return time;
}

/** `logger.error(error)`: Pino would take the error's own message for the line's, and drizzle's quotes parameters. */
function logErrorsAsFields(this: Logger, args: Parameters<LogFn>, log: LogFn): void {
  const [first, ...rest] = args as [unknown, ...unknown[]];
  log.apply(
    this,
    (first instanceof Error ? [{ err: first }, ...(rest.length > 0 ? rest : ['error'])] : args) as Parameters<LogFn>,
  );
}

/** The fields without the values of secret keys, down to three levels; a copy only where there was one. */
function withoutSecrets(fields: Record<string, unknown>, depth = 1): Record<string, unknown> {
  let result = fields;
  for (const key of Object.keys(fields)) {
    const value = fields[key];
    const safe = SECRET_KEYS.has(key) ? REDACTED : withoutSecretsInside(key, value, depth);
    if (safe === value) continue;
    if (result === fields) result = { ...fields };
    result[key] = safe;
  }
  return result;
}

function withoutSecretsInside(key: string, value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  // What is named `err` has a serializer of its own; an error under another name would be logged with all it carries.
  if (value instanceof Error) return key === 'err' && depth === 1 ? value : serializeError(value);
  return depth < REDACTED_DEPTH ? withoutSecrets(value as Record<string, unknown>, depth + 1) : value;
}

/**
 * Structured logs: JSON by Pino to standard output, pretty only on a terminal in development.
 * Code must not log values that may contain a secret or personal data. Redaction by name is a second safeguard.
 */
import { type DestinationStream, type LogFn, type Logger, pino } from 'pino';
import { scrub } from './scrubbing.ts';
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
/** Serializers that redact the bindings of child loggers, which do not pass through the formatter. */
const redactors = Object.fromEntries([...SECRET_KEYS].map((key) => [key, () => REDACTED]));

export interface LoggerOptions {
  level: string;
  release: string;
  /** The destination of lines; standard output if absent. */
  destination?: DestinationStream;
}

/** Creates the logger of the process. `err` is serialized without the parameters of a statement and without row values from the driver. */
export function createLogger({ level, release, destination }: LoggerOptions): Logger {
  const options = {
    level,
    base: { release },
    messageKey: 'message',
    timestamp: timeField,
    // Pino's `redact` is not used: for these names at three levels, it took a quarter of the time of a small request.
    formatters: { level: (label: string) => ({ level: label }), log: withoutSecrets },
    serializers: { ...redactors, err: serializeError },
    mixin: traceFields,
    mixinMergeStrategy: withTraceFields,
    hooks: { logMethod: logErrorsAsFields },
  };
  const logger: Logger = pino(options, destination ?? standardOutput({ onResumed }));
  return logger;

  function onResumed(dropped: number): void {
    logger.warn({ dropped }, 'lines of the log were dropped: its reader was too slow');
  }
}

const HAS_TRACE_ID = Symbol('has a trace id');

/** Makes a logger and its children log the trace id of a request wherever they are used, also outside its context. */
export function bindTraceId(logger: Logger, traceId: string): void {
  logger.setBindings({ traceId });
  Object.assign(logger, { [HAS_TRACE_ID]: true });
}

/** Returns the trace id for a line, if there is one. */
function traceFields(_fields: object, _level: number, logger: Logger): { traceId?: string } {
  if (HAS_TRACE_ID in logger) return {};
  const traceId = activeTraceId();
  return traceId === undefined ? {} : { traceId };
}

/** Merges fields as Pino does, but without copying the fields of each request, whose logger is bound to its trace id. */
function withTraceFields<Fields extends object, Trace extends object>(fields: Fields, traced: Trace): Fields {
  return 'traceId' in traced ? { ...traced, ...fields } : fields;
}

let millisecond = 0;
let time = '';

/** The time in RFC 3339 with milliseconds. The text is built once per millisecond. */
function timeField(): string {
  const now = Date.now();
  if (now !== millisecond) {
    millisecond = now;
    time = `,"time":"${new Date(now).toISOString()}"`;
  }
  return time;
}

/**
 * Handles `logger.error(error)`: Pino would use the error's message for the line, and Drizzle's messages quote parameters. Fastify repeats an error's message
 * beside the error, with the address of the request in it.
 */
function logErrorsAsFields(this: Logger, args: Parameters<LogFn>, log: LogFn): void {
  const [first, ...rest] = args as [unknown, ...unknown[]];
  const isError = first instanceof Error;
  if (isError || (first as { err?: unknown } | null | undefined)?.err) {
    const said = rest.length > 0 ? rest.map((each) => (typeof each === 'string' ? scrub(each) : each)) : ['error'];
    log.apply(this, [isError ? { err: first } : first, ...said] as Parameters<LogFn>);
  } else log.apply(this, args);
}

/** Returns the fields without the values of secret keys, down to three levels. Copies objects only if they have such a key. */
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
  // A field named `err` has its own serializer. An error under another name would be logged with all its properties.
  if (value instanceof Error) return key === 'err' && depth === 1 ? value : serializeError(value);
  return depth < REDACTED_DEPTH ? withoutSecrets(value as Record<string, unknown>, depth + 1) : value;
}

/**
 * Sends error reports with Sentry's protocol: to Sentry, to a compatible server, or to the local inbox of `npm run errors`. Loaded only if a
 * DSN is set. An event is built here from the error as it is logged. Of the SDK, we use the stack parser, the source lines around stack
 * frames, and the transport. The SDK patches nothing and reads no requests, and only OpenTelemetry creates spans.
 */
import { trace } from '@opentelemetry/api';
import {
  contextLinesIntegration,
  defaultStackParser,
  type Event,
  makeNodeTransport,
  NodeClient,
  Scope,
} from '@sentry/node';
import type { ErrorContext, ErrorReports } from './error-reports.ts';
import { type SerializedError, serializeError } from './serialized-error.ts';

export interface SentryOptions {
  dsn: string;
  role: string;
  release: string;
  environment: string;
}

/** The tolerances for a schedule, in minutes: how late it may begin, and how long it may run. */
const MARGIN_MINUTES = 5;
const MAX_RUNTIME_MINUTES = 30;

/** Starts error reports for the whole process. */
export function startSentry({ dsn, role, release, environment }: SentryOptions): ErrorReports {
  const client = new NodeClient({
    dsn,
    release,
    environment,
    transport: makeNodeTransport,
    // Sentry does not need this header, but the local inbox would discard the event without it.
    transportOptions: { headers: { 'content-type': 'application/x-sentry-envelope' } },
    stackParser: defaultStackParser,
    integrations: [contextLinesIntegration()],
    enableOpenTelemetrySetup: false,
    enableRuntimeChannelInjection: false,
    sendClientReports: false,
    traceLifecycle: 'static',
    // Turns off everything that the SDK collects by default, also for integrations that are added later.
    dataCollection: {
      userInfo: false,
      cookies: false,
      httpHeaders: false,
      httpBodies: [],
      urlQueryParams: false,
      graphQL: { document: false, variables: false },
      genAI: { inputs: false, outputs: false },
      mcp: { inputs: false, outputs: false },
      databaseQueryData: false,
      queues: false,
      stackFrameVariables: false,
    },
  });
  client.init();
  const reported = new WeakSet<object>();

  return {
    report(error, context) {
      if (typeof error === 'object' && error !== null) {
        if (reported.has(error)) return;
        reported.add(error);
      }
      client.captureEvent(eventOf(serializeError(error), context, role), {}, activeScope());
    },

    checkIn(name, cron) {
      const monitorSlug = name.replaceAll('.', '-');
      const startedAt = performance.now();
      const monitor = {
        schedule: { type: 'crontab', value: cron },
        timezone: 'UTC',
        checkinMargin: MARGIN_MINUTES,
        maxRuntime: MAX_RUNTIME_MINUTES,
      } as const;
      const checkInId = client.captureCheckIn({ monitorSlug, status: 'in_progress' }, monitor, activeScope());
      return (succeeded) => {
        const duration = (performance.now() - startedAt) / 1_000;
        const status = succeeded ? 'ok' : 'error';
        client.captureCheckIn({ monitorSlug, status, checkInId, duration }, undefined, activeScope());
      };
    },

    async close(timeoutMs) {
      await client.close(Math.max(1, timeoutMs));
    },
  };
}

/** Creates a scope with our trace id, which the SDK does not know. */
function activeScope(): Scope {
  const scope = new Scope();
  const active = trace.getActiveSpan()?.spanContext();
  if (active) {
    const { traceId, spanId } = active;
    scope.setPropagationContext({ traceId, propagationSpanId: spanId, sampleRand: 0 });
  }
  return scope;
}

function eventOf(error: SerializedError, { where, fatal, userId, tags }: ErrorContext, role: string): Event {
  const mechanism = { type: 'generic', handled: !fatal };
  // Sentry shows the last value first, so the thrown error comes last, after its causes.
  const values = chainOf(error).map(({ type, message, stack }) => ({
    type: type ?? 'Error',
    value: message,
    stacktrace: { frames: defaultStackParser(stack ?? '') },
    mechanism,
  }));
  return {
    level: fatal ? 'fatal' : 'error',
    transaction: where,
    exception: { values: values.toReversed() },
    tags: { role, code: typeof error.code === 'string' ? error.code : undefined, ...tags },
    ...(userId !== undefined && { user: { id: userId } }),
  };
}

const MAX_CHAIN = 10;

/** Returns an error and its causes, outermost first. */
function chainOf(error: SerializedError): SerializedError[] {
  const inner = [...(error.errors ?? []), ...(error.cause ? [error.cause] : [])];
  return [error, ...inner.flatMap(chainOf)].slice(0, MAX_CHAIN);
}

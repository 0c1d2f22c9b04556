/** Creates spans. With tracing off, a span costs only one check. Attributes contain no secrets and no personal data. */
import {
  type Attributes,
  type Context,
  context,
  INVALID_SPAN_CONTEXT,
  isSpanContextValid,
  type Span,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { driverError } from '../database/failures.ts';
import { scrub } from './scrubbing.ts';
import { withTraceId } from './trace-context.ts';

export { type Attributes, type Span, SpanKind };

/** Looked up for each span, because tracing may start later than this module. */
const tracer = () => trace.getTracer('plinth');

/**
 * Runs `work` in a child span of the active span, if that is recorded.
 * @param attributes follow OpenTelemetry's semantic conventions
 * @throws the error that `work` throws. The span stores its type, but not its message, which may quote data
 */
export async function inSpan<T>(
  name: string,
  { kind, attributes }: { kind: SpanKind; attributes: Attributes },
  work: (span: Span) => Promise<T>,
): Promise<T> {
  const parent = trace.getActiveSpan();
  if (!parent?.isRecording()) return work(parent ?? NONE);
  const span = start(name, kind, attributes);
  try {
    return await context.with(trace.setSpan(context.active(), span), work, undefined, span);
  } catch (error) {
    failSpan(span, error);
    throw error;
  } finally {
    span.end();
  }
}

const NONE = trace.wrapSpanContext({ traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 0 });

/** Starts the span of a request. It belongs to a trace even if nothing is recorded. The caller ends it. */
export function startRequestSpan(
  name: string,
  { method, route, parent }: { method: string; route: string; parent: Context },
): Span {
  const attributes = { 'http.request.method': method, 'http.route': route };
  return begin(name, SpanKind.SERVER, attributes, parent);
}

/** Starts the span of a job's run. @param parent the context in which the job was enqueued */
export function startJobSpan(
  queue: string,
  { jobId, attempt, parent }: { jobId: string; attempt: number; parent: Context },
): Span {
  const attributes = {
    'messaging.system': 'pg-boss',
    'messaging.operation.type': 'process',
    'messaging.destination.name': queue,
    'messaging.message.id': jobId,
    'plinth.job.attempt': attempt,
  };
  return begin(`process ${queue}`, SpanKind.CONSUMER, attributes, parent);
}

let share = 0;

/** Sets the share of the traces that begin here to record, 0 to 1; initially 0. Traces that begin elsewhere follow the caller's decision. */
export function recordShare(ratio: number): void {
  share = ratio;
}

/** Samples here instead of in the SDK: an unsampled span of the SDK costs a tenth of the time of a request to `/v1/users/me`. */
function begin(name: string, kind: SpanKind, attributes: Attributes, parent: Context): Span {
  const caller = trace.getSpanContext(parent);
  const isCalled = caller !== undefined && isSpanContextValid(caller);
  const isRecorded = isCalled ? (caller.traceFlags & TraceFlags.SAMPLED) !== 0 : Math.random() < share;
  if (isRecorded) return withTraceId(start(name, kind, attributes, parent));
  return withTraceId(trace.wrapSpanContext(isCalled ? caller : INVALID_SPAN_CONTEXT));
}

/** Adds attributes only to recorded spans. The SDK would process attributes twice at the start, also for spans that are not recorded. */
function start(name: string, kind: SpanKind, attributes: Attributes, parent: Context = context.active()): Span {
  const span = tracer().startSpan(name, { kind }, parent);
  return span.isRecording() ? span.setAttributes(attributes) : span;
}

/** Marks a span as failed. */
export function failSpan(span: Span | undefined, error: unknown): void {
  if (!span?.isRecording()) return;
  const { name, code } = (driverError(error) ?? {}) as { name?: string; code?: unknown };
  span.setAttribute('error.type', scrub(typeof code === 'string' ? code : (name ?? 'unknown')));
  span.setStatus({ code: SpanStatusCode.ERROR });
}

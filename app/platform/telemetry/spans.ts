/** Spans around what the service does. Without tracing they cost a look whether it is on. Attributes hold no secret and no person's data. */
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

/** Asked anew each time: tracing may start later than what is traced. */
const tracer = () => trace.getTracer('plinth');

/**
 * Runs `work` in a span below the active one, if that is recorded.
 * @param attributes by OpenTelemetry's semantic conventions
 * @throws what `work` throws; the span keeps its kind, not its message, which may quote data
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

/** The span of a request, which is of some trace even where nothing is recorded. The caller ends it. */
export function startRequestSpan(
  name: string,
  { method, route, parent }: { method: string; route: string; parent: Context },
): Span {
  const attributes = { 'http.request.method': method, 'http.route': route };
  return begin(name, SpanKind.SERVER, attributes, parent);
}

/** The same for the run of a job. `parent`: the context in which it was enqueued. */
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

/** Sets which share of the traces that begin here is recorded, 0 to 1; none before. What was begun elsewhere is recorded where that is. */
export function recordShare(ratio: number): void {
  share = ratio;
}

/** Drawn here and not by a sampler of the SDK: to be told no by that costs a request of `/v1/users/me` a tenth of its time. */
function begin(name: string, kind: SpanKind, attributes: Attributes, parent: Context): Span {
  const caller = trace.getSpanContext(parent);
  const isCalled = caller !== undefined && isSpanContextValid(caller);
  const isRecorded = isCalled ? (caller.traceFlags & TraceFlags.SAMPLED) !== 0 : Math.random() < share;
  if (isRecorded) return withTraceId(start(name, kind, attributes, parent));
  return withTraceId(trace.wrapSpanContext(isCalled ? caller : INVALID_SPAN_CONTEXT));
}

/** Attributes are added where they are kept: given to the SDK at the start, they are looked through twice, also for spans that are not recorded. */
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

/**
 * The trace of the running code: W3C Trace Context with the API of OpenTelemetry. There is always a trace, also with tracing off. Its id is in
 * the answer, in every log line, in exemplars and error reports, and is passed to jobs. `tracing.ts` records spans.
 */
import { randomUUID } from 'node:crypto';
import {
  type Context,
  context,
  isSpanContextValid,
  ROOT_CONTEXT,
  type Span,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';

/** Makes contexts follow promises and callbacks. Called once per process; a second call does nothing. */
export function followContexts(): void {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
}

/** Returns the active trace id: 32 hexadecimal digits. */
export function activeTraceId(): string | undefined {
  return trace.getActiveSpan()?.spanContext().traceId;
}

/** Returns the `traceparent` to pass on (W3C Trace Context, version 00), or undefined outside any trace. */
export function activeTraceparent(): string | undefined {
  const active = trace.getActiveSpan()?.spanContext();
  return active && `00-${active.traceId}-${active.spanId}-0${active.traceFlags & TraceFlags.SAMPLED}`;
}

/** If the header is absent or has another version, a new trace begins (W3C Trace Context section 4.3). */
const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** Returns a context with the span that `traceparent` names as the parent, or the root context if it is not valid. */
export function contextOf(traceparent: unknown): Context {
  const [, traceId, spanId, flags] = (typeof traceparent === 'string' && TRACEPARENT.exec(traceparent)) || [];
  const parent = {
    traceId: traceId ?? '',
    spanId: spanId ?? '',
    traceFlags: Number.parseInt(flags ?? '0', 16) & TraceFlags.SAMPLED,
    isRemote: true,
  };
  return isSpanContextValid(parent) ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT;
}

/** Returns `span` if it belongs to a trace, because tracing is on or it has a parent. Otherwise returns a span that only carries a new trace id. */
export function withTraceId(span: Span): Span {
  if (isSpanContextValid(span.spanContext())) return span;
  const traceId = randomUUID().replaceAll('-', '');
  return trace.wrapSpanContext({ traceId, spanId: traceId.slice(16), traceFlags: TraceFlags.NONE });
}

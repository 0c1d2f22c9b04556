/**
 * Which trace the running code belongs to: W3C Trace Context, over the API of OpenTelemetry. There is always one, with tracing off as well:
 * its id is in the answer, in every log line, in exemplars and error reports, and goes along with jobs. Spans are made by `tracing.ts`.
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

/** Lets contexts follow promises and callbacks. Once a process; a second call does nothing. */
export function followContexts(): void {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
}

/** The trace id of what runs now: 32 hexadecimal digits. */
export function activeTraceId(): string | undefined {
  return trace.getActiveSpan()?.spanContext().traceId;
}

/** `traceparent` for what is sent on (W3C Trace Context, version 00), or undefined outside of any trace. */
export function activeTraceparent(): string | undefined {
  const active = trace.getActiveSpan()?.spanContext();
  return active && `00-${active.traceId}-${active.spanId}-0${active.traceFlags & TraceFlags.SAMPLED}`;
}

/** Not here yet, or with another version, is no reason to refuse: a trace of its own then begins (W3C Trace Context section 4.3). */
const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** The context in which what `traceparent` names is the parent; the root context where it names nothing. */
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

/** `span` where it belongs to a trace, which it does if tracing is on or it has a parent; else one that only carries a new trace id. */
export function withTraceId(span: Span): Span {
  if (isSpanContextValid(span.spanContext())) return span;
  const traceId = randomUUID().replaceAll('-', '');
  return trace.wrapSpanContext({ traceId, spanId: traceId.slice(16), traceFlags: TraceFlags.NONE });
}

/**
 * The receiver of traces, in place of Alloy in production: accepts OTLP over HTTP (opentelemetry.io/docs/specs/otlp), and shows the spans to a
 * test.
 */

import { ProtobufMessage } from './protobuf.ts';
import { startReceiver } from './receiver.ts';

export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** The parent's span id; empty for the first span of a trace. */
  readonly parentSpanId: string;
  readonly name: string;
  readonly kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  readonly failed: boolean;
  readonly attributes: Record<string, unknown>;
  /** The resource attributes of the process that sent the span. */
  readonly resource: Record<string, unknown>;
}

export interface OtlpReceiver {
  /** The value for `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly endpoint: string;
  readonly spans: ReceivedSpan[];
  /** The unparsed headers and bodies of the requests: names, attributes, events, states and everything else. */
  readonly received: string[];
  close(): Promise<void>;
}

export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const { url, received, close } = await startReceiver((path, body) => {
    if (path === '/v1/traces') spans.push(...spansOf(new ProtobufMessage(body)));
    return path === '/v1/traces';
  });
  return { endpoint: url, spans, received, close };
}

const KINDS = ['internal', 'internal', 'server', 'client', 'producer', 'consumer'] as const;

/** The spans of an `ExportTraceServiceRequest` (opentelemetry/proto/trace/v1/trace.proto). */
function spansOf(request: ProtobufMessage): ReceivedSpan[] {
  return request.messages(1).flatMap((resourceSpans) => {
    const resource = attributesOf(resourceSpans.messages(1)[0]!, 1);
    const spans = resourceSpans.messages(2).flatMap((scopeSpans) => scopeSpans.messages(2));
    return spans.map((span) => ({
      traceId: span.hex(1),
      spanId: span.hex(2),
      parentSpanId: span.hex(4),
      name: span.text(5),
      kind: KINDS[Number(span.integer(6) ?? 0n)]!,
      failed: span.messages(15)[0]?.integer(3) === 2n,
      attributes: attributesOf(span, 9),
      resource,
    }));
  });
}

function attributesOf(message: ProtobufMessage, field: number): Record<string, unknown> {
  const pairs = message.messages(field).map((pair) => {
    const value = pair.messages(2)[0]!;
    return [pair.text(1), value.bytes(1) ? value.text(1) : Number(value.integer(3) ?? value.integer(2))];
  });
  return Object.fromEntries(pairs);
}

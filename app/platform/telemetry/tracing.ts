/**
 * Records spans and sends them with OTLP over HTTP, in batches. Loaded only if an endpoint is set: otherwise the spans of `spans.ts` cost only
 * one check, and the SDK is not loaded.
 */
import { hostname } from 'node:os';
import { DiagLogLevel, diag, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AlwaysOnSampler, BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { scrub } from './scrubbing.ts';
import { recordShare } from './spans.ts';

export interface TracingOptions {
  /** Base URL of the collector; traces go to `/v1/traces` below it (OTLP 1.0, "OTLP/HTTP request"). */
  endpoint: string;
  /** Headers of the requests, e.g. the key of a hosted collector. */
  headers: Readonly<Record<string, string>>;
  /** The share of traces that are recorded, 0 to 1, unless the caller's `traceparent` decides. */
  ratio: number;
  role: string;
  release: string;
  environment: string;
  /** Called with the reason of lost spans, at most once per minute. */
  onLoss(reason: string): void;
}

/** The delay of a batch, in milliseconds. A killed process loses the spans of this time. */
const BATCH_DELAY_MS = 2_000;
const EXPORT_TIMEOUT_MS = 5_000;
const QUIET_MS = 60_000;
const MAX_REASON_LENGTH = 500;

/**
 * Starts recording for the whole process.
 * @returns a function that sends the remaining spans and stops
 */
export function startTracing({ endpoint, headers, ratio, ...options }: TracingOptions): () => Promise<void> {
  const tell = tellSometimes(options.onLoss);
  // The SDK throws no errors: it reports them to its diagnostic logger.
  const ignore = () => {};
  diag.setLogger(
    { error: tell, warn: tell, info: ignore, debug: ignore, verbose: ignore },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  const exporter = new OTLPTraceExporter({
    url: `${endpoint}/v1/traces`,
    headers: { ...headers },
    timeoutMillis: EXPORT_TIMEOUT_MS,
  });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': 'plinth',
      'service.version': options.release,
      'service.instance.id': `${hostname()}-${process.pid}`,
      'deployment.environment.name': options.environment,
      'plinth.role': options.role,
    }),
    // `spans.ts` samples, and asks the SDK only for recorded spans.
    sampler: new AlwaysOnSampler(),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter,
        scheduledDelayMillis: BATCH_DELAY_MS,
        exportTimeoutMillis: EXPORT_TIMEOUT_MS + 1_000,
        maxQueueSize: 8_192,
      }),
    ],
  });
  trace.setGlobalTracerProvider(provider);
  recordShare(ratio);
  return async () => {
    recordShare(0);
    await provider.shutdown().catch(tell);
    trace.disable();
    diag.disable();
  };
}

/** Limits how often losses are reported: an unavailable collector loses every batch. */
function tellSometimes(onLoss: (reason: string) => void): (...details: unknown[]) => void {
  let quietUntil = 0;
  return (...details) => {
    if (Date.now() < quietUntil) return;
    quietUntil = Date.now() + QUIET_MS;
    onLoss(scrub(details.map(String).join(' ')).slice(0, MAX_REASON_LENGTH));
  };
}

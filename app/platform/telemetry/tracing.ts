/**
 * Records spans and sends them by OTLP over HTTP, in batches. Loaded only where an endpoint is set: without it, the spans of `spans.ts`
 * cost a look, and the SDK is not there at all.
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
  /** Sent along, e.g. the key of a hosted collector. */
  headers: Readonly<Record<string, string>>;
  /** Share of traces that are recorded, 0 to 1, where the caller's `traceparent` has not decided. */
  ratio: number;
  role: string;
  release: string;
  environment: string;
  /** Told, at most once a minute, why spans were lost. */
  onLoss(reason: string): void;
}

/** What is lost with a process that is killed, in milliseconds. */
const BATCH_DELAY_MS = 2_000;
const EXPORT_TIMEOUT_MS = 5_000;
const QUIET_MS = 60_000;
const MAX_REASON_LENGTH = 500;

/**
 * Starts recording, for the whole process.
 * @returns a function that sends what is left, and stops
 */
export function startTracing({ endpoint, headers, ratio, ...options }: TracingOptions): () => Promise<void> {
  const tell = tellSometimes(options.onLoss);
  // The SDK throws nothing at us: what goes wrong it tells its diagnostic logger.
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
    // `spans.ts` asks for no span that is not recorded.
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

/** A collector that is away is away for every batch. */
function tellSometimes(onLoss: (reason: string) => void): (...details: unknown[]) => void {
  let quietUntil = 0;
  return (...details) => {
    if (Date.now() < quietUntil) return;
    quietUntil = Date.now() + QUIET_MS;
    onLoss(scrub(details.map(String).join(' ')).slice(0, MAX_REASON_LENGTH));
  };
}

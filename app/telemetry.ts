/** Traces and error reports. Each is loaded only if its setting is set. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from './config.ts';
import { type ErrorReports, noErrorReports } from './platform/telemetry/error-reports.ts';
import type { Logger } from './platform/telemetry/logger.ts';
import { followContexts } from './platform/telemetry/trace-context.ts';

export interface Telemetry {
  readonly errors: ErrorReports;
  /** Sends what is left, for at most `timeoutMs`. */
  close(timeoutMs: number): Promise<void>;
}

/** Starts before anything that is to be observed, and closes after it. */
export async function startTelemetry(config: Config, role: string, logger: Logger): Promise<Telemetry> {
  followContexts();
  const about = { role, release: config.release, environment: config.appEnv };
  let stopTracing = async () => {};
  if (config.otelExporterOtlpEndpoint) {
    const { startTracing } = await import('./platform/telemetry/tracing.ts');
    stopTracing = startTracing({
      ...about,
      endpoint: config.otelExporterOtlpEndpoint,
      headers: config.otelExporterOtlpHeaders,
      ratio: config.otelTracesSamplerArg,
      onLoss: (reason) => logger.warn({ reason }, 'spans were lost'),
    });
  }
  let errors = noErrorReports;
  if (config.sentryDsn) {
    const { startSentry } = await import('./platform/telemetry/sentry.ts');
    errors = startSentry({ ...about, dsn: config.sentryDsn });
  }
  return {
    errors,
    async close(timeoutMs) {
      // A collector that is away must not make a clean stop an unclean one.
      const late = delay(timeoutMs, undefined, { ref: false });
      await Promise.all([Promise.race([stopTracing(), late]), errors.close(timeoutMs)]);
    },
  };
}

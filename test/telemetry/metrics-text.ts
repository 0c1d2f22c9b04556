import type { Metrics } from '../../app/platform/telemetry/metrics.ts';
import { openMetricsOf } from '../../app/platform/telemetry/openmetrics.ts';

/** The text of a scrape, in both formats. */
export async function metricsText({ registry }: Metrics): Promise<string> {
  return `${await registry.metrics()}${await openMetricsOf(registry).metrics()}`;
}

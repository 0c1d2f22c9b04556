/** `node app/healthcheck.ts`: exits with 0 when the process beside it lives. For container health checks, in either role. */
import { readConfig } from './config.ts';

const { metricsPort } = readConfig({ METRICS_PORT: process.env.METRICS_PORT });

try {
  const response = await fetch(`http://127.0.0.1:${metricsPort}/livez`, { signal: AbortSignal.timeout(2_000) });
  process.exitCode = response.ok ? 0 : 1;
} catch {
  process.exitCode = 1;
}

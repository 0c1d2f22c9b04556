/**
 * `node app/healthcheck.ts`: exits with 0 when the process beside it lives. For container health checks, in either role.
 * With `ready` it asks an api whether it can take requests, and says what it lacks.
 */
import { readConfig } from './config.ts';

const { METRICS_PORT, PORT } = process.env;
const { metricsPort, port } = readConfig({ METRICS_PORT, PORT });
const asksReady = process.argv[2] === 'ready';
const url = asksReady ? `http://127.0.0.1:${port}/readyz` : `http://127.0.0.1:${metricsPort}/livez`;

try {
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
  if (asksReady && !response.ok) process.stderr.write(`${await response.text()}\n`);
  process.exitCode = response.ok ? 0 : 1;
} catch {
  process.exitCode = 1;
}

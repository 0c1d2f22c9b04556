/**
 * `node app/healthcheck.ts`: exits with 0 when the process beside it lives. For container health checks, in either role.
 * With `ready` it asks an api whether it can take requests, and says what it lacks.
 * It runs every ten seconds within the limits of the container, so it loads next to nothing.
 */
import { ports } from './ports.ts';

function portOf(name: keyof typeof ports): number {
  const { parse, fallback } = ports[name];
  const given = process.env[name];
  return given ? parse(given) : fallback;
}

const asksReady = process.argv[2] === 'ready';
const url = asksReady
  ? `http://127.0.0.1:${portOf('PORT')}/readyz`
  : `http://127.0.0.1:${portOf('METRICS_PORT')}/livez`;

try {
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
  if (asksReady && !response.ok) process.stderr.write(`${await response.text()}\n`);
  process.exitCode = response.ok ? 0 : 1;
} catch {
  process.exitCode = 1;
}

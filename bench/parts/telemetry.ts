/** The cost of all telemetry: `GET /v1/users/me` with logs, traces, error reports and scrapes as shipped, and without them. */
import {
  createMeter,
  describe,
  interleave,
  type Measurement,
  ratio,
  requireStatus,
  type Subject,
} from '../measuring.ts';
import { ask, startWorker, stop } from '../processes.ts';
import type { Api } from '../stage.ts';
import { openTokens } from '../tokens.ts';
import { CALLERS, meRequests } from './me.ts';
import { CONNECTIONS, type Part, USERS } from './part.ts';

/** The shipped interval in `monitoring/prometheus/prometheus.yml`. Scrapes count in the time of this side. */
const SCRAPE_INTERVAL_MS = 15_000;

/**
 * Two processes of the same kind can differ by as much as telemetry costs, and the machine varies by more. Therefore several pairs are measured
 * in short turns.
 */
const PAIRS = 5;

interface Collected {
  port: number;
  bytes: number;
}

export const measureTelemetry: Part = async ({ stage, quick }) => {
  const url = await stage.database(USERS);
  const collector = startWorker('rest', new URL('../collector.ts', import.meta.url));
  const collected = () => ask<Collected>(collector, {}, 10_000);
  const address = `127.0.0.1:${(await collected()).port}`;
  const tokens = await openTokens(url);
  const meter = createMeter(stage.postgresPid);
  const work = { kind: 'list', requests: meRequests(tokens, USERS, CALLERS) } as const;
  const measure = async (subject: Subject, durationMs: number) =>
    requireStatus(await meter.measure(subject, { connections: CONNECTIONS, durationMs, work }), 200);
  let unscrapedMs = SCRAPE_INTERVAL_MS;
  const measureScraped = async (on: Api, durationMs: number) => {
    const due = unscrapedMs >= SCRAPE_INTERVAL_MS;
    unscrapedMs = (due ? 0 : unscrapedMs) + durationMs;
    const [measurement] = await Promise.all([measure(on, durationMs), due && scrape(on.metricsPort)]);
    return measurement;
  };

  const sides: { on: Measurement[]; off: Measurement[] } = { on: [], off: [] };
  for (let pair = 0; pair < (quick ? 1 : PAIRS); pair++) {
    const on = await stage.api(url, {
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: `http://${address}`, SENTRY_DSN: `http://key@${address}/1` },
    });
    // Metrics are still counted, because they cannot be turned off, but they are not scraped.
    const off = await stage.api(url, { env: { LOG_LEVEL: 'silent' } });
    const durationMs = quick ? 1_000 : 2_000;
    for (const subject of [off, on]) await measure(subject, 2_000);
    const results = await interleave(9, {
      on: () => measureScraped(on, durationMs),
      off: () => measure(off, durationMs),
    });
    sides.on.push(...results.on);
    sides.off.push(...results.off);
    await Promise.all([on.stop(), off.stop()]);
  }
  await meter.close();
  const { bytes } = await collected();
  await stop(collector);
  if (bytes === 0) throw new Error('no trace was sent: this measured something else');

  const kilobytes = Math.round(bytes / 1_000).toLocaleString('en');
  return {
    figures: { telemetry: ratio(sides.on, sides.off, ({ perSecond }) => perSecond) },
    details: [
      { label: 'on', text: describe(sides.on) },
      { label: 'off', text: describe(sides.off) },
      { label: 'server CPU, off to on', text: ratio(sides.off, sides.on, ({ serverCpuUs }) => serverCpuUs).toFixed(2) },
      { label: 'traces', text: `${kilobytes} KB` },
    ],
    raw: sides,
  };
};

async function scrape(port: number): Promise<void> {
  const accept = 'application/openmetrics-text';
  const response = await fetch(`http://127.0.0.1:${port}/metrics`, { headers: { accept } });
  if (!response.ok) throw new Error(`/metrics answered ${response.status}`);
  await response.text();
}

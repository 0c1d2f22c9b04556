/** What all telemetry costs: `GET /v1/users/me` with logs, traces, error reports and scrapes as shipped, and with none of them. */
import { createMeter, describe, interleave, ratio, requireStatus, type Subject } from '../measuring.ts';
import { ask, startWorker, stop } from '../processes.ts';
import { openTokens } from '../tokens.ts';
import { CALLERS, meRequests } from './me.ts';
import { CONNECTIONS, type Part, USERS } from './part.ts';

/** Of Prometheus as shipped: `monitoring/prometheus/prometheus.yml`. Counted in the time that this side is measured. */
const SCRAPE_INTERVAL_MS = 15_000;

interface Collected {
  port: number;
  bytes: number;
}

export const measureTelemetry: Part = async ({ stage, quick }) => {
  const url = await stage.database(USERS);
  const collector = startWorker('rest', new URL('../collector.ts', import.meta.url));
  const collected = () => ask<Collected>(collector, {}, 10_000);
  const address = `127.0.0.1:${(await collected()).port}`;
  const on = await stage.api(url, {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: `http://${address}`, SENTRY_DSN: `http://key@${address}/1` },
  });
  // Metrics are counted all the same: there is no way to turn that off. Nobody reads them.
  const off = await stage.api(url, { env: { LOG_LEVEL: 'silent' } });
  const tokens = await openTokens(url);
  const meter = createMeter(stage.postgresPid);
  const work = { kind: 'list', requests: meRequests(tokens, USERS, CALLERS) } as const;
  const measure = async (subject: Subject, durationMs: number) =>
    requireStatus(await meter.measure(subject, { connections: CONNECTIONS, durationMs, work }), 200);
  let unscrapedMs = SCRAPE_INTERVAL_MS;
  const measureOn = async (durationMs: number) => {
    const due = unscrapedMs >= SCRAPE_INTERVAL_MS;
    unscrapedMs = (due ? 0 : unscrapedMs) + durationMs;
    const [measurement] = await Promise.all([measure(on, durationMs), due && scrape(on.metricsPort)]);
    return measurement;
  };

  // In many short turns: the difference is small, and the machine's own speed drifts by more within some seconds.
  const durationMs = quick ? 1_000 : 2_000;
  await measure(off, 2_000);
  await measureOn(2_000);
  const sides = await interleave(quick ? 9 : 31, {
    on: () => measureOn(durationMs),
    off: () => measure(off, durationMs),
  });
  await Promise.all([meter.close(), on.stop(), off.stop()]);
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

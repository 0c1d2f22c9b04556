/**
 * `node app/features/webhooks/bench/deliveries.ts [--quick]`: how fast a worker delivers, beside a bare loop that signs and sends; what endpoints
 * that hang cost the others; and what a page of deliveries costs where there are a million. Loopback addresses stand for 1,000 receivers.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { ask, start, stop } from '../../../../bench/processes.ts';
import { APP_SECRET, sealer } from '../../../../bench/seed.ts';
import { setStage } from '../../../../bench/stage.ts';
import { median, percentile } from '../../../../bench/statistics.ts';
import { freePort } from '../../../../dev/free-port.ts';
import { systemClock } from '../../../platform/clock.ts';
import { type Database, openDatabase } from '../../../platform/database/database.ts';
import { newId } from '../../../platform/security/random.ts';
import { createMetrics } from '../../../platform/telemetry/metrics.ts';
import { createEvents, type Events } from '../../events/events.ts';
import { organizations as organizationTable } from '../../organizations/schema.ts';
import { createDeliveries } from '../deliveries.ts';
import { fanOut } from '../dispatch/claims.ts';
import { webhookEndpoints } from '../schema.ts';
import { makeSecret } from '../signing.ts';

const quick = process.argv.includes('--quick');
const ENDPOINTS = 1_000;
const HANGING = 300;
const EVENTS = quick ? 3_000 : 10_000;
const PER_SECOND = 200;
const SECONDS = quick ? 10 : 40;
const PAGES = 200;

const log = (line: string) => void process.stdout.write(`${line}\n`);
let short = false;
function judge(line: string, passes: boolean): void {
  short ||= !passes;
  log(`  ${line}   ${passes ? 'PASS' : 'short'}`);
}

interface Arrived {
  delays: number[];
  seconds: number;
}

/** An organization with an endpoint. */
async function seedEndpoint(db: Database, url: string): Promise<{ organizationId: string; id: string }> {
  const [organizationId, id, now] = [newId(), newId(), new Date()];
  const common = { createdAt: now, updatedAt: now };
  const names = { name: 'Bench', slug: `bench-${organizationId}`, personal: false };
  await db.insert(organizationTable).values({ id: organizationId, ...names, ...common });
  const endpoint = { organizationId, id, url, description: '', enabled: true, createdBy: organizationId };
  await db.insert(webhookEndpoints).values({ ...endpoint, secret: makeSecret(sealer).sealed, ...common });
  return { organizationId, id };
}

const emitterOf = (db: Database): Events => {
  const metrics = createMetrics({ release: 'bench' }, { runtime: false });
  const config = { eventRetentionDays: 30 };
  const events = createEvents({ db, reads: (read) => read(db), clock: systemClock, metrics, config });
  events.alongside('deliveries', fanOut);
  return events;
};
type Emit = (db: Database, organizationId: string, type: string, data: object) => Promise<void>;
const emit = (events: Events): Emit => events.emit as unknown as Emit;

async function startWorker(url: string): Promise<{ child: ChildProcess; peakMb(): number; stop(): Promise<void> }> {
  const metricsPort = await freePort();
  const env = {
    ...{
      PATH: process.env.PATH,
      NODE_OPTIONS: '--max-semi-space-size=4',
      APP_ENV: 'test',
      APP_SECRET,
      DATABASE_URL: url,
    },
    ...{ PORT: '0', METRICS_PORT: String(metricsPort), APP_URL: 'https://app.example.com' },
    ...{ API_URL: 'https://api.example.com', SMTP_URL: 'smtp://127.0.0.1:1', EMAIL_FROM: 'a@example.com' },
  };
  const child = start('server', [process.execPath, 'app/main.ts', 'worker'], env);
  const peakMb = () => {
    const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8')) ?? [];
    return Number(kilobytes) / 1_024;
  };
  return { child, peakMb, stop: () => stop(child) };
}

/** Resolves once `count` requests have arrived, or nothing more does. */
async function arrivals(receiver: ChildProcess, count: number, limitMs: number): Promise<Arrived> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const arrived = await ask<Arrived>(receiver, { what: 'arrived' }, 30_000);
    if (arrived.delays.length >= count || performance.now() > deadline) return arrived;
    await delay(100);
  }
}

async function throughput(
  db: Database,
  url: string,
  receiver: ChildProcess,
  targets: readonly string[],
  organizations: readonly string[],
) {
  const events = emitterOf(db);
  const { rate: bare } = await ask<{ rate: number }>(receiver, { what: 'bare', urls: targets, count: EVENTS }, 120_000);
  for (let sent = 0; sent < EVENTS; sent += 50) {
    const batch = Array.from(
      { length: Math.min(50, EVENTS - sent) },
      (_, index) => organizations[(sent + index) % ENDPOINTS]!,
    );
    await Promise.all(batch.map((organizationId) => emit(events)(db, organizationId, 'bench', { sent })));
  }
  await ask(receiver, { what: 'reset' }, 10_000);
  const worker = await startWorker(url);
  const { delays, seconds } = await arrivals(receiver, EVENTS, 120_000);
  const rate = delays.length / seconds;
  log(`\n${EVENTS} events to ${ENDPOINTS} endpoints: ${delays.length} arrived in ${seconds.toFixed(1)} s`);
  judge(
    `${rate.toFixed(0)} per second, the bare loop ${bare.toFixed(0)}: ratio ${(rate / bare).toFixed(2)}   must >= 0.5`,
    rate / bare >= 0.5,
  );
  judge(`worker at most ${worker.peakMb().toFixed(0)} MB   must < 250`, worker.peakMb() < 250);
  await worker.stop();
}

/** @returns the p99 delay of the endpoints that answer, in milliseconds */
async function delays(
  db: Database,
  url: string,
  receiver: ChildProcess,
  organizations: readonly string[],
  hanging: readonly string[],
) {
  const events = emitterOf(db);
  await ask(receiver, { what: 'reset' }, 10_000);
  const worker = await startWorker(url);
  const answering = organizations.slice(hanging.length);
  await emit(events)(db, answering[0]!, 'bench', {});
  await arrivals(receiver, 1, 60_000);
  // What an earlier worker had sent without storing it arrives now too.
  await delay(2_000);
  await ask(receiver, { what: 'reset' }, 10_000);
  const begunAt = performance.now();
  const total = PER_SECOND * SECONDS;
  for (let sent = 0; sent < total; sent++) {
    await delay(Math.max(0, begunAt + (sent * 1_000) / PER_SECOND - performance.now()));
    const isHanging = sent % ENDPOINTS < hanging.length;
    const owner = isHanging ? hanging[sent % ENDPOINTS]! : answering[sent % answering.length]!;
    void emit(events)(db, owner, 'bench', { sent });
  }
  await delay(3_000);
  const arrived = await ask<Arrived>(receiver, { what: 'arrived' }, 30_000);
  const peak = worker.peakMb();
  await worker.stop();
  return { p99: percentile(arrived.delays, 0.99), p50: median(arrived.delays), count: arrived.delays.length, peak };
}

/** @returns the median time of a page of an endpoint's deliveries, in milliseconds */
async function pageMs(db: Database, stored: number): Promise<number> {
  const { organizationId, id: endpointId } = await seedEndpoint(db, 'http://127.0.0.1:1/');
  await db.$client.query(
    `insert into webhook_deliveries (organization_id, id, endpoint_id, event_id, event_type, status, created_at, log)
     select $1, uuidv7(), $2, uuidv7(), 'bench', case when n % 50 = 0 then 'failed' else 'succeeded' end, now(), '[]' from generate_series(1, $3::int) n`,
    [organizationId, endpointId, stored],
  );
  await db.$client.query('vacuum analyze webhook_deliveries');
  const endpoints = { get: async () => undefined as never, changing: undefined as never };
  const { list } = createDeliveries({
    db,
    reads: (read) => read(db),
    clock: systemClock,
    audit: undefined as never,
    endpoints,
  });
  const times: number[] = [];
  for (let page = 0; page < PAGES; page++) {
    const startedAt = performance.now();
    await list(organizationId, endpointId, page % 2 ? {} : { status: 'failed' }, 21);
    times.push(performance.now() - startedAt);
  }
  return median(times);
}

const stage = await setStage(log);
try {
  const url = await stage.database(1_000);
  const options = { poolSize: 10, lanes: 4, preparedStatements: true, statementTimeoutMs: 600_000 };
  const db = openDatabase({ url, ...options, applicationName: 'bench' });
  const receiver = fork(new URL('./receiver.ts', import.meta.url), { execArgv: [] });
  const { port } = await ask<{ port: number }>(receiver, { what: 'port' }, 10_000);
  const target = (index: number, path: string) => `http://127.1.${index >> 8}.${index & 255}:${port}/${path}`;
  const organizations: string[] = [];
  for (let index = 0; index < ENDPOINTS; index++) {
    const { organizationId } = await seedEndpoint(db, target(index, 'ok'));
    organizations.push(organizationId);
  }
  const targets = organizations.map((_, index) => target(index, 'ok'));
  await throughput(db, url, receiver, targets, organizations);

  const without = await delays(db, url, receiver, organizations, []);
  log(
    `\n${PER_SECOND} events per second for ${SECONDS} s: ${without.count} arrived, p50 ${without.p50.toFixed(0)} ms, p99 ${without.p99.toFixed(0)} ms`,
  );
  const hanging = organizations.slice(0, HANGING);
  await db.$client.query(
    `update webhook_endpoints set url = replace(url, '/ok', '/hang') where organization_id = any($1::uuid[])`,
    [hanging],
  );
  const beside = await delays(db, url, receiver, organizations, hanging);
  log(
    `the same while ${HANGING} of ${ENDPOINTS} hang: ${beside.count} arrived, p50 ${beside.p50.toFixed(0)} ms, p99 ${beside.p99.toFixed(0)} ms`,
  );
  judge(`p99 ratio ${(beside.p99 / without.p99).toFixed(2)}   must <= 2`, beside.p99 <= 2 * without.p99);
  judge(`worker at most ${beside.peak.toFixed(0)} MB   must < 250`, beside.peak < 250);

  const few = await pageMs(db, 1_000);
  const many = await pageMs(db, quick ? 100_000 : 1_000_000);
  log(
    `\na page of deliveries: ${few.toFixed(2)} ms of 1,000, ${many.toFixed(2)} ms of ${quick ? '100,000' : '1,000,000'}`,
  );
  judge(`ratio ${(many / few).toFixed(2)}   must <= 1.5`, many / few <= 1.5);
  receiver.kill();
  await db.$client.end();
  process.exitCode = short ? 1 : 0;
} finally {
  await stage.close();
}

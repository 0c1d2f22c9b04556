/**
 * Webhooks: how fast a worker sends them, beside a bare loop that signs and sends; what endpoints that hang cost the others; what a page of
 * deliveries costs where there are many; and what an event costs the change that it tells of. Loopback addresses stand for 1,000 receivers.
 */
import type { ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import type { FeaturePart } from '../../../../bench/parts/part.ts';
import { ask, cpuSeconds, peakMb, startWorker, stop } from '../../../../bench/processes.ts';
import type { Api, Stage } from '../../../../bench/stage.ts';
import { median, percentile } from '../../../../bench/statistics.ts';
import type { Database } from '../../../platform/database/database.ts';
import { measureEventCost } from './event-cost.ts';
import { measurePage } from './page.ts';
import type { Arrived } from './receiver.ts';
import { openSeeding, type Seeding } from './seeding.ts';

const USERS = 1_000;
const ENDPOINTS = 1_000;
const HANGING = 300;
const PER_SECOND = 200;

interface Scene extends Seeding {
  readonly stage: Stage;
  readonly url: string;
  readonly receiver: ChildProcess;
  /** Of the endpoints, by their index. */
  readonly targets: readonly string[];
  readonly organizations: readonly string[];
}

async function openScene(stage: Stage): Promise<Scene> {
  const url = await stage.database(USERS);
  const receiver = startWorker('rest', new URL('./receiver.ts', import.meta.url));
  const { port } = await ask<{ port: number }>(receiver, { what: 'port' }, 10_000);
  const targets = Array.from(
    { length: ENDPOINTS },
    (_, index) => `http://127.1.${index >> 8}.${index & 255}:${port}/ok`,
  );
  const seeding = openSeeding(url);
  const organizations: string[] = [];
  for (const target of targets) organizations.push(await seeding.endpoint(target));
  return { ...seeding, stage, url, receiver, targets, organizations };
}

/** A worker that may send to loopback addresses. */
const startSending = ({ stage, url }: Scene): Promise<Api> =>
  stage.api(url, { role: 'worker', env: { APP_ENV: 'test' } });

/** Resolves once `count` requests have arrived, or after `limitMs`. */
async function arrivals(receiver: ChildProcess, count: number, limitMs: number): Promise<Arrived> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const arrived = await ask<Arrived>(receiver, { what: 'arrived' }, 30_000);
    if (arrived.delays.length >= count || performance.now() > deadline) return arrived;
    await delay(100);
  }
}

interface Pace {
  /** Requests per second. */
  readonly rate: number;
  /** The CPU of the sending process, in microseconds per request. */
  readonly cpuUs: number;
}

async function paceOfBare({ targets }: Scene, count: number): Promise<Pace> {
  const bare = startWorker('server', new URL('./bare.ts', import.meta.url));
  await ask(bare, { urls: [], count: 0 }, 10_000);
  const begun = cpuSeconds(bare.pid!);
  const { rate } = await ask<{ rate: number }>(bare, { urls: targets, count }, 120_000);
  const cpuUs = ((cpuSeconds(bare.pid!) - begun) / count) * 1e6;
  await stop(bare);
  return { rate, cpuUs };
}

/** A backlog, spread evenly over all endpoints. The bare loop runs before and after it. */
async function measureRate(scene: Scene, count: number) {
  const { receiver, organizations, stage } = scene;
  const before = await paceOfBare(scene, count);
  await scene.emit(Array.from({ length: count }, (_, index) => organizations[index % ENDPOINTS]!));
  await ask(receiver, { what: 'reset' }, 10_000);
  const database = cpuSeconds(stage.postgresPid);
  const worker = await startSending(scene);
  const begun = cpuSeconds(worker.pid);
  const { delays, seconds } = await arrivals(receiver, count, 120_000);
  const cpuUs = ((cpuSeconds(worker.pid) - begun) / count) * 1e6;
  const postgresCpuUs = ((cpuSeconds(stage.postgresPid) - database) / count) * 1e6;
  const peak = peakMb(worker.pid);
  await worker.stop();
  const bare = [before, await paceOfBare(scene, count)];
  const mean = (value: (pace: Pace) => number) => (value(bare[0]!) + value(bare[1]!)) / 2;
  const limit = { rate: mean(({ rate }) => rate), cpuUs: mean((pace) => pace.cpuUs) };
  return { arrived: delays.length, rate: delays.length / seconds, cpuUs, postgresCpuUs, limit, peak };
}

/** The delays of the endpoints that answer, at a steady rate of events for all. */
async function measureDelays(scene: Scene, hanging: number, seconds: number) {
  const { receiver, organizations } = scene;
  const answering = organizations.slice(hanging);
  const worker = await startSending(scene);
  // The worker is at work, and what an earlier one had sent without storing it has arrived.
  await scene.emit([answering[0]!]);
  await delay(3_000);
  await ask(receiver, { what: 'reset' }, 10_000);
  const begunAt = performance.now();
  for (let sent = 0; sent < PER_SECOND * seconds; sent++) {
    await delay(Math.max(0, begunAt + (sent * 1_000) / PER_SECOND - performance.now()));
    const turn = sent % ENDPOINTS;
    void scene.emit([turn < hanging ? organizations[turn]! : answering[sent % answering.length]!]);
  }
  await delay(3_000);
  const { delays } = await ask<Arrived>(receiver, { what: 'arrived' }, 30_000);
  const peak = peakMb(worker.pid);
  await worker.stop();
  return { arrived: delays.length, p50: median(delays), p99: percentile(delays, 0.99), peak };
}

async function hang(db: Database, organizations: readonly string[]): Promise<void> {
  const text = `update webhook_endpoints set url = replace(url, '/ok', '/hang') where organization_id = any($1::uuid[])`;
  await db.$client.query(text, [organizations]);
}

function describeBacklog({
  arrived,
  rate,
  cpuUs,
  postgresCpuUs,
  limit,
  peak,
}: Awaited<ReturnType<typeof measureRate>>) {
  const of = (pace: Pace) => `${pace.rate.toFixed(0)}/s with ${pace.cpuUs.toFixed(0)} us of CPU each`;
  return `${arrived} sent, ${of({ rate, cpuUs })} (PostgreSQL ${postgresCpuUs.toFixed(0)} us), bare loop ${of(limit)}; worker at most ${peak.toFixed(0)} MB`;
}

const budgets = {
  rate: { title: 'webhooks sent, ratio to a bare loop', unit: '', better: 'more', must: 0.5, aim: 0.75 },
  memory: { title: 'worker that sends webhooks, peak', unit: 'MB', better: 'less', must: 250, aim: 180 },
  delay: { title: 'p99 delay while 300 hang, to without', unit: '', better: 'less', must: 2, aim: 1.2 },
  page: { title: 'page of deliveries, many to 1,000', unit: '', better: 'less', must: 1.5, aim: 1.1 },
  eventCost: { title: 'CPU of a change, with its event to without', unit: '', better: 'less', must: 1.05, aim: 1.02 },
} as const;

const measure: FeaturePart<keyof typeof budgets>['measure'] = async ({ stage, quick }) => {
  const scene = await openScene(stage);
  const backlog = await measureRate(scene, quick ? 3_000 : 10_000);
  const without = await measureDelays(scene, 0, quick ? 10 : 40);
  await hang(scene.db, scene.organizations.slice(0, HANGING));
  const beside = await measureDelays(scene, HANGING, quick ? 10 : 40);
  const page = await measurePage(scene, quick ? 100_000 : 1_000_000);
  await scene.close();
  await stop(scene.receiver);
  const event = await measureEventCost(stage, scene.url, quick);
  const delays = ({ arrived, p50, p99, peak }: typeof beside) =>
    `${arrived} arrived, p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms; worker at most ${peak.toFixed(0)} MB`;
  return {
    figures: {
      rate: backlog.rate / backlog.limit.rate,
      memory: Math.max(backlog.peak, without.peak, beside.peak),
      delay: beside.p99 / without.p99,
      page: page.many / page.few,
      eventCost: event.ratio,
    },
    details: [
      { label: 'backlog', text: describeBacklog(backlog) },
      { label: `${PER_SECOND} events per second`, text: delays(without) },
      { label: `while ${HANGING} of ${ENDPOINTS} hang`, text: delays(beside) },
      { label: 'a page of deliveries', text: `${page.few.toFixed(2)} ms of 1,000, ${page.many.toFixed(2)} ms of many` },
      ...event.details,
    ],
    raw: { backlog, without, beside, page, event: event.raw },
  };
};

export const part: FeaturePart<keyof typeof budgets> = { budgets, measure };

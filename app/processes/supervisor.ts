/**
 * Several api processes behind one port (`PROCESSES`): starts them, starts another in place of one that ended, replaces one after the other,
 * and adds up their metrics. `node:cluster` gives each connection to the next of them. The supervisor handles no request itself, and loads
 * nothing of the service, so that it stays small; the processes read the settings, and tell it what it needs.
 */
import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Registry } from '@prometheus-io/client';
import { createLogger, type Logger } from '../platform/telemetry/logger.ts';
import { createMetrics, type Metrics } from '../platform/telemetry/metrics.ts';
import './metrics.ts';
import { addUp, lasting, valuesOf } from './adding-up.ts';
import type { MemberSettings, MetricValues, ToProcess, ToSupervisor } from './protocol.ts';

export interface Supervisor {
  /**
   * Starts the processes: the first alone, so that what is wrong is said once, by it.
   * @throws StartFailure if it ends before it takes requests
   */
  start(): Promise<{ settings: MemberSettings; logger: Logger }>;
  /**
   * Replaces every process by a new one, one after the other: the old one ends when the new one takes requests. If a new one does not get so
   * far, the rest stay as they are.
   */
  roll(): Promise<void>;
  /** Ends all processes. @returns false if one had to be killed */
  stop(): Promise<boolean>;
  /** The metrics of all processes, added up. Counters do not fall when a process ends. */
  measure(): Promise<Registry>;
}

/** A process ended before it took requests, and has said why. */
export class StartFailure extends Error {
  override readonly name = 'StartFailure';
}

interface Member {
  readonly worker: Worker;
  readonly bornAt: number;
  /** The last values of its metrics; undefined before the first scrape. */
  values?: MetricValues;
  /** False once it is to end, or another has its place. */
  wanted: boolean;
}

/** A process that does not answer a scrape within this time is left out of it, in milliseconds. */
const MEASURE_LIMIT_MS = 3_000;
/** The wait before another process is started in place of one that ended; it doubles with each that ends soon, in milliseconds. */
const [SHORTEST_WAIT_MS, LONGEST_WAIT_MS] = [100, 30_000];
/** A process that lived so long did not fail at its start, in milliseconds. */
const LIVED_MS = 60_000;
/** `START_PATIENCE_SECONDS` ends most starts that would take longer, in milliseconds. */
const READY_LIMIT_MS = 600_000;

export function createSupervisor(count: number): Supervisor {
  cluster.setupPrimary({
    exec: fileURLToPath(new URL('../main.ts', import.meta.url)),
    args: ['api'],
    serialization: 'advanced',
  });
  cluster.schedulingPolicy = cluster.SCHED_RR;
  const starting = new Set<Worker>();
  const members = new Set<Member>();
  const answers = new Map<number, (values: MetricValues) => void>();
  const stopping = new AbortController();
  let past: MetricValues = [];
  let requests = 0;
  let waitMs = SHORTEST_WAIT_MS;
  let rolling: Promise<void> = Promise.resolve();
  let stopLimitMs = READY_LIMIT_MS;
  let logger: Logger;
  let metrics: Metrics;

  /** Starts a process. @returns once it takes requests @throws StartFailure if it ends before */
  async function launch(): Promise<MemberSettings> {
    const worker = cluster.fork();
    starting.add(worker);
    const bornAt = performance.now();
    const over = new AbortController();
    const limit = delay(READY_LIMIT_MS, undefined, { signal: over.signal });
    limit.catch(() => {});
    try {
      const ended = once(worker, 'exit', { signal: over.signal });
      const settings = await Promise.race([ready(worker), ended.then(([code, signal]) => signal ?? code), limit]);
      if (typeof settings !== 'object') {
        worker.process.kill('SIGKILL');
        throw new StartFailure(`a process ended before it took requests: ${settings ?? 'it took too long'}`);
      }
      admit({ worker, bornAt, wanted: true });
      return settings;
    } finally {
      starting.delete(worker);
      over.abort();
    }
  }

  function ready(worker: Worker): Promise<MemberSettings> {
    return new Promise((resolve) => {
      worker.on('message', (message: ToSupervisor) => {
        if (message.say === 'ready') resolve(message.settings);
      });
    });
  }

  function admit(member: Member): void {
    const { worker } = member;
    members.add(member);
    worker.on('message', (message: ToSupervisor) => {
      if (message.say !== 'measured') return;
      member.values = message.values;
      if (message.request !== undefined) answers.get(message.request)?.(message.values);
    });
    worker.once('exit', (code, signal) => {
      members.delete(member);
      if (member.values) past = valuesOf(addUp([past, lasting(member.values)]));
      if (member.wanted && !stopping.signal.aborted) void replaceLost(member, signal ?? code);
    });
  }

  /** Starts another in place of one that ended unasked, again and again until one takes requests. */
  async function replaceLost({ worker, bornAt }: Member, reason: string | number): Promise<void> {
    metrics.process_restarts_total.inc();
    logger.error({ pid: worker.process.pid, reason }, 'a process ended by itself; another takes its place');
    if (performance.now() - bornAt > LIVED_MS) waitMs = SHORTEST_WAIT_MS;
    while (!stopping.signal.aborted) {
      try {
        await delay(waitMs, undefined, { signal: stopping.signal });
        waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2);
        await launch();
        return;
      } catch (err) {
        if (!stopping.signal.aborted) logger.error({ err }, 'a process did not start; it will be tried again');
      }
    }
  }

  /** Asks a process for its metrics. @returns undefined if it does not answer in time */
  async function ask(member: Member): Promise<MetricValues | undefined> {
    const request = ++requests;
    const over = new AbortController();
    const { signal } = over;
    try {
      return await Promise.race([
        new Promise<MetricValues>((resolve) => {
          answers.set(request, resolve);
          tell(member.worker, { say: 'measure', request });
        }),
        once(member.worker, 'exit', { signal }).then(() => undefined),
        delay(MEASURE_LIMIT_MS, undefined, { signal }),
      ]);
    } finally {
      over.abort();
      answers.delete(request);
    }
  }

  /** Ends a process. @returns false if it had to be killed */
  async function end(worker: Worker, say: 'stop' | 'replaced'): Promise<boolean> {
    if (worker.isDead()) return true;
    const over = new AbortController();
    const exited = once(worker, 'exit').then(() => true);
    tell(worker, { say });
    const inTime = await Promise.race([exited, delay(stopLimitMs, false, { signal: over.signal })]);
    over.abort();
    if (!inTime) worker.process.kill('SIGKILL');
    await exited;
    return inTime;
  }

  async function replaceAll(): Promise<void> {
    for (const old of [...members].filter(({ wanted }) => wanted)) {
      try {
        // One that ended meanwhile has been replaced.
        if (!members.has(old) || stopping.signal.aborted) continue;
        await launch();
      } catch (err) {
        logger.error({ err }, 'a new process did not start; those that were not replaced yet go on as before');
        return;
      }
      old.wanted = false;
      await end(old.worker, 'replaced');
    }
    logger.info({ processes: members.size }, 'every process was replaced');
  }

  return {
    async start() {
      const settings = await launch();
      ({ stopLimitMs } = settings);
      logger = createLogger({ level: settings.logLevel, release: settings.release });
      metrics = createMetrics(settings, { runtime: false });
      await Promise.all(Array.from({ length: count - 1 }, launch));
      return { settings, logger };
    },

    roll() {
      rolling = rolling.then(replaceAll);
      return rolling;
    },

    async stop() {
      stopping.abort();
      const ends = [
        ...[...members].map(({ worker }) => end(worker, 'stop')),
        // One that has not come so far hears nothing yet.
        ...[...starting].map(async (worker) => worker.process.kill('SIGTERM')),
      ];
      const ended = await Promise.all(ends);
      await rolling;
      return ended.every((inTime) => inTime);
    },

    async measure() {
      const measured = await Promise.all([...members].map(ask));
      const own = (await metrics.registry.getMetricsAsJSON()) as MetricValues;
      return addUp([past, own, ...measured.filter((values) => values !== undefined)]);
    },
  };
}

const tell = (worker: Worker, message: ToProcess) => worker.isConnected() && worker.send(message, () => {});

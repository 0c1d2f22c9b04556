/** The loop of a worker: takes endpoints that have something due, gives each its turn, and sleeps until something is due. */
import { setTimeout as delay } from 'node:timers/promises';
import { after, type Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/database.ts';
import type { Notifications } from '../../../platform/database/notifications.ts';
import { newId } from '../../../platform/security/random.ts';
import type { Sealer } from '../../../platform/security/sealing.ts';
import type { Logger } from '../../../platform/telemetry/logger.ts';
import type { Sender } from '../sending/sender.ts';
import type { DeliveryMetrics } from './attempts.ts';
import { CHANNEL, type ClaimedEndpoint, type DueDelivery, dueOf, renew, take } from './claims.ts';
import type { Disabling } from './disabling.ts';
import { createResults, type Results } from './results.ts';
import { createSlots } from './slots.ts';
import { takeTurn } from './turns.ts';

export interface Dispatcher {
  /** Begins to hear of what is due. */
  listen(): Promise<void>;
  start(): void;
  /** Ends attempts that are under way after `timeoutMs`; other workers make them again. */
  close(timeoutMs: number): Promise<void>;
}

export interface DispatcherOptions {
  db: Database;
  clock: Clock;
  notifications: Notifications;
  sealer: Sealer;
  sender: Sender;
  disabling: Disabling;
  metrics: DeliveryMetrics;
  logger: Logger;
  /** `WEBHOOK_CONCURRENCY`. */
  concurrency: number;
}

/** Deliveries per endpoint and turn. */
const BATCH = 20;
/** Time between two looks for something due, in milliseconds: retries, and what notifications have missed. */
const IDLE_MS = 1_000;
/** Two looks are at least so far apart, and the pause is a multiple of what a look costs. */
const BUSY_MS = 10;
const IDLE_COSTS = 20;
/** A third of the lease. */
const RENEW_MS = 20_000;

export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const { db, clock, logger, notifications, disabling } = options;
  const worker = newId();
  const closing = new AbortController();
  const stopping = new AbortController();
  const turns = new Set<Promise<void>>();
  /** Endpoints whose turn it is. */
  const held = new Set<string>();
  let wakeUp = () => {};
  let isAwake = false;
  const wake = () => {
    isAwake = true;
    wakeUp();
  };
  const slots = createSlots(options.concurrency, wake);
  const results: Results = createResults({ db, worker, logger, released: wake });
  let running: Promise<unknown> = Promise.resolve();

  async function turnOf(endpoint: ClaimedEndpoint, deliveries: DueDelivery[]): Promise<void> {
    const slot = slots.enter();
    const turnClock = notBehind(clock, endpoint.takenAt);
    held.add(endpoint.id);
    try {
      const given = { ...options, clock: turnClock, store: results.add };
      const { health, gone } = await takeTurn(given, endpoint, deliveries, slot, closing.signal);
      const isFailing = gone || health.failures > endpoint.failures;
      const warnedAt = isFailing ? await disabling.judge(endpoint, health, gone) : health.warnedAt;
      results.release({ organizationId: endpoint.organizationId, id: endpoint.id, ...health, warnedAt });
    } catch (err) {
      logger.error({ err, endpointId: endpoint.id }, 'the turn of a webhook endpoint failed');
    } finally {
      held.delete(endpoint.id);
      slot.leave();
    }
  }

  /** @returns how many endpoints were taken */
  async function look(): Promise<number> {
    const now = clock.now();
    const limit = slots.free();
    if (limit === 0) return 0;
    const endpoints = await take(db, { worker, now, limit, suspects: slots.suspects() });
    if (endpoints.length === 0) return 0;
    const ids = endpoints.map(({ id }) => id);
    const due = await dueOf(db, ids, { now: endpoints[0]!.takenAt, each: BATCH });
    for (const endpoint of endpoints) {
      const turn = turnOf(endpoint, due.get(endpoint.id) ?? []).finally(() => turns.delete(turn));
      turns.add(turn);
    }
    return endpoints.length;
  }

  async function loop(): Promise<void> {
    while (!stopping.signal.aborted) {
      isAwake = false;
      const startedAt = performance.now();
      try {
        await look();
      } catch (err) {
        logger.warn({ err }, 'due webhooks could not be read, will be tried again');
      }
      const costMs = performance.now() - startedAt;
      await pause(BUSY_MS);
      if (!isAwake) await sleep(Math.max(IDLE_MS, costMs * IDLE_COSTS));
    }
  }

  /** Ends early when something may be due. */
  async function sleep(ms: number): Promise<void> {
    const woken = Promise.withResolvers<void>();
    wakeUp = woken.resolve;
    await Promise.race([pause(ms), woken.promise]);
  }

  const pause = (ms: number) => delay(ms, undefined, { signal: stopping.signal }).catch(() => {});

  async function keepLeases(): Promise<void> {
    for (;;) {
      await pause(RENEW_MS);
      if (stopping.signal.aborted) return;
      await renew(db, worker, [...held]).catch((err: unknown) =>
        logger.warn({ err }, 'leases of webhooks were not renewed'),
      );
    }
  }

  return {
    async listen() {
      await notifications.subscribe(CHANNEL, { onNotification: wake, onConnected: wake });
    },

    start() {
      running = Promise.all([loop(), keepLeases()]);
    },

    async close(timeoutMs) {
      stopping.abort();
      wakeUp();
      await running;
      const ended = new AbortController();
      const patience = delay(timeoutMs, undefined, { signal: ended.signal }).catch(() => {});
      await Promise.race([Promise.all(turns), patience]);
      ended.abort();
      closing.abort();
      await Promise.all(turns);
      await results.flush();
    },
  };
}

/** @param time what it is now, at least */
function notBehind(clock: Clock, time: Date): Clock {
  const behindMs = Math.max(0, time.getTime() - clock.now().getTime());
  return { now: () => after(clock.now(), behindMs) };
}

/**
 * Revocation that bites at once. Whatever ends a session notifies on a channel in the same transaction; every api process keeps the sessions that
 * ended within the last access-token lifetime and refuses their tokens. While the channel is lost, and for a session that this
 * process is ending itself until its own notification is back, it asks the database for each request: slower, never wrong.
 */
import { gt, sql } from 'drizzle-orm';
import { after, CLOCK_TOLERANCE_MS, type Clock, SECOND_MS } from '../../platform/clock.ts';
import type { Database, Executor } from '../../platform/database/database.ts';
import type { Notifications } from '../../platform/database/notifications.ts';
import { prepare } from '../../platform/database/prepared.ts';
import type { Metrics } from '../../platform/telemetry/metrics.ts';
import { LEEWAY_SECONDS } from './access-tokens.ts';
import { sessions } from './schema.ts';

export const SESSION_ENDED_CHANNEL = 'session_ended';

export interface Revocations {
  /** True if the session has ended. Answers from memory, or by a query while notifications may be missed. */
  isRevoked(userId: string, sessionId: string): boolean | Promise<boolean>;
  /** This process is about to end these sessions: from the commit on, not only from the notification on, they are refused here. */
  expect(sessionIds: readonly string[]): void;
  /** Loads the recently ended sessions and follows the channel from then on. */
  start(): Promise<void>;
}

export interface RevocationsOptions {
  db: Database;
  clock: Clock;
  notifications: Notifications;
  metrics: Metrics;
  /** Lifetime of an access token, in milliseconds: how long an ended session must be remembered. */
  tokenLifetimeMs: number;
}

const endOf = prepare<{ ended_at: Date | null }>(
  'session_end',
  sql`select ended_at from ${sessions} where user_id = ${sql.placeholder('userId')} and id = ${sql.placeholder('sessionId')}`,
);

/** Asks the database whether a session has ended, or never began. */
export async function hasEnded(executor: Executor, userId: string, sessionId: string): Promise<boolean> {
  const [session] = await endOf(executor, { userId, sessionId });
  return session === undefined || session.ended_at !== null;
}

/** Leeway of token checks, and clocks that differ: between who issued the token and who verifies it, and who ended it and who verifies it. */
const MARGIN_MS = LEEWAY_SECONDS * SECOND_MS + 2 * CLOCK_TOLERANCE_MS;
const SWEEP_EVERY = 1_000;

export function createRevocations(options: RevocationsOptions): Revocations {
  const { db, clock, notifications, metrics } = options;
  const memoryMs = options.tokenLifetimeMs + MARGIN_MS;
  /** Session -> Unix milliseconds of its end. */
  const ended = new Map<string, number>();
  /** Sessions whose end is under way in this process -> Unix milliseconds. A transaction that is rolled back leaves its session here. */
  const ending = new Map<string, number>();

  function remember(sessionId: string, endedAtMs: number): void {
    ending.delete(sessionId);
    put(ended, sessionId, endedAtMs);
  }

  function put(memory: Map<string, number>, sessionId: string, atMs: number): void {
    memory.set(sessionId, atMs);
    if (memory.size % SWEEP_EVERY !== 0) return;
    const horizon = clock.now().getTime() - memoryMs;
    for (const [id, at] of memory) if (at < horizon) memory.delete(id);
  }

  async function load(): Promise<void> {
    const rows = await db
      .select({ id: sessions.id, endedAt: sessions.endedAt })
      .from(sessions)
      .where(gt(sessions.endedAt, after(clock.now(), -memoryMs)));
    for (const { id, endedAt } of rows) remember(id, endedAt!.getTime());
  }

  return {
    isRevoked(userId, sessionId) {
      if (ended.has(sessionId)) return true;
      return notifications.connected && !ending.has(sessionId) ? false : hasEnded(db, userId, sessionId);
    },

    expect(sessionIds) {
      for (const id of sessionIds) put(ending, id, clock.now().getTime());
    },

    async start() {
      await notifications.subscribe(SESSION_ENDED_CHANNEL, {
        onConnected: load,
        onNotification(payload) {
          const [sessionId = '', endedAt = '', sentAt = ''] = payload.split(' ');
          remember(sessionId, Number(endedAt));
          metrics.session_revocation_seconds.observe(Math.max(0, Date.now() - Number(sentAt)) / 1_000);
        },
      });
    },
  };
}

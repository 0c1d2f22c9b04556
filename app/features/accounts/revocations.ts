/**
 * Revocation that bites at once. Whatever ends a session announces it in the same transaction; every api process keeps the sessions that ended
 * within the last access-token lifetime and refuses their tokens. While changes cannot be read, it asks the database for each request:
 * slower, never wrong.
 */
import { gt, sql } from 'drizzle-orm';
import { after, CLOCK_TOLERANCE_MS, type Clock, SECOND_MS } from '../../platform/clock.ts';
import { announce } from '../../platform/database/changes/announcing.ts';
import type { ChangeFeed } from '../../platform/database/changes/feed.ts';
import type { Database, Executor, Transaction } from '../../platform/database/database.ts';
import { prepare } from '../../platform/database/prepared.ts';
import type { Metrics } from '../../platform/telemetry/metrics.ts';
import { LEEWAY_SECONDS } from './access-tokens.ts';
import { sessions } from './schema.ts';

/** The kind of the changes that tell of ended sessions. The key is the session and, after a space, when it ended in Unix milliseconds. */
export const SESSION_ENDS = 'session';

/** Tells every process, once `tx` has committed, to refuse the tokens of these sessions. @param endedAt by the service's clock */
export function announceEnds(tx: Transaction, sessionIds: readonly string[], endedAt: Date): void {
  announce(tx, SESSION_ENDS, ...sessionIds.map((id) => `${id} ${endedAt.getTime()}`));
}

export interface Revocations {
  /** True if the session has ended. Answers from memory, or by a query while changes cannot be read. */
  isRevoked(userId: string, sessionId: string): boolean | Promise<boolean>;
}

export interface RevocationsOptions {
  db: Database;
  clock: Clock;
  feed: ChangeFeed;
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
  const { db, clock, feed, metrics } = options;
  const memoryMs = options.tokenLifetimeMs + MARGIN_MS;
  /** Session -> Unix milliseconds of its end. */
  const ended = new Map<string, number>();

  function remember(sessionId: string, endedAtMs: number): void {
    ended.set(sessionId, endedAtMs);
    if (ended.size % SWEEP_EVERY !== 0) return;
    const horizon = clock.now().getTime() - memoryMs;
    for (const [id, at] of ended) if (at < horizon) ended.delete(id);
  }

  async function load(): Promise<void> {
    const rows = await db
      .select({ id: sessions.id, endedAt: sessions.endedAt })
      .from(sessions)
      .where(gt(sessions.endedAt, after(clock.now(), -memoryMs)));
    for (const { id, endedAt } of rows) remember(id, endedAt!.getTime());
  }

  feed.follow(SESSION_ENDS, {
    changed(key, ageSeconds = 0) {
      const [sessionId = '', endedAt = ''] = key.split(' ');
      if (!ended.has(sessionId)) metrics.session_revocation_seconds.observe(ageSeconds);
      remember(sessionId, Number(endedAt));
    },
    reset: load,
  });

  return {
    isRevoked(userId, sessionId) {
      if (ended.has(sessionId)) return true;
      if (feed.isFresh()) return false;
      return feed.refresh().then((fresh) => ended.has(sessionId) || (!fresh && hasEnded(db, userId, sessionId)));
    },
  };
}

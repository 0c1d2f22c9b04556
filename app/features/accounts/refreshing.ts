/**
 * Refreshing: rotation with reuse detection (RFC 9700 section 4.14.2), without punishing harmless retries.
 * - the current generation: one atomic UPDATE makes it the next one;
 * - the one before, whose successor was never used: the current token again (two tabs, a lost answer), and no second branch begins.
 *   Later than ten seconds after the rotation this is a late answer, of which only three generations in a row get one;
 * - anything else that is genuine: stolen. The session ends.
 * Why, and what a thief can do with it: `docs/decisions/0009-lost-refresh-answers.md`.
 */
import { and, eq, getTableColumns, isNull, sql } from 'drizzle-orm';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import { prepare } from '../../platform/database/prepared.ts';
import { transact } from '../../platform/database/retry.ts';
import type { RequestOrigin } from '../../platform/http/caller.ts';
import type { Sealer } from '../../platform/security/sealing.ts';
import type { Metrics } from '../../platform/telemetry/metrics.ts';
import type { Audit } from '../audit/audit.ts';
import type { Email } from '../email/email.ts';
import { unauthenticated } from './access-tokens.ts';
import { accountErrors } from './errors.ts';
import { formatRefreshToken, isGenuine, parseRefreshToken } from './refresh-tokens.ts';
import { sessions, users } from './schema.ts';
import { lastPlaceOf, type SessionPlaces } from './session-places.ts';
import { type ProvenSession, provenOf, SESSION_SECRET_PURPOSE, type Session, type Sessions } from './sessions.ts';
import type { User } from './users.ts';

/** A session with the refresh token that is current. */
export interface Refreshed {
  user: User;
  session: ProvenSession;
  refreshToken: string;
}

export interface Refreshing {
  /** @throws `unauthenticated` for what is no refresh token, `session_revoked` for one of an ended, expired or stolen session */
  refresh(text: string, origin: RequestOrigin): Promise<Refreshed>;
  /** The session of a refresh token, to end it. @throws as `refresh` */
  sessionOf(text: string): Promise<{ userId: string; sessionId: string }>;
}

type FoundSession = Omit<Session, 'rotatedAt'>;

export interface RefreshingOptions {
  db: Database;
  clock: Clock;
  sealer: Sealer;
  sessions: Sessions;
  places: SessionPlaces;
  audit: Audit;
  email: Pick<Email, 'sendEmail'>;
  metrics: Metrics;
  /** Where a person secures the account. */
  appUrl: string;
}

/** Two tabs that refresh at once, and retries of a lost answer, are not late. By the database's clock alone: it writes and compares. */
const LATE_AFTER = sql.raw(`interval '10 seconds'`);
/** Somebody who lost an answer needs one late answer. Two who share a token need one in each generation. */
const MAX_LATE_RUN = 3;

export function createRefreshing(options: RefreshingOptions): Refreshing {
  const { db, clock, sealer, audit, email, metrics } = options;
  const { sessions: sessionStore } = options;
  const count = (outcome: 'success' | 'replayed' | 'reused' | 'failure') =>
    metrics.auth_events_total.inc({ event: 'refresh', outcome });

  const own = and(eq(sessions.userId, sql.placeholder('userId')), eq(sessions.id, sql.placeholder('sessionId')));
  const { rotatedAt, ...columns } = getTableColumns(sessions);
  const find = db
    .select({
      session: columns,
      // Null after a refresh by a release that did not write it.
      isLate: sql<boolean>`coalesce(${rotatedAt} < clock_timestamp() - ${LATE_AFTER}, true)`,
      user: users,
    })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(own)
    .prepare('session_for_refresh');
  // Placeholders in `set` need the column's own encoder.
  const used = {
    refreshedAt: sql`${sql.placeholder('now')}::timestamptz`,
    refreshedIpAddress: sql`${sql.placeholder('ipAddress')}::text`,
    refreshedUserAgent: sql`${sql.placeholder('userAgent')}::text`,
  };
  const current = and(own, eq(sessions.generation, sql.placeholder('generation')), isNull(sessions.endedAt));
  const returned = { generation: sessions.generation };
  const advance = prepare<{ generation: number }>(
    'session_advance',
    db
      .update(sessions)
      .set({ ...used, generation: sql`${sessions.generation} + 1`, rotatedAt: sql`clock_timestamp()` })
      .where(current)
      .returning(returned),
  );
  const repeat = prepare<{ generation: number }>(
    'session_repeat',
    db.update(sessions).set(used).where(current).returning(returned),
  );

  /** Uses the current generation from a place. @returns its number afterwards; undefined when the session has changed meanwhile */
  function use(statement: typeof advance, session: FoundSession, user: User, origin: RequestOrigin) {
    const { userId, id: sessionId, generation } = session;
    const { ipAddress, userAgent } = origin;
    const now = clock.now().toISOString();
    return options.places.use(session, user, origin, async (executor) => {
      const [row] = await statement(executor, { userId, sessionId, generation, now, ipAddress, userAgent });
      return row?.generation;
    });
  }

  async function lookUp(text: string) {
    const token = parseRefreshToken(text);
    if (!token) throw unauthenticated('That is not a refresh token.');
    const [found] = await find.execute({ userId: token.userId, sessionId: token.sessionId });
    if (!found) throw unauthenticated('The refresh token is not valid.');
    const secret = openSecret(found.session);
    if (!secret || !isGenuine(token, secret)) throw unauthenticated('The refresh token is not valid.');
    return { token, secret, ...found };
  }

  /** @returns undefined when the `APP_SECRET` that sealed it is gone: then the person signs in again */
  function openSecret(session: FoundSession): Buffer | undefined {
    try {
      return sealer.open(SESSION_SECRET_PURPOSE, session.secret);
    } catch {
      return undefined;
    }
  }

  /**
   * True if the generation before the current one gets a late answer, which is remembered.
   * @returns undefined when the session has changed meanwhile
   */
  async function admitLate(session: FoundSession): Promise<boolean | undefined> {
    const { userId, id, generation, lateGeneration, lateRun } = session;
    if (lateGeneration === generation) return true;
    const run = lateGeneration === generation - 1 ? lateRun + 1 : 1;
    if (run > MAX_LATE_RUN) return false;
    const unchanged = sql`${sessions.lateGeneration} is not distinct from ${lateGeneration}::integer`;
    const { rowCount } = await db
      .update(sessions)
      .set({ lateGeneration: generation, lateRun: run })
      .where(
        and(
          ...[eq(sessions.userId, userId), eq(sessions.id, id), eq(sessions.generation, generation)],
          ...[isNull(sessions.endedAt), unchanged],
        ),
      );
    return rowCount === 1 ? true : undefined;
  }

  async function endStolen(session: FoundSession, user: User, origin: RequestOrigin): Promise<void> {
    await transact(db, async (tx) => {
      const ended = await sessionStore.end(tx, session.userId, 'refresh_reused', { only: session.id });
      if (ended.length === 0) return;
      const actor = { type: 'anonymous' } as const;
      const target = { type: 'session', id: session.id };
      await audit.append(tx, { ownerId: user.id, action: 'session.refresh_reused', actor, target, origin });
      await email.sendEmail(tx, {
        template: 'refresh-token-reuse',
        to: user.email,
        locale: user.locale,
        userId: user.id,
        key: `refresh-reuse:${session.id}`,
        data: {
          name: user.name,
          at: clock.now().toISOString(),
          ipAddress: origin.ipAddress,
          userAgent: origin.userAgent,
          url: `${options.appUrl}/forgot-password`,
        },
      });
    });
  }

  return {
    async refresh(text, origin) {
      // A lost race sends the loop around; the next look finds what the winner did, and does not come here again.
      for (;;) {
        const { token, secret, session, isLate, user } = await lookUp(text);
        if (!sessionStore.isAlive(session)) {
          count('failure');
          throw accountErrors.session_revoked();
        }
        const answer = (generation: number): Refreshed => ({
          user,
          session: provenOf(session),
          refreshToken: formatRefreshToken(session.userId, session.id, generation, secret),
        });

        if (token.generation === session.generation) {
          const generation = await use(advance, session, user, origin);
          if (generation === undefined) continue;
          count('success');
          return answer(generation);
        }
        if (token.generation === session.generation - 1) {
          const isAdmitted = !isLate || (await admitLate(session));
          if (isAdmitted === undefined) continue;
          if (isAdmitted) {
            // A copy that repeats shows where it is, like one that goes on.
            if (!isFrom(session, origin) && (await use(repeat, session, user, origin)) === undefined) continue;
            count('replayed');
            return answer(session.generation);
          }
        }
        await endStolen(session, user, origin);
        count('reused');
        throw accountErrors.session_revoked({
          detail: 'The refresh token was used before; the session has been ended.',
        });
      }
    },

    async sessionOf(text) {
      const { session } = await lookUp(text);
      return { userId: session.userId, sessionId: session.id };
    },
  };
}

function isFrom(session: FoundSession, { ipAddress, userAgent }: RequestOrigin): boolean {
  const last = lastPlaceOf(session);
  return last.ipAddress === ipAddress && last.userAgent === userAgent;
}

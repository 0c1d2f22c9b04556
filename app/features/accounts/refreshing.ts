/**
 * Refreshing: rotation with reuse detection (RFC 9700 section 4.14.2), without punishing harmless retries.
 * - the current generation: one atomic UPDATE makes it the next one;
 * - the one before, within ten seconds: the current token again (two tabs, a lost answer), and no second branch begins;
 * - anything else that is genuine: stolen. The session ends.
 */
import { and, eq, isNull, sql } from 'drizzle-orm';
import { after, type Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
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
import { REPLAY_WINDOW_MS, SESSION_SECRET_PURPOSE, type Session, type Sessions } from './sessions.ts';
import type { User } from './users.ts';

export interface Refreshed {
  user: User;
  sessionId: string;
  refreshToken: string;
}

export interface Refreshing {
  /** @throws `unauthenticated` for what is no refresh token, `session_revoked` for one of an ended, expired or stolen session */
  refresh(text: string, origin: RequestOrigin): Promise<Refreshed>;
  /** The session of a refresh token, to end it. @throws as `refresh` */
  sessionOf(text: string): Promise<{ userId: string; sessionId: string }>;
}

export interface RefreshingOptions {
  db: Database;
  clock: Clock;
  sealer: Sealer;
  sessions: Sessions;
  audit: Audit;
  email: Pick<Email, 'sendEmail'>;
  metrics: Metrics;
  /** Where a person secures the account. */
  appUrl: string;
}

export function createRefreshing(options: RefreshingOptions): Refreshing {
  const { db, clock, sealer, audit, email, metrics } = options;
  const { sessions: sessionStore } = options;
  const count = (outcome: 'success' | 'replayed' | 'reused' | 'failure') =>
    metrics.auth_events_total.inc({ event: 'refresh', outcome });

  const own = and(eq(sessions.userId, sql.placeholder('userId')), eq(sessions.id, sql.placeholder('sessionId')));
  const find = db
    .select({ session: sessions, user: users })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(own)
    .prepare('session_for_refresh');
  const advance = db
    .update(sessions)
    // Placeholders in `set` need the column's own encoder.
    .set({ generation: sql`${sessions.generation} + 1`, refreshedAt: sql`${sql.placeholder('now')}::timestamptz` })
    .where(and(own, eq(sessions.generation, sql.placeholder('generation')), isNull(sessions.endedAt)))
    .returning({ generation: sessions.generation })
    .prepare('session_advance');

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
  function openSecret(session: Session): Buffer | undefined {
    try {
      return sealer.open(SESSION_SECRET_PURPOSE, session.secret);
    } catch {
      return undefined;
    }
  }

  async function endStolen(session: Session, user: User, origin: RequestOrigin): Promise<void> {
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
        const { token, secret, session, user } = await lookUp(text);
        if (!sessionStore.isAlive(session)) {
          count('failure');
          throw accountErrors.session_revoked();
        }
        const answer = (generation: number): Refreshed => ({
          user,
          sessionId: session.id,
          refreshToken: formatRefreshToken(session.userId, session.id, generation, secret),
        });
        const now = clock.now();

        if (token.generation === session.generation) {
          const { userId, id: sessionId, generation } = session;
          const [advanced] = await advance.execute({ userId, sessionId, generation, now: now.toISOString() });
          if (advanced) {
            count('success');
            return answer(advanced.generation);
          }
          continue;
        }
        if (token.generation === session.generation - 1 && now <= after(session.refreshedAt, REPLAY_WINDOW_MS)) {
          count('replayed');
          return answer(session.generation);
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

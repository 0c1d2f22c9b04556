/** Sessions: begun by a sign-in, carried on by refreshing, ended by their owner, an operator or a thief's mistake. */
import { and, desc, eq, gt, isNotNull, isNull, lt, ne, or, sql } from 'drizzle-orm';
import { after, type Clock, DAY_MS } from '../../platform/clock.ts';
import { removeRows } from '../../platform/database/batches.ts';
import type { Database, Executor, Transaction } from '../../platform/database/database.ts';
import { prepare } from '../../platform/database/prepared.ts';
import type { RequestOrigin } from '../../platform/http/caller.ts';
import { randomSecret } from '../../platform/security/random.ts';
import type { Sealer } from '../../platform/security/sealing.ts';
import { devices } from './devices/schema.ts';
import { emailLinks } from './email-links/schema.ts';
import { signInChallenges } from './factors/schema.ts';
import type { ProvenSession } from './proven-session.ts';
import { formatRefreshToken } from './refresh-tokens.ts';
import { announceEnds } from './revocations.ts';
import { type SessionEnd, sessions } from './schema.ts';
import type { Users } from './users.ts';

export interface SessionLifetimes {
  /** Without a refresh, in milliseconds. */
  idleMs: number;
  /** In all, in milliseconds. */
  absoluteMs: number;
}

/** Who acts in the name of a user in a session, and how. */
export interface ActingSession {
  readonly actorId: string;
  readonly actorMayChange: boolean;
  readonly expiresAt: Date;
}

export type Session = typeof sessions.$inferSelect;

export interface Sessions {
  /** A new session. @returns its first refresh token */
  begin(tx: Executor, session: ProvenSession, origin: RequestOrigin): Promise<string>;
  /** A new session of an operator in the name of a user, which cannot be refreshed. */
  beginActing(tx: Transaction, session: ProvenSession, acting: ActingSession): Promise<void>;
  /**
   * Ends sessions of a user and tells every process. Locks the account: a change that one of these sessions asked for commits before, or
   * is refused. Unless one session alone ends, or those of before, sign-ins that wait for another proof are void too, and devices need the second
   * factor again: whoever is to be kept out may have had either.
   * @returns the ids of those that were alive
   */
  end(
    tx: Transaction,
    userId: string,
    reason: SessionEnd,
    which?: { only?: string; except?: string; begunBefore?: Date },
  ): Promise<string[]>;
  /** The living sessions of a user, the newest first, after `cursor` = [createdAt, id]. */
  list(userId: string, limit: number, cursor?: readonly string[]): Promise<Session[]>;
  /** True if it has not ended or expired. */
  isAlive(session: Pick<Session, 'endedAt' | 'refreshedAt' | 'createdAt' | 'expiresAt'>): boolean;
  /** Deletes sessions that ended, or were not refreshed in their lifetime, more than a month ago. @returns how many */
  purge(): Promise<number>;
}

export const SESSION_SECRET_PURPOSE = 'sessions.secret';
const KEEP_ENDED_MS = 30 * DAY_MS;
/** The cursor of a first page: later than any session. */
const BEYOND_THE_NEWEST = ['9999-12-31T23:59:59.999Z', 'ffffffff-ffff-ffff-ffff-ffffffffffff'] as const;

export interface SessionsOptions {
  db: Database;
  clock: Clock;
  sealer: Sealer;
  lifetimes: SessionLifetimes;
  users: Pick<Users, 'lock'>;
}

export function createSessions({ db, clock, sealer, lifetimes, users }: SessionsOptions): Sessions {
  const { placeholder } = sql;
  const insert = prepare(
    'session_begin',
    db.insert(sessions).values({
      userId: placeholder('userId'),
      id: placeholder('id'),
      secret: placeholder('secret'),
      generation: 1,
      ipAddress: placeholder('ipAddress'),
      userAgent: placeholder('userAgent'),
      createdAt: placeholder('now'),
      refreshedAt: placeholder('now'),
      amr: placeholder('amr'),
      authTime: placeholder('authTime'),
    }),
  );
  // Prepared, and so one statement for the first page and for all others: to write and to plan it anew would take longer than the rest.
  const page = db
    .select()
    .from(sessions)
    .where(
      and(
        eq(sessions.userId, placeholder('userId')),
        isNull(sessions.endedAt),
        gt(sessions.refreshedAt, placeholder('refreshedAfter')),
        gt(sessions.createdAt, placeholder('createdAfter')),
        or(isNull(sessions.expiresAt), gt(sessions.expiresAt, placeholder('now'))),
        or(
          lt(sessions.createdAt, placeholder('cursorCreatedAt')),
          and(eq(sessions.createdAt, placeholder('cursorCreatedAt')), lt(sessions.id, placeholder('cursorId'))),
        ),
      ),
    )
    .orderBy(desc(sessions.createdAt), desc(sessions.id))
    .limit(placeholder('limit'))
    .prepare('sessions_of_user');

  return {
    async begin(tx, { userId, id, amr, authTime }, { ipAddress, userAgent }) {
      const now = clock.now();
      const secret = randomSecret(32);
      const sealed = sealer.seal(SESSION_SECRET_PURPOSE, secret);
      await insert(tx, { userId, id, secret: sealed, ipAddress, userAgent, now, amr, authTime });
      return formatRefreshToken(userId, id, 1, secret);
    },

    async beginActing(tx, { userId, id, amr, authTime }, acting) {
      const now = clock.now();
      // Nobody gets a refresh token that this secret would make.
      const secret = sealer.seal(SESSION_SECRET_PURPOSE, randomSecret(32));
      const own = { userId, id, secret, generation: 1, createdAt: now, refreshedAt: now, amr: [...amr], authTime };
      await tx.insert(sessions).values({ ...own, ...acting });
    },

    async end(tx, userId, reason, { only, except, begunBefore } = {}) {
      await users.lock(tx, userId);
      const now = clock.now();
      const which = and(
        eq(sessions.userId, userId),
        isNull(sessions.endedAt),
        only === undefined ? undefined : eq(sessions.id, only),
        except === undefined ? undefined : ne(sessions.id, except),
        begunBefore === undefined ? undefined : lt(sessions.createdAt, begunBefore),
      );
      const ended = await tx
        .update(sessions)
        .set({ endedAt: now, endedReason: reason })
        .where(which)
        .returning({ id: sessions.id });
      if (only === undefined && begunBefore === undefined) {
        await tx.delete(signInChallenges).where(eq(signInChallenges.userId, userId));
        await tx.delete(emailLinks).where(eq(emailLinks.userId, userId));
        const remembered = and(eq(devices.userId, userId), isNotNull(devices.rememberedUntil));
        await tx.update(devices).set({ rememberedUntil: null }).where(remembered);
      }
      const ids = ended.map(({ id }) => id);
      announceEnds(tx, ids, now);
      return ids;
    },

    list(userId, limit, [createdAt, id] = BEYOND_THE_NEWEST) {
      const now = clock.now();
      return page.execute({
        userId,
        limit,
        now,
        refreshedAfter: after(now, -lifetimes.idleMs),
        createdAfter: after(now, -lifetimes.absoluteMs),
        cursorCreatedAt: new Date(createdAt!),
        cursorId: id,
      });
    },

    isAlive(session) {
      const now = clock.now();
      return (
        session.endedAt === null &&
        (session.expiresAt === null || session.expiresAt > now) &&
        after(session.refreshedAt, lifetimes.idleMs) > now &&
        after(session.createdAt, lifetimes.absoluteMs) > now
      );
    },

    async purge() {
      const horizon = after(clock.now(), -KEEP_ENDED_MS);
      const idle = after(horizon, -lifetimes.idleMs);
      const ended = { from: sessions, where: lt(sessions.endedAt, horizon), by: sessions.endedAt };
      // One that has reached its absolute lifetime is not refreshed any more, and so is found here as well.
      const abandoned = { from: sessions, where: lt(sessions.refreshedAt, idle), by: sessions.refreshedAt };
      return (await removeRows(db, ended)) + (await removeRows(db, abandoned));
    },
  };
}

/**
 * Where a session is used: it keeps from where it was signed in, and from where it was last refreshed. Its owner gets an email when network
 * and program both change. Not here: devices from which people sign in (`sign-in.ts`).
 */
import { and, eq } from 'drizzle-orm';
import type { Clock } from '../../platform/clock.ts';
import type { Database, Executor, Transaction } from '../../platform/database/database.ts';
import { transact } from '../../platform/database/retry.ts';
import type { RequestOrigin } from '../../platform/http/caller.ts';
import { addressBlock } from '../../platform/security/rate-limits.ts';
import type { Audit } from '../audit/audit.ts';
import type { Email } from '../email/email.ts';
import { sessions } from './schema.ts';
import type { Session } from './sessions.ts';
import type { User, Users } from './users.ts';

type Place = Pick<RequestOrigin, 'ipAddress' | 'userAgent'>;
type PlacedSession = Pick<
  Session,
  'id' | 'userId' | 'ipAddress' | 'userAgent' | 'refreshedIpAddress' | 'refreshedUserAgent'
>;

export interface SessionPlaces {
  /**
   * Runs the statement that uses a session from a place and stores that place. If the session has moved, its last proof is recent no more
   * (OWASP ASVS 5.0 V8.2.4), and its owner is told in the same transaction, by an audit event and one email per session and day.
   * @param write undefined when it changed nothing; then nobody is told
   */
  use<T>(
    session: PlacedSession,
    user: User,
    origin: RequestOrigin,
    write: (executor: Executor) => Promise<T | undefined>,
  ): Promise<T | undefined>;
}

export interface SessionPlacesOptions {
  db: Database;
  clock: Clock;
  users: Pick<Users, 'lock'>;
  audit: Audit;
  email: Pick<Email, 'sendEmail'>;
  appUrl: string;
}

export function createSessionPlaces(options: SessionPlacesOptions): SessionPlaces {
  const { db, clock, users, audit, email, appUrl } = options;

  async function tell(tx: Transaction, session: PlacedSession, user: User, origin: RequestOrigin): Promise<void> {
    const at = clock.now().toISOString();
    const { ipAddress, userAgent } = origin;
    const own = and(eq(sessions.userId, user.id), eq(sessions.id, session.id));
    await tx.update(sessions).set({ movedAt: clock.now() }).where(own);
    await audit.append(tx, {
      ownerId: user.id,
      action: 'session.moved',
      actor: { type: 'user', id: user.id },
      target: { type: 'session', id: session.id },
      origin,
      details: { before: { ...lastPlaceOf(session) } },
    });
    await email.sendEmail(tx, {
      template: 'session-moved',
      to: user.email,
      locale: user.locale,
      userId: user.id,
      key: `session-moved:${session.id}:${at.slice(0, 10)}`,
      data: { name: user.name, at, ipAddress, userAgent, url: `${appUrl}/forgot-password` },
    });
  }

  return {
    async use(session, user, origin, write) {
      if (!hasMoved(lastPlaceOf(session), origin)) return write(db);
      return transact(db, async (tx) => {
        // Before the session, as in the transactions that end it.
        await users.lock(tx, user.id, 'share');
        const written = await write(tx);
        if (written !== undefined) await tell(tx, session, user, origin);
        return written;
      });
    },
  };
}

/** From where a session was last refreshed, or else signed in. */
export function lastPlaceOf(session: Omit<PlacedSession, 'id' | 'userId'>): Place {
  const { refreshedIpAddress, refreshedUserAgent } = session;
  return refreshedIpAddress === null && refreshedUserAgent === null
    ? { ipAddress: session.ipAddress, userAgent: session.userAgent }
    : { ipAddress: refreshedIpAddress, userAgent: refreshedUserAgent };
}

/** Phones change networks and programs are updated all the time; a device that does both at once is rather another device. */
function hasMoved(before: Place, now: Place): boolean {
  return (
    addressBlock(before.ipAddress ?? '') !== addressBlock(now.ipAddress ?? '') &&
    programOf(before.userAgent) !== programOf(now.userAgent)
  );
}

/** A User-Agent without its versions: an update is no other program. */
const programOf = (userAgent: string | null) => (userAgent ?? '').replace(/\d[\d._]*/g, '');

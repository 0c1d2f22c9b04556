/**
 * Decides at the moment of a change whether the person who asked for it may still act. The guard has decided before the handler ran, and
 * the handler may have waited since: for a password hash, a lock or a connection. The session or the password that the request relied on
 * may have ended or changed by then.
 */

import { and, eq } from 'drizzle-orm';
import { after, type Clock } from '../../platform/clock.ts';
import type { Database, Executor, Transaction } from '../../platform/database/database.ts';
import type { PasswordHasher } from '../../platform/security/password-hashing.ts';
import { judgeTry } from '../../platform/security/tries.ts';
import type { UserCaller } from './authentication.ts';
import { accountErrors } from './errors.ts';
import type { SecondFactors } from './factors/second-factors.ts';
import type { AccountLimits } from './limits.ts';
import { normalizePassword } from './password-policy.ts';
import { provenOf } from './proven-session.ts';
import { hasEnded } from './revocations.ts';
import { sessions, users as userTable } from './schema.ts';
import { isActive, type LockStrength, type User, type Users } from './users.ts';

export interface Callers {
  /**
   * Locks the caller's account and checks again that the session has not ended and that the account is neither suspended nor deleted. This
   * stays true until the transaction ends, because every transaction that changes it locks the account for `update`. A transaction that
   * locks an organization too must lock the organization first.
   * @param strength `share` to act in the name of the account, `update` to change the account itself
   * @returns the account as it is now
   * @throws `session_revoked`
   */
  lock(tx: Transaction, caller: UserCaller, strength: LockStrength): Promise<User>;
  /**
   * Checks that the person has proven who they are in the last minutes, and since the session was first used where it is now, with a second
   * factor if the account has one. The account must be locked by `lock` in the same transaction.
   * @throws `recent_sign_in_required`, with the ways to prove it
   */
  requireRecent(executor: Executor, caller: UserCaller): Promise<void>;
  /**
   * Checks the password of someone who is signed in. A recent proof stands in for one that is not given.
   * @throws `password_incorrect`, `rate_limited`, `overloaded`; `recent_sign_in_required` without a password
   */
  confirm(caller: UserCaller, password: string | undefined): Promise<ConfirmedCaller>;
}

/** A caller whose password was right when it was checked, or whose last proof was recent. */
export interface ConfirmedCaller {
  /** The account as it was then. */
  readonly user: User;
  /**
   * Locks the account for `update`, checks the same as `Callers.lock`, and checks that the password has not changed, or the proof is still
   * recent.
   * @returns the account as it is now
   * @throws `session_revoked`, `password_incorrect`, `recent_sign_in_required`
   */
  lock(tx: Transaction): Promise<User>;
}

export interface CallersOptions {
  db: Database;
  users: Users;
  limits: Pick<AccountLimits, 'passwordChecks'>;
  hasher: PasswordHasher;
  clock: Clock;
  factors: Pick<SecondFactors, 'of'>;
  /** The age up to which a proof is recent, in milliseconds. */
  recentMs: number;
}

export function createCallers({ db, users, limits, hasher, clock, factors, recentMs }: CallersOptions): Callers {
  async function lock(tx: Transaction, { userId, sessionId }: UserCaller, strength: LockStrength): Promise<User> {
    const user = await users.lock(tx, userId, strength);
    // A separate statement after the lock, so that it sees what was committed during the wait for the lock.
    if (!user || !isActive(user) || (await hasEnded(tx, userId, sessionId))) throw accountErrors.session_revoked();
    return user;
  }

  async function requireRecent(executor: Executor, { userId, sessionId }: UserCaller): Promise<void> {
    const own = and(eq(sessions.userId, userId), eq(sessions.id, sessionId));
    const [[found], needed] = await Promise.all([
      executor
        .select({ session: sessions, passwordHash: userTable.passwordHash })
        .from(sessions)
        .innerJoin(userTable, eq(userTable.id, sessions.userId))
        .where(own),
      factors.of(executor, userId),
    ]);
    if (!found) throw accountErrors.session_revoked();
    const { amr, authTime } = provenOf(found.session);
    const isEnough = needed.length === 0 || amr.includes('mfa');
    const { movedAt } = found.session;
    const isHere = movedAt === null || authTime > movedAt;
    if (isEnough && isHere && after(authTime, recentMs) > clock.now()) return;
    const proofs = needed.length > 0 ? needed : found.passwordHash === null ? [] : ['password'];
    throw accountErrors.recent_sign_in_required({ extensions: { proofs } });
  }

  return {
    lock,
    requireRecent,

    async confirm(caller, password) {
      const user = await users.require(caller.userId);
      if (password === undefined) {
        // Before the caller does any costly work, and again under the lock.
        await requireRecent(db, caller);
        return {
          user,
          async lock(tx) {
            const locked = await lock(tx, caller, 'update');
            await requireRecent(tx, caller);
            return locked;
          },
        };
      }
      const matches = await judgeTry({
        uses: [[limits.passwordChecks, user.id]],
        judge: () => hasher.verify(normalizePassword(password), user.passwordHash),
      });
      if (!matches) throw accountErrors.password_incorrect();
      return {
        user,
        async lock(tx) {
          const locked = await lock(tx, caller, 'update');
          if (locked.passwordHash !== user.passwordHash) throw accountErrors.password_incorrect();
          return locked;
        },
      };
    },
  };
}

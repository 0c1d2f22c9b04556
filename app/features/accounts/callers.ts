/**
 * Decides at the moment of a change whether the person who asked for it may still act. The guard has decided before the handler ran, and
 * the handler may have waited since: for a password hash, a lock or a connection. The session or the password that the request relied on
 * may have ended or changed by then.
 */
import type { Transaction } from '../../platform/database/database.ts';
import type { PasswordHasher } from '../../platform/security/password-hashing.ts';
import type { UserCaller } from './authentication.ts';
import { accountErrors } from './errors.ts';
import type { AccountLimits } from './limits.ts';
import { normalizePassword } from './password-policy.ts';
import { hasEnded } from './revocations.ts';
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
  /** Checks the password of someone who is signed in. @throws `password_incorrect`, `rate_limited`, `overloaded` */
  confirm(caller: UserCaller, password: string): Promise<ConfirmedCaller>;
}

/** A caller whose password was right when it was checked. */
export interface ConfirmedCaller {
  /** The account as it was then. */
  readonly user: User;
  /**
   * Locks the account for `update`, checks the same as `Callers.lock`, and checks that the password has not changed.
   * @returns the account as it is now
   * @throws `session_revoked`, `password_incorrect`
   */
  lock(tx: Transaction): Promise<User>;
}

export interface CallersOptions {
  users: Users;
  limits: Pick<AccountLimits, 'passwordChecks'>;
  hasher: PasswordHasher;
}

export function createCallers({ users, limits, hasher }: CallersOptions): Callers {
  async function lock(tx: Transaction, { userId, sessionId }: UserCaller, strength: LockStrength): Promise<User> {
    const user = await users.lock(tx, userId, strength);
    // A separate statement after the lock, so that it sees what was committed during the wait for the lock.
    if (!user || !isActive(user) || (await hasEnded(tx, userId, sessionId))) throw accountErrors.session_revoked();
    return user;
  }

  return {
    lock,

    async confirm(caller, password) {
      const user = await users.require(caller.userId);
      await limits.passwordChecks.reserve(user.id);
      const matches = await hasher.verify(normalizePassword(password), user.passwordHash).catch(async (error) => {
        await limits.passwordChecks.refund(user.id);
        throw error;
      });
      // Only a wrong password counts: neither a right one, nor one that could not be checked.
      await limits.passwordChecks[matches ? 'refund' : 'settle'](user.id);
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

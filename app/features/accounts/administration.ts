/** The actions of operators on accounts: from the command line, and over the API (`features/operator`). */
import { and, asc, eq, gt, or } from 'drizzle-orm';
import type { Clock } from '../../platform/clock.ts';
import type { Database, Transaction } from '../../platform/database/database.ts';
import { transact } from '../../platform/database/retry.ts';
import type { RequestOrigin } from '../../platform/http/caller.ts';
import { UUID } from '../../platform/http/uuids.ts';
import type { Audit, AuditAction } from '../audit/audit.ts';
import { parseAddress } from '../email/email.ts';
import type { FactorNotices } from './factors/notices.ts';
import type { RecoveryCodes } from './factors/recovery-codes.ts';
import type { Totp } from './factors/totp.ts';
import type { AccountFollowers } from './followers.ts';
import { passkeys } from './passkeys/schema.ts';
import type { Registration } from './registration.ts';
import { users } from './schema.ts';
import type { Sessions } from './sessions.ts';
import { announceUser, isActive, type User, type Users } from './users.ts';

/** The operator who changes an account. Absent: somebody at the command line, whom nobody knows. */
export interface ByOperator {
  readonly operatorId: string;
  readonly reason: string;
  readonly origin: RequestOrigin;
  /** Decides again, in the transaction of the change, whether the operator may. @throws as the guard does */
  readonly again: (tx: Transaction) => Promise<unknown>;
}

export interface Administration {
  /** Users by creation, oldest first, `limit` after the one with id `afterId`. */
  list(limit: number, afterId?: string): Promise<User[]>;
  /** By id or address. */
  find(idOrAddress: string): Promise<User | undefined>;
  /** Closes the account and ends its sessions. @returns whether it was open */
  suspend(user: User, by?: ByOperator): Promise<boolean>;
  /** Lifts a suspension. @returns whether there was one */
  unsuspend(user: User, by?: ByOperator): Promise<boolean>;
  /**
   * Removes the second factors of a person who has lost them, ends every session, and emails a notice. What remains is the password, or a
   * reset of it by email.
   * @returns whether there were any
   */
  resetFactors(user: User, by?: ByOperator): Promise<boolean>;
  /** Marks the address as verified. @returns whether it was not */
  verify(user: User, by?: ByOperator): Promise<boolean>;
}

export interface AdministrationOptions {
  db: Database;
  clock: Clock;
  users: Users;
  sessions: Sessions;
  registration: Pick<Registration, 'markVerified'>;
  audit: Audit;
  followers: Pick<AccountFollowers, 'closed' | 'reopened'>;
  totp: Pick<Totp, 'remove'>;
  recoveryCodes: Pick<RecoveryCodes, 'remove'>;
  notices: Pick<FactorNotices, 'sendReset'>;
}

export function createAdministration(options: AdministrationOptions): Administration {
  const { db, clock, audit, sessions, followers } = options;

  const record = (tx: Transaction, ownerId: string, action: AuditAction, by: ByOperator | undefined) =>
    audit.append(tx, {
      ...{ ownerId, action, target: { type: 'user', id: ownerId } },
      ...{ ...actorOf(by), ...(by && { details: { reason: by.reason } }) },
    });

  /** Runs `change` on the locked row; records it if it says that something changed. */
  function changing(
    id: string,
    action: AuditAction,
    by: ByOperator | undefined,
    change: (tx: Transaction, user: User) => Promise<boolean>,
  ) {
    return transact(db, async (tx) => {
      await by?.again(tx);
      const user = await options.users.lock(tx, id);
      if (!user || !(await change(tx, user))) return false;
      await record(tx, id, action, by);
      return true;
    });
  }

  return {
    async list(limit, afterId) {
      const last = afterId === undefined ? undefined : await options.users.find(afterId);
      const beyond = last
        ? or(gt(users.createdAt, last.createdAt), and(eq(users.createdAt, last.createdAt), gt(users.id, last.id)))
        : undefined;
      return db.select().from(users).where(beyond).orderBy(asc(users.createdAt), asc(users.id)).limit(limit);
    },

    async find(idOrAddress) {
      if (UUID.test(idOrAddress)) return options.users.find(idOrAddress.toLowerCase());
      const address = parseAddress(idOrAddress);
      return address ? options.users.findByAddress(db, address) : undefined;
    },

    suspend: ({ id }, by) =>
      changing(id, 'user.suspended', by, async (tx, user) => {
        // One by a directory becomes the operator's, so that the directory cannot lift it.
        if (user.suspendedAt && !user.suspendedBy) return false;
        const now = clock.now();
        const suspendedAt = user.suspendedAt ?? now;
        await tx.update(users).set({ suspendedAt, suspendedBy: null, updatedAt: now }).where(eq(users.id, id));
        announceUser(tx, id);
        await sessions.end(tx, id, 'suspended');
        if (isActive(user)) await followers.closed(tx, { userId: id, cause: 'user.suspended', ...actorOf(by) });
        return true;
      }),

    unsuspend: ({ id }, by) =>
      changing(id, 'user.unsuspended', by, async (tx, user) => {
        if (!user.suspendedAt) return false;
        await tx
          .update(users)
          .set({ suspendedAt: null, suspendedBy: null, updatedAt: clock.now() })
          .where(eq(users.id, id));
        announceUser(tx, id);
        if (!user.purgeAt) await followers.reopened(tx, { userId: id, cause: 'user.unsuspended', ...actorOf(by) });
        return true;
      }),

    resetFactors: ({ id }, by) =>
      changing(id, 'factors.reset', by, async (tx, user) => {
        const hadTotp = await options.totp.remove(tx, id);
        const codes = await options.recoveryCodes.remove(tx, id);
        const { rowCount: keys } = await tx.delete(passkeys).where(eq(passkeys.userId, id));
        if (!hadTotp && codes === 0 && keys === 0) return false;
        await sessions.end(tx, id, 'factors_reset');
        await options.notices.sendReset(tx, user);
        return true;
      }),

    verify: ({ id }, by) =>
      changing(id, 'user.email_verified', by, (tx, user) => options.registration.markVerified(tx, user)),
  };
}

/** The actor of an event, and from where. */
function actorOf(by: ByOperator | undefined) {
  if (!by) return { actor: { type: 'operator' } as const };
  return { actor: { type: 'operator', id: by.operatorId } as const, origin: by.origin };
}

/** The actions of operators on accounts, from the command line. */
import { and, asc, eq, gt, or } from 'drizzle-orm';
import type { Clock } from '../../platform/clock.ts';
import type { Database, Transaction } from '../../platform/database/database.ts';
import { transact } from '../../platform/database/retry.ts';
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

export interface Administration {
  /** Users by creation, oldest first, `limit` after the one with id `afterId`. */
  list(limit: number, afterId?: string): Promise<User[]>;
  /** By id or address. */
  find(idOrAddress: string): Promise<User | undefined>;
  /** Closes the account and ends its sessions. @returns whether it was open */
  suspend(user: User): Promise<boolean>;
  /** Lifts a suspension. @returns whether there was one */
  unsuspend(user: User): Promise<boolean>;
  /**
   * Removes the second factors of a person who has lost them, ends every session, and emails a notice. What remains is the password, or a
   * reset of it by email.
   * @returns whether there were any
   */
  resetFactors(user: User): Promise<boolean>;
  /** Marks the address as verified. @returns whether it was not */
  verify(user: User): Promise<boolean>;
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
  const actor = { type: 'operator' } as const;

  const record = (tx: Transaction, ownerId: string, action: AuditAction) =>
    audit.append(tx, { ownerId, action, actor, target: { type: 'user', id: ownerId } });

  /** Runs `change` on the locked row; records it if it says that something changed. */
  function changing(id: string, action: AuditAction, change: (tx: Transaction, user: User) => Promise<boolean>) {
    return transact(db, async (tx) => {
      const user = await options.users.lock(tx, id);
      if (!user || !(await change(tx, user))) return false;
      await record(tx, id, action);
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

    suspend: ({ id }) =>
      changing(id, 'user.suspended', async (tx, user) => {
        // One by a directory becomes the operator's, so that the directory cannot lift it.
        if (user.suspendedAt && !user.suspendedBy) return false;
        const now = clock.now();
        const suspendedAt = user.suspendedAt ?? now;
        await tx.update(users).set({ suspendedAt, suspendedBy: null, updatedAt: now }).where(eq(users.id, id));
        announceUser(tx, id);
        await sessions.end(tx, id, 'suspended');
        if (isActive(user)) await followers.closed(tx, { userId: id, cause: 'user.suspended', actor });
        return true;
      }),

    unsuspend: ({ id }) =>
      changing(id, 'user.unsuspended', async (tx, user) => {
        if (!user.suspendedAt) return false;
        await tx
          .update(users)
          .set({ suspendedAt: null, suspendedBy: null, updatedAt: clock.now() })
          .where(eq(users.id, id));
        announceUser(tx, id);
        if (!user.purgeAt) await followers.reopened(tx, { userId: id, cause: 'user.unsuspended', actor });
        return true;
      }),

    resetFactors: ({ id }) =>
      changing(id, 'factors.reset', async (tx, user) => {
        const hadTotp = await options.totp.remove(tx, id);
        const codes = await options.recoveryCodes.remove(tx, id);
        const { rowCount: keys } = await tx.delete(passkeys).where(eq(passkeys.userId, id));
        if (!hadTotp && codes === 0 && keys === 0) return false;
        await sessions.end(tx, id, 'factors_reset');
        await options.notices.sendReset(tx, user);
        return true;
      }),

    verify: ({ id }) => changing(id, 'user.email_verified', (tx, user) => options.registration.markVerified(tx, user)),
  };
}

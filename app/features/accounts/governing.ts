/**
 * What the directory of a company may do to the accounts of its own addresses: make them, close them and open them again. Not here: which
 * addresses these are. Whoever calls this has made sure of that, in the same transaction.
 */
import { eq } from 'drizzle-orm';
import type { Clock } from '../../platform/clock.ts';
import type { Transaction } from '../../platform/database/database.ts';
import type { RequestOrigin } from '../../platform/http/caller.ts';
import { newId } from '../../platform/security/random.ts';
import type { Audit, AuditEntry } from '../audit/audit.ts';
import type { AccountFollowers } from './followers.ts';
import { canonicalLocale } from './locales.ts';
import type { Registration } from './registration.ts';
import { users } from './schema.ts';
import type { Sessions } from './sessions.ts';
import { announceUser, isActive, type User, type Users } from './users.ts';

/** Who changes an account in the name of a directory, and for which organization. */
export interface DirectoryActor {
  readonly organizationId: string;
  readonly actor: AuditEntry['actor'];
  readonly origin: RequestOrigin;
}

export interface Governing {
  /**
   * Makes an account without a password whose address the directory vouches for. A registration for the address that was never confirmed
   * gives way, so nobody can wait there for the person.
   * @throws `email_taken`
   */
  provision(
    tx: Transaction,
    person: { email: string; name?: string | undefined; locale?: string | undefined },
    by: DirectoryActor,
  ): Promise<User>;
  /** Closes an account and ends its sessions; API keys that the person created rest with it. @returns whether it was open */
  close(tx: Transaction, userId: string, by: DirectoryActor): Promise<boolean>;
  /** Ends the sessions of a user that began before, because the organization has another way in now. @returns how many */
  signOut(tx: Transaction, userId: string, which: { organizationId: string; begunBefore: Date }): Promise<number>;
  /** Opens an account that a directory closed. One that an operator closed stays so. @returns whether it is open now and was not */
  reopen(tx: Transaction, userId: string, by: DirectoryActor): Promise<boolean>;
}

export interface GoverningOptions {
  clock: Clock;
  users: Users;
  sessions: Pick<Sessions, 'end'>;
  registration: Pick<Registration, 'registerProven'>;
  audit: Audit;
  followers: Pick<AccountFollowers, 'closed' | 'reopened'>;
}

const MAX_NAME_LENGTH = 200;

export function createGoverning({
  clock,
  users: accounts,
  sessions,
  registration,
  audit,
  followers,
}: GoverningOptions) {
  async function change(
    tx: Transaction,
    user: User,
    action: 'user.suspended' | 'user.unsuspended',
    { organizationId, actor, origin }: DirectoryActor,
  ): Promise<void> {
    const now = clock.now();
    const closes = action === 'user.suspended';
    const set = { suspendedAt: closes ? now : null, suspendedBy: closes ? ('directory' as const) : null };
    await tx
      .update(users)
      .set({ ...set, updatedAt: now })
      .where(eq(users.id, user.id));
    announceUser(tx, user.id);
    if (closes) await sessions.end(tx, user.id, 'suspended');
    const target = { type: 'user', id: user.id };
    await audit.append(tx, { ownerId: user.id, action, actor, target, origin, details: { organizationId } });
  }

  const governing: Governing = {
    async provision(tx, { email, name, locale }, { origin }) {
      const now = clock.now();
      const draft: User = {
        ...{ id: newId(), email, name: name?.slice(0, MAX_NAME_LENGTH).toWellFormed() || null, passwordHash: null },
        ...{
          locale: canonicalLocale(locale ?? '') ?? 'en',
          emailVerifiedAt: null,
          suspendedAt: null,
          suspendedBy: null,
        },
        ...{ purgeAt: null, createdAt: now, updatedAt: now },
      };
      return registration.registerProven(tx, draft, origin);
    },

    async close(tx, userId, by) {
      const user = await accounts.lock(tx, userId);
      if (!user || user.suspendedAt) return false;
      await change(tx, user, 'user.suspended', by);
      const cause = 'user.suspended';
      if (isActive(user)) await followers.closed(tx, { userId, cause, actor: by.actor, origin: by.origin });
      return true;
    },

    async signOut(tx, userId, { organizationId, begunBefore }) {
      const ids = await sessions.end(tx, userId, 'company_sign_in', { begunBefore });
      const event = { ownerId: userId, action: 'session.ended', actor: { type: 'system' } } as const;
      for (const id of ids)
        await audit.append(tx, { ...event, target: { type: 'session', id }, details: { organizationId } });
      return ids.length;
    },

    async reopen(tx, userId, by) {
      const user = await accounts.lock(tx, userId);
      if (user?.suspendedBy !== 'directory') return false;
      await change(tx, user, 'user.unsuspended', by);
      const cause = 'user.unsuspended';
      if (!user.purgeAt) await followers.reopened(tx, { userId, cause, actor: by.actor, origin: by.origin });
      return true;
    },
  };
  return governing;
}

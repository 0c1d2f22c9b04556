/** Records in an organization that the account of a member was closed or opened again: while it is closed, the keys of that member do not work. */
import { and, asc, eq, isNull } from 'drizzle-orm';
import type { Transaction } from '../../platform/database/database.ts';
import type { AccountStateChange } from '../accounts/accounts.ts';
import type { Audit } from '../audit/audit.ts';
import type { OwnerNotices } from './owner-notices.ts';
import { apiKeys, memberships, organizations } from './schema.ts';

export interface AccountStates {
  /** Tells the owners too. Does nothing in organizations where the person has no keys. */
  closed(tx: Transaction, change: AccountStateChange): Promise<void>;
  reopened(tx: Transaction, change: AccountStateChange): Promise<void>;
}

export function createAccountStates({ audit, notices }: { audit: Audit; notices: OwnerNotices }): AccountStates {
  /** By organization, in the order in which other transactions append to several trails: that of the ids. */
  async function keysOf(tx: Transaction, userId: string) {
    const rows = await tx
      .select({
        organizationId: organizations.id,
        id: apiKeys.id,
        name: apiKeys.name,
      })
      .from(memberships)
      .innerJoin(organizations, and(eq(organizations.id, memberships.organizationId), isNull(organizations.purgeAt)))
      .innerJoin(
        apiKeys,
        and(
          eq(apiKeys.organizationId, memberships.organizationId),
          eq(apiKeys.createdBy, userId),
          isNull(apiKeys.revokedAt),
        ),
      )
      .where(eq(memberships.userId, userId))
      .orderBy(asc(organizations.id), asc(apiKeys.id));
    return Map.groupBy(rows, ({ organizationId }) => organizationId);
  }

  async function record(
    tx: Transaction,
    action: 'member.account_closed' | 'member.account_reopened',
    { userId, cause, actor, origin }: AccountStateChange,
  ) {
    const found = await keysOf(tx, userId);
    for (const [ownerId, rows] of found) {
      const target = { type: 'user', id: userId };
      const details = { cause, apiKeys: rows.map(({ id, name }) => ({ id, name })) };
      await audit.append(tx, { ownerId, action, actor, target, details, ...(origin && { origin }) });
    }
    return found;
  }

  return {
    async closed(tx, change) {
      for (const [organizationId, rows] of await record(tx, 'member.account_closed', change)) {
        const keys = rows.map(({ name }) => name);
        await notices.keysAffected(tx, organizationId, { creatorId: change.userId, keys, effect: 'paused' });
      }
    },

    async reopened(tx, change) {
      await record(tx, 'member.account_reopened', change);
    },
  };
}

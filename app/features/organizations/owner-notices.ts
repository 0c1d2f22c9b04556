/**
 * Emails to the owners of an organization about changes that hand it over, give lasting access to it, or take that access away. The owner who
 * makes the change gets them too: somebody may be using a stolen token.
 */
import { eq } from 'drizzle-orm';
import type { Transaction } from '../../platform/database/database.ts';
import { newId } from '../../platform/security/random.ts';
import { users } from '../accounts/schema.ts';
import type { SendToMembers } from './member-mail.ts';
import type { apiKeys } from './schema.ts';

export interface OwnerNotices {
  /** Tells all owners that a member has become one, but for `except`, who is told otherwise. */
  ownerAdded(tx: Transaction, organizationId: string, userId: string, except?: string): Promise<void>;
  /** Tells the owners who remain that one of them no longer is one, and that person too if they are no member any more. */
  ownerRemoved(tx: Transaction, organizationId: string, userId: string, also?: 'the person'): Promise<void>;
  /** Tells all owners about a new API key. */
  keyCreated(tx: Transaction, key: typeof apiKeys.$inferSelect): Promise<void>;
  /**
   * Tells all owners which API keys stopped working, or allow less, because something happened to their creator. Without keys, nobody.
   * @param keys their names
   */
  keysAffected(
    tx: Transaction,
    organizationId: string,
    change: { creatorId: string; keys: readonly string[]; effect: 'revoked' | 'reduced' | 'paused' },
  ): Promise<void>;
}

export function createOwnerNotices({ send, appUrl: url }: { send: SendToMembers; appUrl: string }): OwnerNotices {
  const holders = 'owners:manage';

  async function nameOf(tx: Transaction, userId: string): Promise<string> {
    const [person] = await tx.select({ name: users.name, email: users.email }).from(users).where(eq(users.id, userId));
    return person!.name ?? person!.email;
  }

  return {
    async ownerAdded(tx, organizationId, userId, except) {
      const data = { person: await nameOf(tx, userId), url };
      const key = `owner-added:${newId()}`;
      await send(tx, { organizationId, holders, template: 'owner-added', key, data, except });
    },

    async ownerRemoved(tx, organizationId, userId, also) {
      const data = { person: await nameOf(tx, userId), url };
      const key = `owner-removed:${newId()}`;
      await send(tx, { organizationId, holders, template: 'owner-removed', key, data, also: also && userId });
    },

    async keyCreated(tx, { organizationId, id, name: apiKey, createdBy }) {
      const data = { person: await nameOf(tx, createdBy), apiKey, url };
      await send(tx, { organizationId, holders, template: 'api-key-created', key: `api-key-created:${id}`, data });
    },

    async keysAffected(tx, organizationId, { creatorId, keys, effect }) {
      if (keys.length === 0) return;
      const data = { creator: await nameOf(tx, creatorId), keys: [...keys], effect, url };
      const key = `api-keys-affected:${newId()}`;
      await send(tx, { organizationId, holders, template: 'api-keys-affected', key, data });
    },
  };
}

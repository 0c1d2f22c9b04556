/** Tells the owners of an organization which API keys stopped working, or allow less, because something happened to their creator. */
import { and, eq, isNull } from 'drizzle-orm';
import type { Transaction } from '../../platform/database/database.ts';
import { newId } from '../../platform/security/random.ts';
import { users } from '../accounts/schema.ts';
import type { Email } from '../email/email.ts';
import { memberships } from './schema.ts';

export interface KeyNotices {
  /** Emails every owner whose account is open. Without keys, nobody. */
  tellOwners(
    tx: Transaction,
    notice: {
      organization: { id: string; name: string };
      creator: { name: string | null; email: string };
      /** Their names. */
      keys: readonly string[];
      effect: 'revoked' | 'reduced' | 'paused';
    },
  ): Promise<void>;
}

export function createKeyNotices({ email, appUrl }: { email: Pick<Email, 'sendEmail'>; appUrl: string }): KeyNotices {
  return {
    async tellOwners(tx, { organization, creator, keys, effect }) {
      if (keys.length === 0) return;
      const owners = await tx
        .select({ id: users.id, email: users.email, name: users.name, locale: users.locale })
        .from(memberships)
        .innerJoin(users, and(eq(users.id, memberships.userId), isNull(users.suspendedAt), isNull(users.purgeAt)))
        .where(and(eq(memberships.organizationId, organization.id), eq(memberships.role, 'owner')));
      for (const owner of owners) {
        await email.sendEmail(tx, {
          template: 'api-keys-affected',
          to: owner.email,
          locale: owner.locale,
          userId: owner.id,
          key: `api-keys-affected:${newId()}`,
          data: {
            name: owner.name,
            organization: organization.name,
            creator: creator.name ?? creator.email,
            keys: [...keys],
            effect,
            url: appUrl,
          },
        });
      }
    },
  };
}

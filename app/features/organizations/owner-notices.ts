/**
 * Emails to the owners of an organization about changes that hand it over, or give lasting access to it. The owner who makes the change gets
 * them too: somebody may be using a stolen token.
 */
import { and, eq, isNull } from 'drizzle-orm';
import type { Transaction } from '../../platform/database/database.ts';
import { newId } from '../../platform/security/random.ts';
import { users } from '../accounts/schema.ts';
import type { Email } from '../email/email.ts';
import { type apiKeys, memberships, organizations } from './schema.ts';

export interface OwnerNotices {
  /** Tells all owners that a member has become one, but for `except`, who is told otherwise. */
  ownerAdded(tx: Transaction, organizationId: string, userId: string, except?: string): Promise<void>;
  /** Tells the owners who remain that one of them no longer is one, and that person too if they are no member any more. */
  ownerRemoved(tx: Transaction, organizationId: string, userId: string, also?: 'the person'): Promise<void>;
  /** Tells all owners about a new API key. */
  keyCreated(tx: Transaction, key: typeof apiKeys.$inferSelect): Promise<void>;
}

type Person = Pick<typeof users.$inferSelect, keyof typeof addressed>;

const addressed = { id: users.id, email: users.email, name: users.name, locale: users.locale };

export interface OwnerNoticesOptions {
  email: Pick<Email, 'sendEmail'>;
  appUrl: string;
}

export function createOwnerNotices({ email, appUrl: url }: OwnerNoticesOptions): OwnerNotices {
  const ownersOf = (tx: Transaction, organizationId: string): Promise<Person[]> =>
    tx
      .select(addressed)
      .from(memberships)
      .innerJoin(users, and(eq(users.id, memberships.userId), isNull(users.purgeAt), isNull(users.suspendedAt)))
      .where(and(eq(memberships.organizationId, organizationId), eq(memberships.role, 'owner')));

  /** What each of these emails says. */
  async function common(tx: Transaction, organizationId: string, { name, email: address }: Person) {
    const [organization] = await tx.select().from(organizations).where(eq(organizations.id, organizationId));
    return { organization: organization!.name, person: name ?? address, url };
  }

  async function find(tx: Transaction, userId: string): Promise<Person> {
    const [person] = await tx.select(addressed).from(users).where(eq(users.id, userId));
    return person!;
  }

  const recipient = ({ id, email: to, locale }: Person) => ({ userId: id, to, locale });

  return {
    async ownerAdded(tx, organizationId, userId, except) {
      const data = await common(tx, organizationId, await find(tx, userId));
      for (const owner of await ownersOf(tx, organizationId)) {
        if (owner.id === except) continue;
        const key = `owner-added:${newId()}`;
        await email.sendEmail(tx, {
          ...recipient(owner),
          ...{ template: 'owner-added', key, data: { ...data, name: owner.name } },
        });
      }
    },

    async ownerRemoved(tx, organizationId, userId, also) {
      const removed = await find(tx, userId);
      const data = await common(tx, organizationId, removed);
      const remaining = await ownersOf(tx, organizationId);
      for (const person of also ? [...remaining, removed] : remaining) {
        const key = `owner-removed:${newId()}`;
        await email.sendEmail(tx, {
          ...recipient(person),
          ...{ template: 'owner-removed', key, data: { ...data, name: person.name } },
        });
      }
    },

    async keyCreated(tx, { organizationId, id, name: apiKey, createdBy }) {
      const data = await common(tx, organizationId, await find(tx, createdBy));
      for (const owner of await ownersOf(tx, organizationId)) {
        const key = `api-key-created:${id}:${owner.id}`;
        await email.sendEmail(tx, {
          ...recipient(owner),
          ...{ template: 'api-key-created', key, data: { ...data, apiKey, name: owner.name } },
        });
      }
    },
  };
}

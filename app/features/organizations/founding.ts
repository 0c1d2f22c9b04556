/** Founding an organization, and its slug. */
import { sql } from 'drizzle-orm';
import type { Clock } from '../../platform/clock.ts';
import type { Transaction } from '../../platform/database/database.ts';
import type { RequestOrigin } from '../../platform/http/caller.ts';
import { newId, randomSecret } from '../../platform/security/random.ts';
import type { Accounts, User, UserCaller } from '../accounts/accounts.ts';
import type { Audit } from '../audit/audit.ts';
import { organizationErrors } from './errors.ts';
import { memberships, organizationSlugs, organizations } from './schema.ts';

export type Organization = typeof organizations.$inferSelect;

export interface Founding {
  /** A new organization, owned by the caller. Without a slug, one is made from the name. @throws `slug_taken`, `session_revoked` */
  found(
    tx: Transaction,
    caller: UserCaller,
    request: { name: string; slug?: string | undefined },
    origin: RequestOrigin,
  ): Promise<Organization>;
  /** The organization that each person gets at verification. */
  foundPersonal(tx: Transaction, user: User): Promise<Organization>;
  /** Gives an organization another slug. @throws `slug_taken` */
  moveSlug(tx: Transaction, organization: Organization, slug: string): Promise<void>;
}

export const SLUG_PATTERN = '^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$';
const MAX_NAME_LENGTH = 100;
const MAX_STEM_LENGTH = 50;

export interface FoundingOptions {
  clock: Clock;
  audit: Audit;
  callers: Accounts['callers'];
}

export function createFounding({ clock, audit, callers }: FoundingOptions): Founding {
  async function insert(tx: Transaction, userId: string, organization: Organization): Promise<Organization> {
    await tx.insert(organizations).values(organization);
    await claim(tx, organization.id, organization.slug);
    await tx
      .insert(memberships)
      .values({ organizationId: organization.id, userId, role: 'owner', createdAt: organization.createdAt });
    return organization;
  }

  async function claim(tx: Transaction, organizationId: string, slug: string): Promise<void> {
    const [claimed] = await tx
      .insert(organizationSlugs)
      .values({ slug, organizationId })
      .onConflictDoNothing()
      .returning();
    if (!claimed) throw organizationErrors.slug_taken();
  }

  function draft(name: string, slug: string, personal: boolean): Organization {
    const now = clock.now();
    return { id: newId(), name, slug, personal, createdAt: now, updatedAt: now, purgeAt: null, purgeStartedAt: null };
  }

  return {
    async found(tx, caller, { name, slug }, origin) {
      const { id: userId } = await callers.lock(tx, caller, 'share');
      const organization = await insert(tx, userId, draft(name, slug ?? slugFrom(name), false));
      const { id: ownerId } = organization;
      const actor = { type: 'user', id: userId } as const;
      const details = { name, slug: organization.slug };
      await audit.append(tx, { ownerId, action: 'organization.created', actor, origin, details });
      return organization;
    },

    async foundPersonal(tx, user) {
      // Cut by characters. A cut by UTF-16 units could leave half of one, which cannot be stored.
      const name = [...(user.name ?? user.email.split('@')[0]!)].slice(0, MAX_NAME_LENGTH).join('');
      const organization = await insert(tx, user.id, draft(name, slugFrom(name), true));
      const actor = { type: 'user', id: user.id } as const;
      const details = { name, slug: organization.slug, personal: true };
      await audit.append(tx, { ownerId: organization.id, action: 'organization.created', actor, details });
      return organization;
    },

    async moveSlug(tx, { id, slug: before }, slug) {
      await claim(tx, id, slug);
      await tx.delete(organizationSlugs).where(sql`${organizationSlugs.slug} = ${before}`);
    },
  };
}

/** A slug that looks like the name; its random end keeps it from being guessed, or from telling which names are taken. */
function slugFrom(name: string): string {
  const stem = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, MAX_STEM_LENGTH)
    .replace(/^-+|-+$/g, '');
  return `${stem || 'organization'}-${randomSecret(4).toString('hex')}`;
}

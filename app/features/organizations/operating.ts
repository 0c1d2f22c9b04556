/** The part of organizations in the operator console: finding them, by what people know of them, and looking at them. */
import { and, asc, desc, eq, gt, like, or, sql } from 'drizzle-orm';
import type { Database } from '../../platform/database/database.ts';
import { matchesName } from '../../platform/database/names.ts';
import { httpErrors } from '../../platform/http/errors.ts';
import { UUID } from '../../platform/http/uuids.ts';
import { users } from '../accounts/schema.ts';
import type { Found, OperatorFollower } from '../operator/operator.ts';
import { looksLikeKey, parseKey } from './api-key-format.ts';
import type { Organization } from './founding.ts';
import type { Role } from './roles.ts';
import { apiKeys, invitations, memberships, organizations } from './schema.ts';

export interface MemberRow {
  userId: string;
  email: string;
  name: string | null;
  role: Role;
  createdAt: Date;
}

export interface OrganizationsForOperators {
  readonly follower: Partial<OperatorFollower>;
  /** Deleted ones too. @throws `not_found` */
  require(organizationId: string): Promise<Organization>;
  counts(organizationId: string): Promise<{ members: number; apiKeys: number; openInvitations: number }>;
  /** By user, after the one with id `afterId`. */
  members(organizationId: string, limit: number, afterId?: string): Promise<MemberRow[]>;
}

/** What a person can read of a key that is not at hand: its hint, or its beginning. */
const MAX_FOUND = 20;
/** Organizations of a name that a search reads, of which it shows the best. */
const MAX_READ = 500;
const SLUG = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;

export function createOrganizationsForOperators(db: Database): OrganizationsForOperators {
  async function byId(id: string): Promise<Organization | undefined> {
    const [found] = await db.select().from(organizations).where(eq(organizations.id, id));
    return found;
  }

  /** A slug, or its beginning. */
  async function bySlug(text: string): Promise<Organization[]> {
    if (!SLUG.test(text)) return [];
    return db
      .select()
      .from(organizations)
      .where(or(eq(organizations.slug, text), like(organizations.slug, `${text}%`)))
      .orderBy(asc(sql`length(${organizations.slug})`), asc(organizations.id))
      .limit(MAX_FOUND);
  }

  /** By the words of its name; the shortest names are closest to what was asked for. */
  async function byName(text: string): Promise<Organization[]> {
    const condition = matchesName(organizations.name, text);
    if (!condition) return [];
    const some = db.select().from(organizations).where(condition).limit(MAX_READ).as('some');
    return db
      .select()
      .from(some)
      .orderBy(asc(sql`length(${some.name})`), desc(some.id))
      .limit(MAX_FOUND);
  }

  /** By a whole key, its id, or its hint. */
  async function keys(text: string): Promise<Found[]> {
    const parsed = looksLikeKey(text) ? parseKey(text) : undefined;
    const named = parsed
      ? eq(apiKeys.id, parsed.keyId)
      : UUID.test(text)
        ? eq(apiKeys.id, text.toLowerCase())
        : undefined;
    const where = named ?? (/^[\w.…-]{4,40}$/.test(text) ? eq(apiKeys.hint, text) : undefined);
    if (!where) return [];
    const rows = await db.select().from(apiKeys).where(where).limit(MAX_FOUND);
    return rows.map(({ id, organizationId, name, hint, revokedAt }) => ({
      ...{ kind: 'api_key', id, title: `${name} (${hint})`, detail: revokedAt ? 'revoked' : 'active' },
      ...{ userId: null, organizationId },
    }));
  }

  async function invited(address: string | undefined): Promise<Found[]> {
    if (!address) return [];
    const rows = await db.select().from(invitations).where(eq(invitations.email, address)).limit(MAX_FOUND);
    return rows.map(({ id, organizationId, email, role }) => ({
      ...{ kind: 'invitation', id, title: email, detail: role, userId: null, organizationId },
    }));
  }

  return {
    follower: {
      async find({ text, id, address }) {
        const organization = id ? await byId(id) : undefined;
        // Many organizations have a slug that is like their name.
        const some = id || address ? [] : [...(await bySlug(text.toLowerCase())), ...(await byName(text))];
        const found = organization ? [organization] : [...new Map(some.map((one) => [one.id, one])).values()];
        return [...found.map(foundOrganization), ...(await keys(text)), ...(await invited(address))];
      },
      async ofUser(userId) {
        const rows = await db
          .select({ organization: organizations, role: memberships.role })
          .from(memberships)
          .innerJoin(organizations, eq(organizations.id, memberships.organizationId))
          .where(eq(memberships.userId, userId))
          .orderBy(asc(organizations.id))
          .limit(100);
        return rows.map(({ organization, role }) => ({ ...foundOrganization(organization), detail: role }));
      },
    },

    async require(organizationId) {
      const found = await byId(organizationId);
      if (!found) throw httpErrors.not_found();
      return found;
    },

    async counts(organizationId) {
      const own = eq(memberships.organizationId, organizationId);
      const live = and(eq(apiKeys.organizationId, organizationId), sql`${apiKeys.revokedAt} is null`);
      const [members, keyCount, openInvitations] = await Promise.all([
        db.$count(memberships, own),
        db.$count(apiKeys, live),
        db.$count(invitations, eq(invitations.organizationId, organizationId)),
      ]);
      return { members, apiKeys: keyCount, openInvitations };
    },

    members: (organizationId, limit, afterId) =>
      db
        .select({
          ...{ userId: users.id, email: users.email, name: users.name },
          ...{ role: memberships.role, createdAt: memberships.createdAt },
        })
        .from(memberships)
        .innerJoin(users, eq(users.id, memberships.userId))
        .where(
          and(
            eq(memberships.organizationId, organizationId),
            afterId === undefined ? undefined : gt(users.id, afterId),
          ),
        )
        .orderBy(asc(users.id))
        .limit(limit),
  };
}

const foundOrganization = ({ id, name, slug, purgeAt }: Organization): Found => ({
  ...{ kind: 'organization', id, title: name, detail: purgeAt ? `${slug}, deleted` : slug },
  ...{ userId: null, organizationId: id },
});

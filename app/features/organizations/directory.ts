/** Finding organizations, and changing what they are called. */
import { and, asc, eq, gt, isNull, sql } from 'drizzle-orm';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import { transact } from '../../platform/database/retry.ts';
import { httpErrors } from '../../platform/http/errors.ts';
import type { Audit } from '../audit/audit.ts';
import type { Events } from '../events/events.ts';
import type { Access } from './access.ts';
import type { Founding, Organization } from './founding.ts';
import type { Memberships } from './memberships.ts';
import type { Role } from './roles.ts';
import { memberships, organizations } from './schema.ts';

export interface Directory {
  /** @throws `not_found` */
  get(organizationId: string): Promise<Organization>;
  /** The organizations of a user with the role in each, by id, after the organization `afterId`. */
  listOf(userId: string, limit: number, afterId?: string): Promise<{ organization: Organization; role: Role }[]>;
  /** @throws `slug_taken`, `not_found`, `forbidden` */
  update(access: Access, change: { name?: string | undefined; slug?: string | undefined }): Promise<Organization>;
}

export interface DirectoryOptions {
  db: Database;
  clock: Clock;
  audit: Audit;
  events: Pick<Events, 'emit'>;
  founding: Founding;
  memberships: Pick<Memberships, 'enter'>;
}

export function createDirectory({
  db,
  clock,
  audit,
  events,
  founding,
  memberships: members,
}: DirectoryOptions): Directory {
  const byId = db
    .select()
    .from(organizations)
    .where(and(eq(organizations.id, sql.placeholder('id')), isNull(organizations.purgeAt)))
    .prepare('organization_by_id');

  return {
    async get(organizationId) {
      const [organization] = await byId.execute({ id: organizationId });
      if (!organization) throw httpErrors.not_found();
      return organization;
    },

    listOf(userId, limit, afterId) {
      const beyond = afterId === undefined ? undefined : gt(memberships.organizationId, afterId);
      return db
        .select({ organization: organizations, role: memberships.role })
        .from(memberships)
        .innerJoin(organizations, eq(organizations.id, memberships.organizationId))
        .where(and(eq(memberships.userId, userId), isNull(organizations.purgeAt), beyond))
        .orderBy(asc(memberships.organizationId))
        .limit(limit);
    },

    update(caller, change) {
      return transact(db, async (tx) => {
        const { organization: before, access } = await members.enter(tx, caller, 'organization:update');
        const { organizationId, actor, origin } = access;
        const next = { name: change.name ?? before.name, slug: change.slug ?? before.slug };
        if (next.name === before.name && next.slug === before.slug) return before;
        if (next.slug !== before.slug) await founding.moveSlug(tx, before, next.slug);
        const [after] = await tx
          .update(organizations)
          .set({ ...next, updatedAt: clock.now() })
          .where(eq(organizations.id, organizationId))
          .returning();
        const details = { before: { name: before.name, slug: before.slug }, after: next };
        await audit.append(tx, { ownerId: organizationId, action: 'organization.updated', actor, origin, details });
        await events.emit(tx, organizationId, 'organization.updated', { ...next, previous: details.before });
        return after!;
      });
    },
  };
}

/** Deleting an organization: closed at once, restorable by an owner for two weeks, then purged. */
import { and, asc, eq, isNotNull, isNull, lte, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { attemptEach } from '../../platform/attempts.ts';
import { after, type Clock, DAY_MS } from '../../platform/clock.ts';
import { readPages, removeRows } from '../../platform/database/batches.ts';
import type { Database, Transaction } from '../../platform/database/database.ts';
import { transact } from '../../platform/database/retry.ts';
import type { RequestOrigin } from '../../platform/http/caller.ts';
import { httpErrors } from '../../platform/http/errors.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import type { Accounts, UserCaller } from '../accounts/accounts.ts';
import type { Audit } from '../audit/audit.ts';
import type { Events } from '../events/events.ts';
import type { Access } from './access.ts';
import { organizationErrors } from './errors.ts';
import type { OrganizationFollowers } from './followers.ts';
import type { Organization } from './founding.ts';
import { announceOrganization } from './known.ts';
import type { Memberships } from './memberships.ts';
import { apiKeys, invitations, memberships as membershipTable, organizationSlugs, organizations } from './schema.ts';

export interface Dissolution {
  /** Closes an organization. @throws `forbidden`, `personal_organization` */
  request(access: Access): Promise<void>;
  /** Opens it again. @throws `session_revoked`; `not_found` to all but its owners, and to them when it is not deleted */
  restore(caller: UserCaller, organizationId: string, origin: RequestOrigin): Promise<Organization>;
  /**
   * Removes organizations whose time is over, with everything about them. One that fails is logged, and does not keep the others.
   * @returns how many
   * @throws Error at the end where some failed; they are still due
   */
  purge(): Promise<number>;
  /** Begins the purge of an organization that is locked, now: nobody sees it any more, and nothing restores it. */
  begin(tx: Transaction, organizationId: string): Promise<void>;
  /**
   * Removes an organization whose purge has begun, in short transactions. Where this stops, the next `purge` goes on.
   * @returns whether it was still there
   */
  complete(organizationId: string): Promise<boolean>;
}

export interface DissolutionOptions {
  db: Database;
  clock: Clock;
  audit: Audit;
  events: Pick<Events, 'forget'>;
  callers: Accounts['callers'];
  memberships: Memberships;
  followers: Pick<OrganizationFollowers, 'deletionRequested' | 'purging' | 'emptying'>;
  logger: Logger;
}

const GRACE_DAYS = 14;

export function createDissolution({
  db,
  clock,
  audit,
  events,
  callers,
  memberships,
  followers,
  logger,
}: DissolutionOptions): Dissolution {
  const dueOrganizations = () =>
    readPages((limit, last: Pick<Organization, 'id' | 'purgeAt'> | undefined) =>
      db
        .select({ id: organizations.id, purgeAt: organizations.purgeAt })
        .from(organizations)
        .where(
          and(
            lte(organizations.purgeAt, clock.now()),
            last && sql`(${organizations.purgeAt}, ${organizations.id}) > (${last.purgeAt}, ${last.id})`,
          ),
        )
        .orderBy(asc(organizations.purgeAt), asc(organizations.id))
        .limit(limit),
    );

  async function purgeOrganization({ id }: Pick<Organization, 'id'>): Promise<boolean> {
    const begun = await transact(db, async (tx) => {
      // Again under the row's lock: it may have been restored meanwhile.
      const isDue = and(eq(organizations.id, id), lte(organizations.purgeAt, clock.now()));
      const [due] = await tx.select({ id: organizations.id }).from(organizations).where(isDue).for('update');
      if (due) await begin(tx, id);
      return due !== undefined;
    });
    return begun && complete(id);
  }

  async function begin(tx: Transaction, organizationId: string): Promise<void> {
    const now = clock.now();
    const [begun] = await tx
      .update(organizations)
      .set({ purgeAt: sql`coalesce(purge_at, ${now})`, purgeStartedAt: now })
      .where(and(eq(organizations.id, organizationId), isNull(organizations.purgeStartedAt)))
      .returning({ id: organizations.id });
    announceOrganization(tx, organizationId);
    if (begun) await followers.purging(tx, organizationId);
  }

  /** Each step finds what the ones before have left. The organization's row goes last; until then it is due. */
  async function complete(organizationId: string): Promise<boolean> {
    const of = (table: { organizationId: PgColumn }) => eq(table.organizationId, organizationId);
    await removeRows(db, { from: membershipTable, where: of(membershipTable), by: membershipTable.userId });
    await removeRows(db, { from: invitations, where: of(invitations), by: invitations.id });
    await removeRows(db, { from: apiKeys, where: of(apiKeys), by: apiKeys.id });
    await followers.emptying(organizationId);
    await events.forget(organizationId);
    await audit.shorten(organizationId);
    return transact(db, async (tx) => {
      const gone = await tx
        .delete(organizations)
        .where(eq(organizations.id, organizationId))
        .returning({ slug: organizations.slug });
      // On one PostgreSQL its key would cascade. A sharded one has slugs on other nodes, and no such key.
      for (const { slug } of gone) await tx.delete(organizationSlugs).where(eq(organizationSlugs.slug, slug));
      announceOrganization(tx, organizationId);
      await audit.forget(tx, organizationId);
      return gone.length > 0;
    });
  }

  return {
    async request(caller) {
      await transact(db, async (tx) => {
        const { organization, access } = await memberships.enter(tx, caller, 'organization:delete');
        if (organization.personal) throw organizationErrors.personal_organization();
        const { organizationId, actor, origin } = access;
        const purgeAt = after(clock.now(), GRACE_DAYS * DAY_MS);
        await tx
          .update(organizations)
          .set({ purgeAt, updatedAt: clock.now() })
          .where(eq(organizations.id, organizationId));
        announceOrganization(tx, organizationId);
        await followers.deletionRequested(tx, organizationId);
        const details = { purgeAt: purgeAt.toISOString() };
        await audit.append(tx, {
          ownerId: organizationId,
          action: 'organization.deletion_requested',
          actor,
          origin,
          details,
        });
      });
    },

    restore(caller, organizationId, origin) {
      return transact(db, async (tx) => {
        const [deleted] = await tx
          .select()
          .from(organizations)
          .where(
            and(
              eq(organizations.id, organizationId),
              isNotNull(organizations.purgeAt),
              isNull(organizations.purgeStartedAt),
            ),
          )
          .for('update');
        const { id: userId } = await callers.lock(tx, caller, 'share');
        const [member] = await tx
          .select({ role: membershipTable.role })
          .from(membershipTable)
          .where(and(eq(membershipTable.organizationId, organizationId), eq(membershipTable.userId, userId)));
        if (!deleted || member?.role !== 'owner') throw httpErrors.not_found();
        const [organization] = await tx
          .update(organizations)
          .set({ purgeAt: null, updatedAt: clock.now() })
          .where(eq(organizations.id, organizationId))
          .returning();
        announceOrganization(tx, organizationId);
        const actor = { type: 'user', id: userId } as const;
        await audit.append(tx, { ownerId: organizationId, action: 'organization.restored', actor, origin });
        return organization!;
      });
    },

    purge: () =>
      attemptEach(dueOrganizations(), purgeOrganization, ({ id }, err) =>
        logger.warn({ err, organizationId: id }, 'an organization was not purged'),
      ),

    begin,
    complete,
  };
}

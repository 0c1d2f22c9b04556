/** Deleting an organization: closed at once, restorable by an owner for two weeks, then purged. */
import { and, eq, isNotNull, lte, sql } from 'drizzle-orm';
import { after, type Clock, DAY_MS } from '../../platform/clock.ts';
import { deleteInBatches } from '../../platform/database/batches.ts';
import type { Database, Transaction } from '../../platform/database/database.ts';
import { transact } from '../../platform/database/retry.ts';
import type { RequestOrigin } from '../../platform/http/caller.ts';
import { httpErrors } from '../../platform/http/errors.ts';
import type { Accounts, UserCaller } from '../accounts/accounts.ts';
import type { Audit } from '../audit/audit.ts';
import type { Access } from './access.ts';
import { organizationErrors } from './errors.ts';
import type { OrganizationFollowers } from './followers.ts';
import type { Organization } from './founding.ts';
import type { Memberships } from './memberships.ts';
import { memberships as membershipTable, organizations } from './schema.ts';

export interface Dissolution {
  /** Closes an organization. @throws `forbidden`, `personal_organization` */
  request(access: Access): Promise<void>;
  /** Opens it again. @throws `session_revoked`; `not_found` to all but its owners, and to them when it is not deleted */
  restore(caller: UserCaller, organizationId: string, origin: RequestOrigin): Promise<Organization>;
  /** Removes organizations whose time is over, with everything about them. @returns how many */
  purge(): Promise<number>;
  /** Removes an organization now, with everything about it. */
  destroy(tx: Transaction, organizationId: string): Promise<void>;
}

export interface DissolutionOptions {
  db: Database;
  clock: Clock;
  audit: Audit;
  callers: Accounts['callers'];
  memberships: Memberships;
  followers: Pick<OrganizationFollowers, 'deletionRequested' | 'purging'>;
}

const GRACE_DAYS = 14;
const PURGE_BATCH = 100;

export function createDissolution(options: DissolutionOptions): Dissolution {
  const { db, clock, audit, callers, memberships, followers } = options;

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
          .where(and(eq(organizations.id, organizationId), isNotNull(organizations.purgeAt)))
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
        const actor = { type: 'user', id: userId } as const;
        await audit.append(tx, { ownerId: organizationId, action: 'organization.restored', actor, origin });
        return organization!;
      });
    },

    async purge() {
      for (let purged = 0; ; ) {
        const isDue = lte(organizations.purgeAt, clock.now());
        const due = await db.select({ id: organizations.id }).from(organizations).where(isDue).limit(PURGE_BATCH);
        if (due.length === 0) return purged;
        for (const { id } of due) {
          await transact(db, async (tx) => {
            // Again under the row's lock: it may have been restored meanwhile.
            const [gone] = await tx
              .select()
              .from(organizations)
              .where(and(eq(organizations.id, id), isDue))
              .for('update');
            if (gone) await this.destroy(tx, id);
          });
          purged++;
        }
      }
    },

    async destroy(tx, organizationId) {
      await followers.purging(tx, organizationId);
      await deleteInBatches((limit) =>
        tx.execute(sql`
          delete from ${membershipTable} where organization_id = ${organizationId}
            and user_id in (select user_id from ${membershipTable} where organization_id = ${organizationId} limit ${limit})`),
      );
      await tx.delete(organizations).where(eq(organizations.id, organizationId));
      await audit.forget(tx, organizationId);
    },
  };
}

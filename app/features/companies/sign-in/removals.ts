/**
 * Whoever was removed from an organization stays outside when they sign in with its provider, until somebody lets them in again: by an
 * invitation, or by the directory. Whoever has left by themselves joins again.
 */
import { and, eq } from 'drizzle-orm';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/database.ts';
import type { Accounts } from '../../accounts/accounts.ts';
import type { Organizations } from '../../organizations/organizations.ts';
import { removedMembers } from '../schema.ts';

export interface RemovalsOptions {
  db: Database;
  clock: Clock;
  accounts: Pick<Accounts, 'follow'>;
  organizations: Pick<Organizations, 'follow'>;
}

export function followRemovals({ db, clock, accounts, organizations }: RemovalsOptions): void {
  const of = (organizationId: string, userId: string) =>
    and(eq(removedMembers.organizationId, organizationId), eq(removedMembers.userId, userId));

  organizations.follow({
    async memberLeft(tx, organizationId, userId, cause) {
      if (cause !== 'member.removed') return;
      const row = { organizationId, userId, removedAt: clock.now() };
      await tx.insert(removedMembers).values(row).onConflictDoNothing();
    },

    async memberJoined(tx, organizationId, userId) {
      await tx.delete(removedMembers).where(of(organizationId, userId));
    },

    mayJoin: async (tx, organizationId, userId) => (await tx.$count(removedMembers, of(organizationId, userId))) === 0,
  });

  accounts.follow({
    async purging(userId) {
      await db.delete(removedMembers).where(eq(removedMembers.userId, userId));
    },
    exportFor: (userId) => ({
      removals: (async function* () {
        const ofPerson = eq(removedMembers.userId, userId);
        yield await db.select().from(removedMembers).where(ofPerson).orderBy(removedMembers.organizationId);
      })(),
    }),
  });
}

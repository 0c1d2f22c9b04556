/** Keeps what the directory is told true when members come and go otherwise, and what it says of people from outliving them. */
import { and, asc, eq, gt, inArray, or, sql } from 'drizzle-orm';
import type { Clock } from '../../platform/clock.ts';
import { readPages, removeRows } from '../../platform/database/batches.ts';
import type { Database } from '../../platform/database/database.ts';
import type { Accounts } from '../accounts/accounts.ts';
import { users } from '../accounts/schema.ts';
import type { Organizations } from '../organizations/organizations.ts';
import { invitations } from '../organizations/schema.ts';
import { type ScimUser, scimGroups, scimUsers } from './schema.ts';

export interface FollowingOptions {
  db: Database;
  clock: Clock;
  accounts: Pick<Accounts, 'follow'>;
  organizations: Pick<Organizations, 'follow' | 'provisioning'>;
}

export function followMembers({ db, clock, accounts, organizations }: FollowingOptions): void {
  const ofOrganization = (organizationId: string) => eq(scimUsers.organizationId, organizationId);

  organizations.follow({
    // Whom the directory has deactivated, or has never activated, comes in by the directory alone.
    async mayJoin(tx, organizationId, userId) {
      const address = tx.select({ email: users.email }).from(users).where(eq(users.id, userId));
      const ofPerson = or(eq(scimUsers.userId, userId), inArray(scimUsers.address, address));
      return (
        (await tx.$count(scimUsers, and(ofOrganization(organizationId), ofPerson, eq(scimUsers.active, false)))) === 0
      );
    },

    async memberJoined(tx, organizationId, userId) {
      const [user] = await tx.select({ email: users.email }).from(users).where(eq(users.id, userId));
      const known = and(ofOrganization(organizationId), eq(scimUsers.address, user!.email), eq(scimUsers.active, true));
      await tx.update(scimUsers).set({ userId }).where(known);
    },

    async memberLeft(tx, organizationId, userId) {
      await tx
        .update(scimUsers)
        .set({ userId: null, active: false, version: sql`${scimUsers.version} + 1`, updatedAt: clock.now() })
        .where(and(ofOrganization(organizationId), eq(scimUsers.userId, userId)));
    },

    // An invitation ends with the rights of who sent it. Those that the directory sent go on in the name of another owner.
    async withdrawing(tx, organizationId, userId) {
      const invitedBy = await organizations.provisioning.ownerOf(tx, organizationId, userId);
      if (!invitedBy) return;
      const addresses = tx.select({ address: scimUsers.address }).from(scimUsers).where(ofOrganization(organizationId));
      const sent = and(eq(invitations.organizationId, organizationId), eq(invitations.invitedBy, userId));
      await tx
        .update(invitations)
        .set({ invitedBy })
        .where(and(sent, inArray(invitations.email, addresses)));
    },

    async emptying(organizationId) {
      const where = eq(scimGroups.organizationId, organizationId);
      await removeRows(db, { from: scimGroups, where, by: scimGroups.id });
      await removeRows(db, { from: scimUsers, where: ofOrganization(organizationId), by: scimUsers.id });
    },
  });

  accounts.follow({
    async purging(userId, addresses) {
      const ofPerson = or(eq(scimUsers.userId, userId), inArray(scimUsers.address, ['', ...addresses]));
      await db.delete(scimUsers).where(ofPerson);
    },
    exportFor: (userId) => ({ directoryEntries: entriesOf(db, userId) }),
  });
}

async function* entriesOf(db: Database, userId: string): AsyncGenerator<object[]> {
  const pages = readPages((limit, last: ScimUser | undefined) =>
    db
      .select()
      .from(scimUsers)
      .where(and(eq(scimUsers.userId, userId), last && gt(scimUsers.id, last.id)))
      .orderBy(asc(scimUsers.id))
      .limit(limit),
  );
  for await (const page of pages) yield page.map(({ userNameKey: _key, ...entry }) => entry);
}

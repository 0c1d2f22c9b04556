/** When a person goes for good: their organizations end with the last member, and none is left without an owner. */
import { and, asc, desc, eq, gt, inArray, isNull, ne, sql } from 'drizzle-orm';
import { readPages } from '../../platform/database/batches.ts';
import type { Database, Transaction } from '../../platform/database/database.ts';
import { transact } from '../../platform/database/retry.ts';
import { users } from '../accounts/schema.ts';
import type { Audit } from '../audit/audit.ts';
import type { Events } from '../events/events.ts';
import type { Dissolution } from './dissolution.ts';
import { organizationErrors } from './errors.ts';
import type { OrganizationFollowers } from './followers.ts';
import type { Organization } from './founding.ts';
import { announceMembership } from './known.ts';
import type { Memberships } from './memberships.ts';
import type { OwnerNotices } from './owner-notices.ts';
import { type Role, roleNames, roles } from './roles.ts';
import { memberships as membershipTable, organizations } from './schema.ts';
import type { Withdrawal } from './withdrawal.ts';

export interface Succession {
  /** Refuses to let a user go who is the only owner of an organization with other members. @throws `last_owner`, naming them */
  requireSuccessors(tx: Transaction, userId: string): Promise<void>;
  /**
   * Ends a user's memberships, each in a transaction of its own, so that no organization waits for another. Removes the organizations that
   * nobody else belongs to. Repeatable.
   */
  forgetUser(userId: string): Promise<void>;
}

export interface SuccessionOptions {
  db: Database;
  audit: Audit;
  events: Pick<Events, 'emit'>;
  memberships: Pick<Memberships, 'countOwners'>;
  notices: OwnerNotices;
  dissolution: Pick<Dissolution, 'begin' | 'complete'>;
  followers: Pick<OrganizationFollowers, 'membersChanged'>;
  withdrawal: Pick<Withdrawal, 'withdraw'>;
}

interface Heir {
  userId: string;
  role: Role;
}

const found = { userId: membershipTable.userId, role: membershipTable.role };
/** In the words of the index of owners. */
const isOwner = sql`${membershipTable.role} = 'owner'`;
const managers = () => roleNames.filter((role) => roles[role].has('members:manage'));

export function createSuccession(options: SuccessionOptions): Succession {
  const { db, audit, events, memberships, notices, dissolution, followers, withdrawal } = options;

  /** The user's organizations, locked in the order of their ids, so that two such calls cannot wait for each other. */
  async function lockOrganizationsOf(tx: Transaction, userId: string): Promise<Organization[]> {
    const rows = await tx
      .select({ id: membershipTable.organizationId })
      .from(membershipTable)
      .where(eq(membershipTable.userId, userId))
      .orderBy(membershipTable.organizationId);
    const locked: Organization[] = [];
    // One at a time: a sharded PostgreSQL locks rows of one owner per statement.
    for (const { id } of rows)
      locked.push(...(await tx.select().from(organizations).where(eq(organizations.id, id)).for('update')));
    return locked;
  }

  async function hasOthers(tx: Transaction, organizationId: string, userId: string): Promise<boolean> {
    const others = await tx
      .select({ userId: membershipTable.userId })
      .from(membershipTable)
      .innerJoin(users, and(eq(users.id, membershipTable.userId), isNull(users.purgeAt)))
      .where(and(eq(membershipTable.organizationId, organizationId), ne(membershipTable.userId, userId)))
      .limit(1);
    return others.length > 0;
  }

  /**
   * Finds the owner for the time after the user has gone: another owner, or the member who has managed members for longest, or the oldest member; before all of
   * them, someone whose account is open. Accounts that are deleted count too: theirs may be restored until they are purged.
   */
  async function findHeir(tx: Transaction, organizationId: string, userId: string): Promise<Heir | undefined> {
    const open = sql`${users.purgeAt} is null and ${users.suspendedAt} is null`;
    const others = and(eq(membershipTable.organizationId, organizationId), ne(membershipTable.userId, userId));
    const [owner] = await tx.select(found).from(membershipTable).where(and(others, isOwner)).limit(1);
    // Mostly there is one, and then the members, who may be many, need not be compared.
    if (owner) return owner;
    const [heir] = await tx
      .select(found)
      .from(membershipTable)
      .innerJoin(users, eq(users.id, membershipTable.userId))
      .where(others)
      .orderBy(desc(open), desc(inArray(membershipTable.role, managers())), asc(membershipTable.createdAt))
      .limit(1);
    return heir;
  }

  /** Ends a membership in a transaction of its own. @returns whether the organization has nobody left, and its purge has begun */
  function leave(organizationId: string, userId: string): Promise<boolean> {
    return transact(db, async (tx) => {
      const [organization] = await tx
        .select()
        .from(organizations)
        .where(eq(organizations.id, organizationId))
        .for('update');
      if (!organization) return false;
      const heir = await findHeir(tx, organizationId, userId);
      if (heir) await hand(tx, organization, userId, heir);
      else await dissolution.begin(tx, organizationId);
      return heir === undefined;
    });
  }

  async function hand(tx: Transaction, organization: Organization, userId: string, heir: Heir) {
    const { id: organizationId, purgeAt } = organization;
    const own = (id: string) => and(eq(membershipTable.organizationId, organizationId), eq(membershipTable.userId, id));
    const [gone] = await tx.delete(membershipTable).where(own(userId)).returning();
    if (!gone) return;
    announceMembership(tx, organizationId, userId);
    await followers.membersChanged(tx, organizationId);
    const common = { ownerId: organizationId, actor: { type: 'system' } } as const;
    const target = (id: string) => ({ type: 'user', id });
    const change = { organization, userId, before: gone.role, after: null, cause: 'member.removed' } as const;
    await withdrawal.withdraw(tx, { ...change, actor: common.actor });
    await audit.append(tx, {
      ...common,
      action: 'member.removed',
      target: target(userId),
      details: { role: gone.role },
    });
    if (gone.role === 'owner') await notices.ownerRemoved(tx, organizationId, userId);
    await events.emit(tx, organizationId, 'member.left', { userId, role: gone.role, removed: false });
    // Only those who owned a deleted organization may restore it.
    if (heir.role === 'owner' || purgeAt) return;
    await tx.update(membershipTable).set({ role: 'owner' }).where(own(heir.userId));
    announceMembership(tx, organizationId, heir.userId);
    const details = { before: heir.role, after: 'owner' };
    await audit.append(tx, { ...common, action: 'member.role_changed', target: target(heir.userId), details });
    await notices.ownerAdded(tx, organizationId, heir.userId);
    const succession = { userId: heir.userId, role: 'owner', previousRole: heir.role } as const;
    await events.emit(tx, organizationId, 'member.role_changed', succession);
  }

  return {
    async requireSuccessors(tx, userId) {
      const orphaned: string[] = [];
      for (const { id, purgeAt } of await lockOrganizationsOf(tx, userId)) {
        if (
          purgeAt === null &&
          (await memberships.countOwners(tx, id, userId)) === 0 &&
          (await hasOthers(tx, id, userId))
        )
          orphaned.push(id);
      }
      if (orphaned.length > 0) {
        throw organizationErrors.last_owner({
          detail: 'You are the only owner of organizations with other members. Transfer or delete them first.',
          extensions: { organizationIds: orphaned },
        });
      }
    },

    async forgetUser(userId) {
      const pages = readPages((limit, last: { id: string } | undefined) =>
        db
          .select({ id: membershipTable.organizationId })
          .from(membershipTable)
          .where(and(eq(membershipTable.userId, userId), last && gt(membershipTable.organizationId, last.id)))
          .orderBy(asc(membershipTable.organizationId))
          .limit(limit),
      );
      for await (const page of pages) {
        for (const { id } of page) if (await leave(id, userId)) await dissolution.complete(id);
      }
    },
  };
}

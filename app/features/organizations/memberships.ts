/** Members and their roles. Whatever changes them locks the organization's row first, so that the last owner can't slip away in parallel. */
import { and, asc, count, eq, isNull, ne, sql } from 'drizzle-orm';
import type { Clock } from '../../platform/clock.ts';
import type { Database, Transaction } from '../../platform/database/database.ts';
import { transact } from '../../platform/database/retry.ts';
import { httpErrors } from '../../platform/http/errors.ts';
import { newId } from '../../platform/security/random.ts';
import { users } from '../accounts/schema.ts';
import type { Audit } from '../audit/audit.ts';
import type { Email } from '../email/email.ts';
import type { Events } from '../events/events.ts';
import { type Access, requireGrant, requirePermission } from './access.ts';
import { organizationErrors } from './errors.ts';
import type { OrganizationFollowers } from './followers.ts';
import type { Organization } from './founding.ts';
import { announceMembership } from './known.ts';
import type { OwnerNotices } from './owner-notices.ts';
import type { Permission, Role } from './roles.ts';
import { memberships, organizations } from './schema.ts';
import type { Consequences, Withdrawal } from './withdrawal.ts';

export interface Member {
  userId: string;
  name: string | null;
  email: string;
  role: Role;
  createdAt: Date;
}

export interface Memberships {
  /** Members by the time they joined, after the key [createdAt, userId]. */
  list(organizationId: string, limit: number, after?: readonly string[]): Promise<Member[]>;
  /** @throws `not_found`, `forbidden`, `last_owner` */
  changeRole(access: Access, userId: string, role: Role): Promise<Member>;
  /**
   * Lists what a change would end or reduce: with `role` the change to that role, without it the removal.
   * @throws `not_found`; `forbidden` for somebody else's without `members:manage`
   */
  foresee(access: Access, userId: string, role?: Role): Promise<Consequences>;
  /** Removes a member, or lets the caller leave. @throws `not_found`, `forbidden`, `last_owner`, `personal_organization` */
  remove(access: Access, userId: string): Promise<void>;
  /** Makes a member the owner and the caller an admin, in one step. @throws `not_found`, `forbidden`, `last_owner` */
  transfer(access: Access, userId: string): Promise<void>;
  /** Adds a member. @param invitationHash of the invitation's secret @throws `already_member` */
  add(
    tx: Transaction,
    organizationId: string,
    userId: string,
    role: Role,
    invitationHash: Buffer | null,
  ): Promise<void>;
  /**
   * Locks an organization against other changes of its members and keys, and decides the caller's access again: it may have changed since
   * the request was authorized.
   * @throws `not_found` when the organization is gone; what `Access.again` throws
   */
  enter(
    tx: Transaction,
    access: Access,
    permission: Permission,
  ): Promise<{ organization: Organization; access: Access }>;
  /** How many owners an organization has whose accounts are neither deleted nor suspended, without the user `except`. */
  countOwners(tx: Transaction, organizationId: string, except?: string): Promise<number>;
}

export interface MembershipsOptions {
  db: Database;
  clock: Clock;
  audit: Audit;
  email: Pick<Email, 'sendEmail'>;
  events: Pick<Events, 'emit'>;
  appUrl: string;
  notices: OwnerNotices;
  followers: Pick<OrganizationFollowers, 'membersChanged'>;
  withdrawal: Withdrawal;
}

export function createMemberships(options: MembershipsOptions): Memberships {
  const { db, clock, audit, email, events, appUrl, notices, followers, withdrawal } = options;

  const own = (organizationId: string, userId: string) =>
    and(eq(memberships.organizationId, organizationId), eq(memberships.userId, userId));

  const shown = {
    userId: memberships.userId,
    name: users.name,
    email: users.email,
    role: memberships.role,
    createdAt: memberships.createdAt,
  };
  async function find(
    tx: Database | Transaction,
    organizationId: string,
    userId: string,
  ): Promise<Member & { locale: string }> {
    const [member] = await tx
      .select({ ...shown, locale: users.locale })
      .from(memberships)
      .innerJoin(users, eq(users.id, memberships.userId))
      .where(own(organizationId, userId));
    if (!member) throw httpErrors.not_found({ detail: 'There is no such member.' });
    return member;
  }

  async function setRole(
    tx: Transaction,
    access: Access,
    member: Member & { locale: string },
    role: Role,
    organization: Organization,
  ) {
    const { organizationId, actor, origin } = access;
    await tx.update(memberships).set({ role }).where(own(organizationId, member.userId));
    announceMembership(tx, organizationId, member.userId);
    const target = { type: 'user', id: member.userId };
    const details = { before: member.role, after: role };
    const action = 'member.role_changed';
    const { userId, role: previousRole } = member;
    await withdrawal.withdraw(tx, { organization, userId, ...details, cause: action, actor, origin });
    await audit.append(tx, { ownerId: organizationId, action, actor, target, origin, details });
    if (role === 'owner') await notices.ownerAdded(tx, organizationId, userId, userId);
    if (previousRole === 'owner') await notices.ownerRemoved(tx, organizationId, userId);
    await events.emit(tx, organizationId, 'member.role_changed', { userId, role, previousRole });
    await email.sendEmail(tx, {
      template: 'role-changed',
      to: member.email,
      locale: member.locale,
      userId: member.userId,
      key: `role-changed:${newId()}`,
      data: { name: member.name, organization: organization.name, previousRole: member.role, role, url: appUrl },
    });
  }

  /** Where an owner has gone or been demoted. */
  async function requireOwner(tx: Transaction, { id, personal }: Organization): Promise<void> {
    if ((await countOwners(tx, id)) > 0) return;
    throw personal ? organizationErrors.personal_organization() : organizationErrors.last_owner();
  }

  async function countOwners(tx: Transaction, organizationId: string, except?: string): Promise<number> {
    const others = except === undefined ? undefined : ne(memberships.userId, except);
    const [row] = await tx
      .select({ owners: count() })
      .from(memberships)
      .innerJoin(users, and(eq(users.id, memberships.userId), isNull(users.purgeAt), isNull(users.suspendedAt)))
      .where(and(eq(memberships.organizationId, organizationId), eq(memberships.role, 'owner'), others));
    return row!.owners;
  }

  return {
    list(organizationId, limit, after) {
      const [createdAt, userId] = after ?? [];
      // Compared as a row: PostgreSQL then enters the index at the cursor, where an `or` would read everything before it.
      const beyond =
        createdAt === undefined
          ? undefined
          : sql`(${memberships.createdAt}, ${memberships.userId}) > (${createdAt}, ${userId})`;
      return db
        .select(shown)
        .from(memberships)
        .innerJoin(users, eq(users.id, memberships.userId))
        .where(and(eq(memberships.organizationId, organizationId), beyond))
        .orderBy(asc(memberships.createdAt), asc(memberships.userId))
        .limit(limit);
    },

    changeRole(caller, userId, role) {
      return transact(db, async (tx) => {
        const { organization, access } = await this.enter(tx, caller, 'members:manage');
        const member = await find(tx, access.organizationId, userId);
        requireGrant(access, member.role);
        requireGrant(access, role);
        if (member.role === role) return member;
        if ([member.role, role].includes('owner')) await access.recent(tx);
        await setRole(tx, access, member, role, organization);
        if (member.role === 'owner') await requireOwner(tx, organization);
        return { ...member, role };
      });
    },

    async foresee(access, userId, role) {
      const { organizationId } = access;
      if (!isOneself(access, userId)) requirePermission(access.permissions, 'members:manage');
      const member = await find(db, organizationId, userId);
      return withdrawal.foresee(db, { organizationId, userId, before: member.role, after: role ?? null });
    },

    async remove(caller, userId) {
      const leaves = isOneself(caller, userId);
      await transact(db, async (tx) => {
        const { organization, access } = await this.enter(tx, caller, leaves ? 'organization:read' : 'members:manage');
        const { organizationId, actor, origin } = access;
        const member = await find(tx, organizationId, userId);
        if (!leaves) requireGrant(access, member.role);
        if (!leaves && member.role === 'owner') await access.recent(tx);
        await tx.delete(memberships).where(own(organizationId, userId));
        announceMembership(tx, organizationId, userId);
        if (member.role === 'owner') await requireOwner(tx, organization);
        await followers.membersChanged(tx, organizationId);
        const target = { type: 'user', id: userId };
        const action = leaves ? 'member.left' : 'member.removed';
        const details = { role: member.role };
        const change = { organization, userId, before: member.role, after: null };
        await withdrawal.withdraw(tx, { ...change, cause: action, actor, origin });
        await audit.append(tx, { ownerId: organizationId, action, actor, target, origin, details });
        if (member.role === 'owner') await notices.ownerRemoved(tx, organizationId, userId, 'the person');
        await events.emit(tx, organizationId, 'member.left', { userId, role: member.role, removed: !leaves });
      });
    },

    async transfer(caller, userId) {
      await transact(db, async (tx) => {
        const { organization, access } = await this.enter(tx, caller, 'owners:manage');
        requireGrant(access, 'owner');
        await access.recent(tx);
        const heir = await find(tx, access.organizationId, userId);
        const owner = await find(tx, access.organizationId, access.userId);
        if (heir.userId === owner.userId) return;
        if (heir.role !== 'owner') await setRole(tx, access, heir, 'owner', organization);
        await setRole(tx, access, owner, 'admin', organization);
        await requireOwner(tx, organization);
      });
    },

    async add(tx, organizationId, userId, role, invitationHash) {
      const row = { organizationId, userId, role, createdAt: clock.now(), invitationHash };
      const [added] = await tx.insert(memberships).values(row).onConflictDoNothing().returning();
      if (!added) throw organizationErrors.already_member();
      if (role === 'owner') await notices.ownerAdded(tx, organizationId, userId);
      await followers.membersChanged(tx, organizationId);
    },

    async enter(tx, access, permission) {
      const [organization] = await tx
        .select()
        .from(organizations)
        .where(and(eq(organizations.id, access.organizationId), isNull(organizations.purgeAt)))
        .for('update');
      if (!organization) throw httpErrors.not_found();
      return { organization, access: await access.again(tx, permission) };
    },

    countOwners,
  };
}

function isOneself({ actor }: Access, userId: string): boolean {
  return actor.type === 'user' && actor.id === userId;
}

/**
 * Members by the directory of a company: it admits, invites and removes people without a member who asks for it. Not here: whose directory it
 * is and what it says (a later feature), and whether it may act: the `Access` that it passes decides.
 */
import { and, asc, eq, ne, sql } from 'drizzle-orm';
import type { Clock } from '../../platform/clock.ts';
import type { Transaction } from '../../platform/database/database.ts';
import { users } from '../accounts/schema.ts';
import type { Audit } from '../audit/audit.ts';
import type { Events } from '../events/events.ts';
import { type Access, requireGrant } from './access.ts';
import type { OrganizationFollowers } from './followers.ts';
import type { Invitations } from './invitations.ts';
import type { Memberships } from './memberships.ts';
import type { Permission, Role } from './roles.ts';
import { invitations as invitationTable, memberships as membershipTable } from './schema.ts';

export interface Provisioning {
  /** Locks the organization and decides the access again. @throws `not_found`, and what `Access.again` throws */
  enter(tx: Transaction, access: Access, permission?: Permission): Promise<Access>;
  roleOf(tx: Transaction, organizationId: string, userId: string): Promise<Role | undefined>;
  /** An owner, the one since longest first: for those things that a person must stand behind. @param except not this one */
  ownerOf(tx: Transaction, organizationId: string, except?: string): Promise<string | undefined>;
  /** Makes a person a member without an invitation. @throws `already_member`, and the errors of `OrganizationFollower.requireSeats` */
  admit(tx: Transaction, access: Access, userId: string, role: Role): Promise<void>;
  /** Invites an address, unless it has an open invitation. @throws as `Invitations.invite` */
  invite(tx: Transaction, access: Access, email: string, role: Role): Promise<void>;
  /** Gives an open invitation to an address another role. */
  changeInvitation(tx: Transaction, organizationId: string, email: string, role: Role): Promise<void>;
  /** Ends an invitation to an address, if there is one. */
  withdrawInvitation(tx: Transaction, access: Access, email: string): Promise<void>;
  /** @throws `not_found`, `last_owner`, `personal_organization` */
  changeRole(tx: Transaction, access: Access, userId: string, role: Role): Promise<void>;
  /** Ends a membership, and with it the API keys of that person here. @throws `not_found`, `last_owner`, `personal_organization` */
  remove(tx: Transaction, access: Access, userId: string): Promise<void>;
}

export interface ProvisioningOptions {
  clock: Clock;
  audit: Audit;
  events: Pick<Events, 'emit'>;
  memberships: Memberships;
  invitations: Invitations;
  followers: Pick<OrganizationFollowers, 'requireSeats'>;
}

export function createProvisioning(options: ProvisioningOptions): Provisioning {
  const { clock, audit, events, memberships, invitations, followers } = options;
  const toAddress = (organizationId: string, email: string) =>
    and(eq(invitationTable.organizationId, organizationId), eq(invitationTable.email, email));

  async function findInvitation(tx: Transaction, organizationId: string, email: string) {
    const [found] = await tx.select().from(invitationTable).where(toAddress(organizationId, email));
    return found;
  }

  return {
    enter: async (tx, access, permission = 'members:manage') =>
      (await memberships.enter(tx, access, permission)).access,

    async roleOf(tx, organizationId, userId) {
      const [found] = await tx
        .select({ role: membershipTable.role })
        .from(membershipTable)
        .where(and(eq(membershipTable.organizationId, organizationId), eq(membershipTable.userId, userId)));
      return found?.role;
    },

    async ownerOf(tx, organizationId, except) {
      const [owner] = await tx
        .select({ id: membershipTable.userId })
        .from(membershipTable)
        .innerJoin(users, eq(users.id, membershipTable.userId))
        .where(
          and(
            eq(membershipTable.organizationId, organizationId),
            eq(membershipTable.role, 'owner'),
            except === undefined ? undefined : ne(membershipTable.userId, except),
          ),
        )
        .orderBy(asc(sql`num_nonnulls(${users.suspendedAt}, ${users.purgeAt})`), asc(membershipTable.createdAt))
        .limit(1);
      return owner?.id;
    },

    async admit(tx, access, userId, role) {
      const { organizationId, actor, origin } = access;
      requireGrant(access, role);
      await memberships.add(tx, organizationId, userId, role, null);
      const members = await tx.$count(membershipTable, eq(membershipTable.organizationId, organizationId));
      await followers.requireSeats(organizationId, members);
      const target = { type: 'user', id: userId };
      const action = 'member.joined';
      await audit.append(tx, { ownerId: organizationId, action, actor, target, origin, details: { role } });
      await events.emit(tx, organizationId, action, { userId, role, invitationId: null, invitedBy: null });
    },

    async invite(tx, access, email, role) {
      const open = await findInvitation(tx, access.organizationId, email);
      if (open && open.expiresAt > clock.now()) await this.changeInvitation(tx, access.organizationId, email, role);
      else await invitations.invite(tx, access, { email, role });
    },

    async changeInvitation(tx, organizationId, email, role) {
      const differs = and(toAddress(organizationId, email), ne(invitationTable.role, role));
      await tx.update(invitationTable).set({ role }).where(differs);
    },

    async withdrawInvitation(tx, access, email) {
      const found = await findInvitation(tx, access.organizationId, email);
      if (found) await invitations.revokeIn(tx, access, found.id);
    },

    async changeRole(tx, access, userId, role) {
      await memberships.changeRoleIn(tx, access, userId, role);
    },

    remove: (tx, access, userId) => memberships.removeIn(tx, access, userId),
  };
}

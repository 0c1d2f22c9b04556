/**
 * The roles that groups give. A person has the highest role of their groups that have one, and is a member without any. A directory makes and
 * unmakes no owners: an owner stays one until another owner says otherwise.
 */
import { and, eq, inArray, isNotNull } from 'drizzle-orm';
import type { Executor, Transaction } from '../../platform/database/database.ts';
import {
  type OrganizationAccess,
  type Organizations,
  permissionsOf,
  type Role,
  roleNames,
} from '../organizations/organizations.ts';
import { scimGroupMembers, scimGroups, scimUsers } from './schema.ts';

export const DEFAULT_ROLE: Role = 'member';

/** @returns the role that the groups of a person give */
export async function roleByGroups(executor: Executor, organizationId: string, memberId: string): Promise<Role> {
  const rows = await executor
    .select({ role: scimGroups.role })
    .from(scimGroupMembers)
    .innerJoin(
      scimGroups,
      and(eq(scimGroups.organizationId, scimGroupMembers.organizationId), eq(scimGroups.id, scimGroupMembers.groupId)),
    )
    .where(
      and(
        ...[eq(scimGroupMembers.organizationId, organizationId), eq(scimGroupMembers.memberId, memberId)],
        isNotNull(scimGroups.role),
      ),
    );
  return highest(rows.map(({ role }) => role!));
}

/** The role with the most permissions; of equals, the one that was declared first. A role that no release declares any more has none. */
function highest(roles: readonly Role[]): Role {
  const rank = (role: Role) => [permissionsOf(role).size, -roleNames.indexOf(role)] as const;
  const [first] = roles.toSorted((a, b) => rank(b)[0] - rank(a)[0] || rank(b)[1] - rank(a)[1]);
  return first ?? DEFAULT_ROLE;
}

/** Gives people the roles of their groups, now that these have changed. The organization is locked. */
export async function applyRoles(
  tx: Transaction,
  access: OrganizationAccess,
  memberIds: readonly string[],
  provisioning: Organizations['provisioning'],
): Promise<void> {
  if (memberIds.length === 0) return;
  const { organizationId } = access;
  const people = await tx
    .select()
    .from(scimUsers)
    .where(and(eq(scimUsers.organizationId, organizationId), inArray(scimUsers.id, [...memberIds])))
    .orderBy(scimUsers.id);
  for (const { id, userId, address, active } of people) {
    if (!active) continue;
    const role = await roleByGroups(tx, organizationId, id);
    if (!userId) {
      await provisioning.changeInvitation(tx, organizationId, address, role);
      continue;
    }
    const current = await provisioning.roleOf(tx, organizationId, userId);
    if (current && current !== 'owner' && current !== role) await provisioning.changeRole(tx, access, userId, role);
  }
}

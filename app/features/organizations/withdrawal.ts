/** What a person could do only because of a membership ends with it: their keys, and invitations above the role that remains. */
import { and, eq, inArray, isNull } from 'drizzle-orm';
import type { Transaction } from '../../platform/database/database.ts';
import type { Events } from '../events/events.ts';
import { mayGrant, permissionsOf, type Role, roleNames } from './roles.ts';
import { apiKeys, invitations } from './schema.ts';

/** Whether someone with the role `held` may send, or may still stand behind, an invitation as `role`. */
export function mayInvite(held: Role, role: Role): boolean {
  return permissionsOf(held).has('members:invite') && mayGrant(permissionsOf(held), role);
}

/** @param remaining null when the membership is over. Keys of one that goes on are held to the role at each use. */
export async function withdraw(
  tx: Transaction,
  events: Pick<Events, 'emit'>,
  organizationId: string,
  userId: string,
  remaining: Role | null,
  now: Date,
): Promise<void> {
  const above = roleNames.filter((role) => !remaining || !mayInvite(remaining, role));
  const withdrawn = await tx
    .delete(invitations)
    .where(
      and(
        eq(invitations.organizationId, organizationId),
        eq(invitations.invitedBy, userId),
        inArray(invitations.role, above),
      ),
    )
    .returning({ invitationId: invitations.id, email: invitations.email });
  for (const invitation of withdrawn) await events.emit(tx, organizationId, 'invitation.revoked', invitation);
  if (remaining) return;
  const revoked = await tx
    .update(apiKeys)
    .set({ revokedAt: now })
    .where(and(eq(apiKeys.organizationId, organizationId), eq(apiKeys.createdBy, userId), isNull(apiKeys.revokedAt)))
    .returning({ apiKeyId: apiKeys.id, name: apiKeys.name });
  for (const key of revoked) await events.emit(tx, organizationId, 'api_key.revoked', key);
}

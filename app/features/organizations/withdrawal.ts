/**
 * Ends or reduces, with a membership, the rights that it gave: the person's API keys, and invitations above the role that
 * remains. Each consequence is recorded as the change it is, and owners are told which keys it concerns.
 */
import { and, asc, eq, inArray, isNull } from 'drizzle-orm';
import type { Clock } from '../../platform/clock.ts';
import type { Executor, Transaction } from '../../platform/database/database.ts';
import type { RequestOrigin } from '../../platform/http/caller.ts';
import type { Audit, AuditAction, AuditEntry } from '../audit/audit.ts';
import type { Events } from '../events/events.ts';
import type { OrganizationFollowers } from './followers.ts';
import { announceKeys } from './known.ts';
import type { OwnerNotices } from './owner-notices.ts';
import { mayGrant, type Permission, permissionsOf, type Role, roleNames, withIncluded } from './roles.ts';
import { apiKeys, invitations } from './schema.ts';

type ApiKey = typeof apiKeys.$inferSelect;
type Invitation = typeof invitations.$inferSelect;

/** True if someone with the role `held` may send, or may still stand behind, an invitation as `role`. */
export function mayInvite(held: Role, role: Role): boolean {
  return permissionsOf(held).has('members:invite') && mayGrant(permissionsOf(held), role);
}

export interface AffectedKey {
  key: ApiKey;
  /** The scopes of the key before and after. */
  before: Permission[];
  after: Permission[];
}

export interface Consequences {
  /** Keys that are revoked or, where a role remains, that allow something else afterwards. */
  keys: AffectedKey[];
  /** Open and expired invitations that are revoked. */
  invitations: Invitation[];
}

export interface MembershipChange {
  organization: { id: string; name: string };
  userId: string;
  before: Role;
  /** null when the membership is over. */
  after: Role | null;
  /** The audit action that the consequences follow from, and who does it. */
  cause: AuditAction;
  actor: AuditEntry['actor'];
  origin?: RequestOrigin;
}

export interface Withdrawal {
  /** Lists the keys and invitations that a change would end or reduce, oldest first. */
  foresee(
    executor: Executor,
    change: { organizationId: string; userId: string; before: Role; after: Role | null },
  ): Promise<Consequences>;
  /** Takes it along, in the transaction of the change and before the event of the change itself, which ends the record. */
  withdraw(tx: Transaction, change: MembershipChange): Promise<void>;
}

export interface WithdrawalOptions {
  clock: Clock;
  audit: Audit;
  events: Pick<Events, 'emit'>;
  notices: Pick<OwnerNotices, 'keysAffected'>;
  followers: Pick<OrganizationFollowers, 'withdrawing' | 'memberLeft'>;
}

const effective = (scopes: readonly Permission[], role: Role | null): Permission[] =>
  role ? [...withIncluded(scopes).intersection(permissionsOf(role))].sort() : [];

export function createWithdrawal({ clock, audit, events, notices, followers }: WithdrawalOptions): Withdrawal {
  async function keysOf(executor: Executor, organizationId: string, userId: string): Promise<ApiKey[]> {
    const own = and(eq(apiKeys.organizationId, organizationId), eq(apiKeys.createdBy, userId));
    return executor
      .select()
      .from(apiKeys)
      .where(and(own, isNull(apiKeys.revokedAt)))
      .orderBy(asc(apiKeys.id));
  }

  const foresee: Withdrawal['foresee'] = async (executor, { organizationId, userId, before, after }) => {
    const above = roleNames.filter((role) => !after || !mayInvite(after, role));
    const sent = and(eq(invitations.organizationId, organizationId), eq(invitations.invitedBy, userId));
    return {
      keys: (await keysOf(executor, organizationId, userId))
        .map((key) => ({ key, before: effective(key.scopes, before), after: effective(key.scopes, after) }))
        .filter((affected) => after === null || affected.before.join() !== affected.after.join()),
      invitations: await executor
        .select()
        .from(invitations)
        .where(and(sent, inArray(invitations.role, above)))
        .orderBy(asc(invitations.id)),
    };
  };

  async function record(tx: Transaction, change: MembershipChange, { keys, invitations: gone }: Consequences) {
    const { organization, userId, after, cause, actor, origin } = change;
    const common = { ownerId: organization.id, actor, ...(origin && { origin }) };
    for (const { id, email, role } of gone) {
      const target = { type: 'invitation', id };
      const details = { ...(await audit.refer(tx, organization.id, email)), role, cause, userId };
      await audit.append(tx, { ...common, action: 'invitation.revoked', target, details });
      await events.emit(tx, organization.id, 'invitation.revoked', { invitationId: id, email });
    }
    for (const { key, ...scopes } of keys) {
      const action = after ? 'api_key.effective_scopes_changed' : 'api_key.revoked';
      const details = { name: key.name, cause, userId, ...(after && scopes) };
      await audit.append(tx, { ...common, action, target: { type: 'api_key', id: key.id }, details });
      if (!after) await events.emit(tx, organization.id, 'api_key.revoked', { apiKeyId: key.id, name: key.name });
    }
  }

  return {
    foresee,

    async withdraw(tx, change) {
      const { organization, userId, after, cause } = change;
      await followers.withdrawing(tx, organization.id, userId);
      if (!after) await followers.memberLeft(tx, organization.id, userId, cause);
      const consequences = await foresee(tx, { ...change, organizationId: organization.id });
      await tx.delete(invitations).where(
        and(
          eq(invitations.organizationId, organization.id),
          inArray(
            invitations.id,
            consequences.invitations.map(({ id }) => id),
          ),
        ),
      );
      if (!after) {
        const own = and(eq(apiKeys.organizationId, organization.id), eq(apiKeys.createdBy, userId));
        const revoked = await tx
          .update(apiKeys)
          .set({ revokedAt: clock.now() })
          .where(and(own, isNull(apiKeys.revokedAt)))
          .returning({ id: apiKeys.id });
        announceKeys(tx, organization.id, ...revoked.map(({ id }) => id));
      }
      await record(tx, change, consequences);
      const lessened = consequences.keys.filter(
        (key) => !after || key.before.some((scope) => !key.after.includes(scope)),
      );
      await notices.keysAffected(tx, organization.id, {
        creatorId: userId,
        keys: lessened.map(({ key }) => key.name),
        effect: after ? 'reduced' : 'revoked',
      });
    },
  };
}

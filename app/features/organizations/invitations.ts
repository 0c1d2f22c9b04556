/** Inviting people by mail. An invitation is bound to its address: having the link is not enough. */
import { and, desc, eq, gt, isNull, lt } from 'drizzle-orm';
import { after, type Clock, DAY_MS } from '../../platform/clock.ts';
import type { Database, Transaction } from '../../platform/database/database.ts';
import { transact } from '../../platform/database/retry.ts';
import type { RequestOrigin } from '../../platform/http/caller.ts';
import { httpErrors } from '../../platform/http/errors.ts';
import { newId, randomSecret, sha256, uuidFromBytes, uuidToBytes } from '../../platform/security/random.ts';
import { type Accounts, accountErrors, linkExpired, type User, type UserCaller } from '../accounts/accounts.ts';
import { users } from '../accounts/schema.ts';
import type { Audit } from '../audit/audit.ts';
import { type Email, nameForStrangers, parseAddress } from '../email/email.ts';
import { type Access, requireGrant } from './access.ts';
import { organizationErrors } from './errors.ts';
import type { OrganizationFollowers } from './followers.ts';
import { NEWCOMER_MS, type OrganizationLimits } from './limits.ts';
import type { Memberships } from './memberships.ts';
import type { Role } from './roles.ts';
import { invitations, memberships as membershipTable, organizations } from './schema.ts';
import { mayInvite } from './withdrawal.ts';

export type Invitation = typeof invitations.$inferSelect;

export interface Invitations {
  /** @throws `invalid_email`, `already_member`, `already_invited`, `rate_limited`, `forbidden` for a role above the caller's */
  invite(tx: Transaction, access: Access, request: { email: string; role: Role }): Promise<Invitation>;
  /** Open and expired ones, the newest first, before the one with id `beforeId`. */
  list(organizationId: string, limit: number, beforeId?: string): Promise<Invitation[]>;
  /** @throws `not_found` */
  revoke(access: Access, invitationId: string): Promise<void>;
  /**
   * Makes the caller a member by the mailed token.
   * @throws `invalid_token`, `token_expired`, `invitation_for_another_address`, `already_member`, `session_revoked`; the errors of
   *   `OrganizationFollower.requireSeats`, which leave the invitation open
   */
  accept(caller: UserCaller, token: string, origin: RequestOrigin): Promise<{ organizationId: string; role: Role }>;
}

export interface InvitationsOptions {
  db: Database;
  clock: Clock;
  audit: Audit;
  email: Pick<Email, 'sendEmail'>;
  callers: Accounts['callers'];
  memberships: Memberships;
  limits: OrganizationLimits;
  appUrl: string;
  followers: Pick<OrganizationFollowers, 'requireSeats'>;
}

const LIFETIME_DAYS = 7;
const TOKEN = /^[A-Za-z0-9_-]{64}$/;

export function createInvitations(options: InvitationsOptions): Invitations {
  const { db, clock, audit, email, memberships, limits, appUrl, followers } = options;

  const own = (organizationId: string, id: string) =>
    and(eq(invitations.organizationId, organizationId), eq(invitations.id, id));

  async function requireStranger(tx: Transaction, organizationId: string, address: string): Promise<void> {
    const [member] = await tx
      .select({ id: users.id })
      .from(membershipTable)
      .innerJoin(users, eq(users.id, membershipTable.userId))
      .where(and(eq(membershipTable.organizationId, organizationId), eq(users.email, address)));
    if (member) throw organizationErrors.already_member();
  }

  const membersOf = (tx: Transaction, organizationId: string) =>
    tx.$count(membershipTable, eq(membershipTable.organizationId, organizationId));

  /** Members, and those who may become one by an open invitation. */
  async function takenSeats(tx: Transaction, organizationId: string, now: Date): Promise<number> {
    const members = await membersOf(tx, organizationId);
    const isOpen = and(eq(invitations.organizationId, organizationId), gt(invitations.expiresAt, now));
    return members + (await tx.$count(invitations, isOpen));
  }

  async function mail(
    tx: Transaction,
    invitation: Invitation,
    secret: Buffer,
    organization: string,
    inviter: User,
  ): Promise<void> {
    const token = Buffer.concat([uuidToBytes(invitation.organizationId), secret]).toString('base64url');
    await email.sendEmail(tx, {
      template: 'invitation',
      to: invitation.email,
      locale: inviter.locale,
      key: `invitation:${invitation.id}`,
      data: {
        name: null,
        inviter: nameForStrangers(inviter.name) ?? inviter.email,
        organization,
        role: invitation.role,
        url: `${appUrl}/accept-invitation?token=${token}`,
        expiresInDays: LIFETIME_DAYS,
      },
    });
  }

  /** The invitation of a token, locked. The organization is locked first, as everywhere. */
  async function find(tx: Transaction, token: string): Promise<Invitation> {
    if (!TOKEN.test(token)) throw accountErrors.invalid_token();
    const bytes = Buffer.from(token, 'base64url');
    const organizationId = uuidFromBytes(bytes.subarray(0, 16));
    const [organization] = await tx
      .select()
      .from(organizations)
      .where(eq(organizations.id, organizationId))
      .for('update');
    if (!organization || organization.purgeAt) throw accountErrors.invalid_token();
    const [invitation] = await tx
      .select()
      .from(invitations)
      .where(
        and(eq(invitations.organizationId, organizationId), eq(invitations.tokenHash, sha256(bytes.subarray(16)))),
      );
    if (!invitation) throw accountErrors.invalid_token();
    if (invitation.expiresAt <= clock.now()) throw linkExpired();
    if (!(await isBacked(tx, invitation))) throw accountErrors.invalid_token();
    return invitation;
  }

  /** Whether who sent an invitation could send it now. A suspended or deleted account brings nobody in, least of all its own second one. */
  async function isBacked(tx: Transaction, { organizationId, invitedBy, role }: Invitation): Promise<boolean> {
    const [inviter] = await tx
      .select({ role: membershipTable.role })
      .from(membershipTable)
      .innerJoin(users, and(eq(users.id, membershipTable.userId), isNull(users.suspendedAt), isNull(users.purgeAt)))
      .where(and(eq(membershipTable.organizationId, organizationId), eq(membershipTable.userId, invitedBy)));
    return inviter !== undefined && mayInvite(inviter.role, role);
  }

  return {
    async invite(tx, caller, { email: text, role }) {
      const address = parseAddress(text);
      if (!address) throw accountErrors.invalid_email();
      const { organization, access } = await memberships.enter(tx, caller, 'members:invite');
      requireGrant(access, role);
      const { organizationId, userId, actor, origin } = access;
      await requireStranger(tx, organizationId, address);
      const now = clock.now();
      const [open] = await tx
        .select()
        .from(invitations)
        .where(and(eq(invitations.organizationId, organizationId), eq(invitations.email, address)));
      if (open && open.expiresAt > now) throw organizationErrors.already_invited();
      await followers.requireSeats(organizationId, (await takenSeats(tx, organizationId, now)) + 1);
      // The sender first: who is over their limit must not use up what an address has left.
      const [inviter] = await tx.select().from(users).where(eq(users.id, userId));
      await limits.invitationsBy.consume(userId);
      if ([inviter!, organization].some(({ createdAt }) => after(createdAt, NEWCOMER_MS) > now)) {
        await limits.invitationsByNewcomers.consume(userId);
        await limits.invitationsByNewcomers.consume(organizationId);
      }
      await limits.invitationsTo.consume(address);
      if (open) await tx.delete(invitations).where(own(organizationId, open.id));

      const secret = randomSecret(32);
      const row = { organizationId, id: newId(), email: address, role, tokenHash: sha256(secret), invitedBy: userId };
      const [invitation] = await tx
        .insert(invitations)
        .values({ ...row, createdAt: now, expiresAt: after(now, LIFETIME_DAYS * DAY_MS) })
        .returning();
      await mail(tx, invitation!, secret, organization.name, inviter!);
      const target = { type: 'invitation', id: invitation!.id };
      await audit.append(tx, {
        ownerId: organizationId,
        action: 'invitation.created',
        actor,
        target,
        origin,
        details: { email: address, role },
      });
      return invitation!;
    },

    list(organizationId, limit, beforeId) {
      const beyond = beforeId === undefined ? undefined : lt(invitations.id, beforeId);
      return db
        .select()
        .from(invitations)
        .where(and(eq(invitations.organizationId, organizationId), beyond))
        .orderBy(desc(invitations.id))
        .limit(limit);
    },

    async revoke(caller, invitationId) {
      await transact(db, async (tx) => {
        const { access } = await memberships.enter(tx, caller, 'members:invite');
        const { organizationId, actor, origin } = access;
        const [gone] = await tx.delete(invitations).where(own(organizationId, invitationId)).returning();
        if (!gone) throw httpErrors.not_found({ detail: 'There is no such invitation.' });
        const target = { type: 'invitation', id: invitationId };
        await audit.append(tx, {
          ownerId: organizationId,
          action: 'invitation.revoked',
          actor,
          target,
          origin,
          details: { email: gone.email },
        });
      });
    },

    accept(caller, token, origin) {
      return transact(db, async (tx) => {
        const { organizationId, id, email: address, role, invitedBy } = await find(tx, token);
        const { id: userId, email: ownAddress } = await options.callers.lock(tx, caller, 'share');
        if (ownAddress !== address) throw organizationErrors.invitation_for_another_address();
        await memberships.add(tx, organizationId, userId, role);
        await followers.requireSeats(organizationId, await membersOf(tx, organizationId));
        await tx.delete(invitations).where(own(organizationId, id));
        const actor = { type: 'user', id: userId } as const;
        const target = { type: 'user', id: userId };
        const details = { role, invitationId: id, invitedBy };
        await audit.append(tx, { ownerId: organizationId, action: 'member.joined', actor, target, origin, details });
        return { organizationId, role };
      });
    },
  };
}

/** Inviting people by email. An invitation is bound to its address: having the link is not enough. Not here: who is invited (`joining.ts`). */
import { and, desc, eq, gt, lt } from 'drizzle-orm';
import { after, type Clock, DAY_MS } from '../../platform/clock.ts';
import type { Database, Executor, Transaction } from '../../platform/database/database.ts';
import { transact } from '../../platform/database/retry.ts';
import { httpErrors } from '../../platform/http/errors.ts';
import { newId, randomSecret, sha256, uuidToBytes } from '../../platform/security/random.ts';
import { type Accounts, accountErrors, type User } from '../accounts/accounts.ts';
import { users } from '../accounts/schema.ts';
import type { Audit, AuditAction } from '../audit/audit.ts';
import { type AddressStatus, type Email, nameForStrangers, parseAddress } from '../email/email.ts';
import type { Events } from '../events/events.ts';
import { type Access, requireGrant } from './access.ts';
import { organizationErrors } from './errors.ts';
import type { OrganizationFollowers } from './followers.ts';
import type { Organization } from './founding.ts';
import { NEWCOMER_MS, type OrganizationLimits } from './limits.ts';
import type { Memberships } from './memberships.ts';
import type { Role } from './roles.ts';
import { invitations, memberships as membershipTable } from './schema.ts';

export type Invitation = typeof invitations.$inferSelect;
export interface SentInvitation extends Invitation {
  /** Says if the address gets emails. */
  emailStatus: AddressStatus;
}

export interface Invitations {
  /** @throws `invalid_email`, `already_member`, `already_invited`, `rate_limited`, `forbidden` for a role above the caller's */
  invite(tx: Transaction, access: Access, request: { email: string; role: Role }): Promise<SentInvitation>;
  /** Emails an invitation again, with another link, valid for seven days more and in the caller's name. @throws `not_found`, and as `invite` */
  resend(access: Access, invitationId: string): Promise<SentInvitation>;
  /** Open and expired ones, the newest first, before the one with id `beforeId`. */
  list(organizationId: string, limit: number, beforeId?: string): Promise<SentInvitation[]>;
  /** @throws `not_found` */
  revoke(access: Access, invitationId: string): Promise<void>;
  /** The same in a transaction of the caller. */
  revokeIn(tx: Transaction, access: Access, invitationId: string): Promise<void>;
}

export interface InvitationsOptions {
  db: Database;
  clock: Clock;
  audit: Audit;
  email: Pick<Email, 'sendEmail' | 'statusOf'>;
  events: Pick<Events, 'emit'>;
  /** Finds the account of an invited address. */
  accounts: Pick<Accounts['users'], 'findByAddress'>;
  memberships: Memberships;
  limits: OrganizationLimits;
  appUrl: string;
  followers: Pick<OrganizationFollowers, 'requireSeats' | 'inviting'>;
}

const LIFETIME_DAYS = 7;

export function createInvitations(options: InvitationsOptions): Invitations {
  const { db, clock, audit, email, events, accounts, memberships, limits, appUrl, followers } = options;

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

  /** The language of the reader, where there is an account. The inviter does not learn whether there is one. */
  async function localeFor(tx: Transaction, address: string, inviter: User): Promise<string> {
    const invited = await accounts.findByAddress(tx, address);
    return invited?.emailVerifiedAt ? invited.locale : inviter.locale;
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
      locale: await localeFor(tx, invitation.email, inviter),
      key: `invitation:${invitation.id}:${newId()}`,
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

  /** Counts an email to `address`. @returns who sends it @throws `rate_limited` */
  async function countUse(tx: Transaction, organization: Organization, userId: string, address: string): Promise<User> {
    const [inviter] = await tx.select().from(users).where(eq(users.id, userId));
    // The sender first: who is over their limit must not use up what an address has left.
    await limits.invitationsBy.consume(userId);
    if ([inviter!, organization].some(({ createdAt }) => after(createdAt, NEWCOMER_MS) > clock.now())) {
      await limits.invitationsByNewcomers.consume(userId);
      await limits.invitationsByNewcomers.consume(organization.id);
    }
    await limits.invitationsTo.consume(address);
    return inviter!;
  }

  /** A new secret, and what changes with it. */
  function renew(invitedBy: string) {
    const secret = randomSecret(32);
    return { secret, tokenHash: sha256(secret), invitedBy, expiresAt: after(clock.now(), LIFETIME_DAYS * DAY_MS) };
  }

  async function withStatus(executor: Executor, invitation: Invitation): Promise<SentInvitation> {
    const statuses = await email.statusOf(executor, [invitation.email]);
    return { ...invitation, emailStatus: statuses(invitation.email) };
  }

  async function record(
    tx: Transaction,
    { organizationId, actor, origin }: Access,
    action: AuditAction,
    row: Invitation,
  ) {
    const target = { type: 'invitation', id: row.id };
    const details = { ...(await audit.refer(tx, organizationId, row.email)), role: row.role };
    await audit.append(tx, { ownerId: organizationId, action, actor, target, origin, details });
  }

  return {
    async invite(tx, caller, { email: text, role }) {
      const address = parseAddress(text);
      if (!address) throw accountErrors.invalid_email();
      const { organization, access } = await memberships.enter(tx, caller, 'members:invite');
      await followers.inviting(tx, access);
      requireGrant(access, role);
      if (role === 'owner') await access.recent(tx);
      const { organizationId, userId } = access;
      await requireStranger(tx, organizationId, address);
      const now = clock.now();
      const [open] = await tx
        .select()
        .from(invitations)
        .where(and(eq(invitations.organizationId, organizationId), eq(invitations.email, address)));
      if (open && open.expiresAt > now) throw organizationErrors.already_invited();
      await followers.requireSeats(organizationId, (await takenSeats(tx, organizationId, now)) + 1);
      const inviter = await countUse(tx, organization, userId, address);
      if (open) await tx.delete(invitations).where(own(organizationId, open.id));

      const { secret, ...renewal } = renew(userId);
      const row = { organizationId, id: newId(), email: address, role, createdAt: now, ...renewal };
      const [invitation] = await tx.insert(invitations).values(row).returning();
      await mail(tx, invitation!, secret, organization.name, inviter);
      await record(tx, access, 'invitation.created', invitation!);
      await events.emit(tx, organizationId, 'invitation.created', {
        ...{ invitationId: invitation!.id, email: address, role, invitedBy: userId },
        expiresAt: invitation!.expiresAt.toISOString(),
      });
      return withStatus(tx, invitation!);
    },

    resend(caller, invitationId) {
      return transact(db, async (tx) => {
        const { organization, access } = await memberships.enter(tx, caller, 'members:invite');
        await followers.inviting(tx, access);
        const { organizationId, userId } = access;
        const [before] = await tx.select().from(invitations).where(own(organizationId, invitationId)).for('update');
        if (!before) throw httpErrors.not_found({ detail: 'There is no such invitation.' });
        requireGrant(access, before.role);
        await requireStranger(tx, organizationId, before.email);
        const isOver = before.expiresAt <= clock.now();
        if (isOver)
          await followers.requireSeats(organizationId, (await takenSeats(tx, organizationId, clock.now())) + 1);
        const inviter = await countUse(tx, organization, userId, before.email);
        const { secret, ...renewal } = renew(userId);
        const [invitation] = await tx
          .update(invitations)
          .set(renewal)
          .where(own(organizationId, invitationId))
          .returning();
        await mail(tx, invitation!, secret, organization.name, inviter);
        await record(tx, access, 'invitation.resent', invitation!);
        return withStatus(tx, invitation!);
      });
    },

    async list(organizationId, limit, beforeId) {
      const beyond = beforeId === undefined ? undefined : lt(invitations.id, beforeId);
      const page = await db
        .select()
        .from(invitations)
        .where(and(eq(invitations.organizationId, organizationId), beyond))
        .orderBy(desc(invitations.id))
        .limit(limit);
      const statuses = await email.statusOf(
        db,
        page.map((invitation) => invitation.email),
      );
      return page.map((invitation) => ({ ...invitation, emailStatus: statuses(invitation.email) }));
    },

    async revoke(caller, invitationId) {
      await transact(db, (tx) => this.revokeIn(tx, caller, invitationId));
    },

    async revokeIn(tx, caller, invitationId) {
      const { access } = await memberships.enter(tx, caller, 'members:invite');
      const [gone] = await tx.delete(invitations).where(own(access.organizationId, invitationId)).returning();
      if (!gone) throw httpErrors.not_found({ detail: 'There is no such invitation.' });
      await record(tx, access, 'invitation.revoked', gone);
      await events.emit(tx, access.organizationId, 'invitation.revoked', { invitationId, email: gone.email });
    },
  };
}

/** The side of the person who was invited: looking at invitations, accepting and declining them, and registering with one. */
import { and, count, desc, eq, gt, isNull, lt, type SQL } from 'drizzle-orm';
import type { Clock } from '../../platform/clock.ts';
import type { Database, Executor, Transaction } from '../../platform/database/database.ts';
import { transact } from '../../platform/database/retry.ts';
import type { RequestOrigin } from '../../platform/http/caller.ts';
import { httpErrors } from '../../platform/http/errors.ts';
import { sha256, uuidFromBytes } from '../../platform/security/random.ts';
import { type Accounts, accountErrors, linkExpired, type UserCaller } from '../accounts/accounts.ts';
import { users } from '../accounts/schema.ts';
import type { Audit, AuditAction } from '../audit/audit.ts';
import type { Events } from '../events/events.ts';
import { organizationErrors } from './errors.ts';
import type { OrganizationFollowers } from './followers.ts';
import type { Invitation } from './invitations.ts';
import type { Memberships } from './memberships.ts';
import type { Role } from './roles.ts';
import { invitations, memberships as membershipTable, organizations } from './schema.ts';
import { mayInvite } from './withdrawal.ts';

/** An invitation as the invited person sees it. */
export interface ReceivedInvitation {
  invitation: Invitation;
  organization: { id: string; name: string };
  inviter: { name: string | null };
}

export interface Joined {
  organizationId: string;
  role: Role;
}

export interface Joining {
  /**
   * Makes a person who signs in a member, without an invitation. One who is a member already stays as they are, and one whom
   * `OrganizationFollower.mayJoin` keeps out stays outside. The organization is locked for update.
   * @throws the errors of `OrganizationFollower.requireSeats`, before anything is written
   */
  admit(tx: Transaction, organizationId: string, userId: string, role: Role, origin: RequestOrigin): Promise<void>;
  /** Reads an invitation by its token, which proves the address. @throws `invalid_token`, `token_expired` */
  lookUp(token: string): Promise<ReceivedInvitation & { hasAccount: boolean }>;
  /**
   * Makes the caller a member by the emailed token. For the one who did so before, the answer is the same.
   * @throws `invalid_token`, `token_expired`, `invitation_for_another_address`, `already_member`, `session_revoked`; the errors of
   *   `OrganizationFollower.requireSeats`, which leave the invitation open
   */
  accept(caller: UserCaller, token: string, origin: RequestOrigin): Promise<Joined>;
  /** The same by the address of the caller, which is confirmed. @throws `not_found` and the errors of `accept` */
  acceptOwn(caller: UserCaller, invitationId: string, origin: RequestOrigin): Promise<Joined>;
  /**
   * Creates the account of an invited person, confirmed and as a member: the token proves the address.
   * @throws `invalid_token`, `token_expired`, `email_taken`, `weak_password`, `rate_limited`, `overloaded`; the errors of `requireSeats`
   */
  register(
    token: string,
    person: { password: string; name?: string | undefined; locale?: string | undefined },
    origin: RequestOrigin,
  ): Promise<Joined & { userId: string; email: string }>;
  /** Invitations that the user can accept, the newest first, before the one with id `beforeId`. */
  listOwn(userId: string, limit: number, beforeId?: string): Promise<ReceivedInvitation[]>;
  /** @throws `not_found`, `session_revoked` */
  decline(caller: UserCaller, invitationId: string, origin: RequestOrigin): Promise<void>;
}

export interface JoiningOptions {
  db: Database;
  clock: Clock;
  audit: Audit;
  events: Pick<Events, 'emit'>;
  accounts: Pick<Accounts, 'callers' | 'users' | 'registration'>;
  memberships: Memberships;
  followers: Pick<OrganizationFollowers, 'requireSeats' | 'mayJoin'>;
}

const TOKEN = /^[A-Za-z0-9_-]{64}$/;

export function createJoining(options: JoiningOptions): Joining {
  const { db, clock, audit, events, memberships, followers } = options;
  const { callers, users: accounts, registration } = options.accounts;

  const received = (executor: Executor) =>
    executor
      .select({
        invitation: invitations,
        organization: { id: organizations.id, name: organizations.name },
        inviter: { name: users.name },
        role: membershipTable.role,
      })
      .from(invitations)
      .innerJoin(organizations, and(eq(organizations.id, invitations.organizationId), isNull(organizations.purgeAt)))
      // A suspended or deleted account brings nobody in, least of all its own second one.
      .innerJoin(users, and(eq(users.id, invitations.invitedBy), isNull(users.suspendedAt), isNull(users.purgeAt)))
      .innerJoin(
        membershipTable,
        and(eq(membershipTable.organizationId, invitations.organizationId), eq(membershipTable.userId, users.id)),
      );

  /** The one that matches, if whoever sent it could send it now. @throws `invalid_token`, `token_expired` */
  async function requireOpen(executor: Executor, which: SQL | undefined): Promise<ReceivedInvitation> {
    const [found] = await received(executor).where(which);
    if (!found) throw accountErrors.invalid_token();
    if (found.invitation.expiresAt <= clock.now()) throw linkExpired();
    if (!mayInvite(found.role, found.invitation.role)) throw accountErrors.invalid_token();
    return found;
  }

  /** The organization is locked first, as everywhere. */
  async function lockOrganization(tx: Transaction, organizationId: string): Promise<void> {
    await tx
      .select({ id: organizations.id })
      .from(organizations)
      .where(eq(organizations.id, organizationId))
      .for('update');
  }

  async function record(
    tx: Transaction,
    action: AuditAction,
    invitation: Invitation,
    userId: string,
    origin: RequestOrigin,
  ) {
    const { organizationId: ownerId, id, role, invitedBy } = invitation;
    const target = { type: 'user', id: userId };
    const details = { role, invitationId: id, invitedBy };
    await audit.append(tx, { ownerId, action, actor: target as { type: 'user'; id: string }, target, origin, details });
  }

  const remove = (tx: Transaction, { organizationId, id }: Invitation) =>
    tx.delete(invitations).where(and(eq(invitations.organizationId, organizationId), eq(invitations.id, id)));

  async function join(tx: Transaction, invitation: Invitation, userId: string, origin: RequestOrigin): Promise<Joined> {
    const { organizationId, id: invitationId, email, role, invitedBy, tokenHash } = invitation;
    await memberships.add(tx, organizationId, userId, role, tokenHash);
    const [{ members } = { members: 0 }] = await tx
      .select({ members: count() })
      .from(membershipTable)
      .where(eq(membershipTable.organizationId, organizationId));
    await followers.requireSeats(organizationId, members);
    await remove(tx, invitation);
    await record(tx, 'member.joined', invitation, userId, origin);
    await events.emit(tx, organizationId, 'invitation.accepted', { invitationId, email, userId });
    await events.emit(tx, organizationId, 'member.joined', { userId, role, invitationId, invitedBy });
    return { organizationId, role };
  }

  async function admit(tx: Transaction, organizationId: string, userId: string, role: Role, origin: RequestOrigin) {
    const own = and(eq(membershipTable.organizationId, organizationId), eq(membershipTable.userId, userId));
    if ((await tx.$count(membershipTable, own)) > 0) return;
    if (!(await followers.mayJoin(tx, organizationId, userId))) return;
    const members = await tx.$count(membershipTable, eq(membershipTable.organizationId, organizationId));
    await followers.requireSeats(organizationId, members + 1);
    await memberships.add(tx, organizationId, userId, role, null);
    const target = { type: 'user', id: userId } as const;
    const event = { ownerId: organizationId, action: 'member.joined', actor: target, target, origin } as const;
    await audit.append(tx, { ...event, details: { role } });
    await events.emit(tx, organizationId, 'member.joined', { userId, role, invitationId: null, invitedBy: null });
  }

  /** The membership that a token has made. */
  async function madeBy(executor: Executor, { organizationId, tokenHash }: Parsed) {
    const of = eq(membershipTable.organizationId, organizationId);
    const [made] = await executor
      .select()
      .from(membershipTable)
      .where(and(of, eq(membershipTable.invitationHash, tokenHash)));
    return made;
  }

  /** Runs `act` on an open invitation to the caller's own address. */
  function withOwn<T>(
    caller: UserCaller,
    invitationId: string,
    act: (tx: Transaction, invitation: Invitation) => Promise<T>,
  ): Promise<T> {
    return transact(db, async (tx) => {
      const { email } = await accounts.require(caller.userId);
      const own = and(eq(invitations.email, email), eq(invitations.id, invitationId));
      const [found] = await tx.select().from(invitations).where(own);
      if (found) await lockOrganization(tx, found.organizationId);
      const user = await callers.lock(tx, caller, 'share');
      const which = and(
        own,
        eq(invitations.email, user.email),
        found && eq(invitations.organizationId, found.organizationId),
      );
      const [open] = found ? await received(tx).where(which) : [];
      if (!open || open.invitation.expiresAt <= clock.now())
        throw httpErrors.not_found({ detail: 'There is no such invitation.' });
      return act(tx, open.invitation);
    });
  }

  return {
    admit,

    async lookUp(token) {
      const found = await requireOpen(db, byToken(parse(token)));
      const user = await accounts.findByAddress(db, found.invitation.email);
      return { ...found, hasAccount: user?.emailVerifiedAt != null };
    },

    accept(caller, token, origin) {
      const parsed = parse(token);
      return transact(db, async (tx) => {
        await lockOrganization(tx, parsed.organizationId);
        const { id: userId, email } = await callers.lock(tx, caller, 'share');
        const made = await madeBy(tx, parsed);
        if (made?.userId === userId) return { organizationId: made.organizationId, role: made.role };
        const { invitation } = await requireOpen(tx, byToken(parsed));
        if (email !== invitation.email) throw organizationErrors.invitation_for_another_address();
        return join(tx, invitation, userId, origin);
      });
    },

    acceptOwn: (caller, invitationId, origin) =>
      withOwn(caller, invitationId, async (tx, invitation) => {
        const which = and(eq(invitations.organizationId, invitation.organizationId), eq(invitations.id, invitation.id));
        await requireOpen(tx, which);
        return join(tx, invitation, caller.userId, origin);
      }),

    async register(token, person, origin) {
      const parsed = parse(token);
      if (await madeBy(db, parsed)) throw accountErrors.email_taken();
      // The work of hashing is spent on genuine tokens only.
      const { invitation: genuine } = await requireOpen(db, byToken(parsed));
      const prepared = await registration.prepare({ ...person, email: genuine.email }, origin);
      return transact(db, async (tx) => {
        await lockOrganization(tx, parsed.organizationId);
        if (await madeBy(tx, parsed)) throw accountErrors.email_taken();
        const { invitation } = await requireOpen(tx, byToken(parsed));
        const { id: userId, email } = await registration.registerProven(tx, prepared, origin);
        return { ...(await join(tx, invitation, userId, origin)), userId, email };
      });
    },

    async listOwn(userId, limit, beforeId) {
      const { email } = await accounts.require(userId);
      const beyond = beforeId === undefined ? undefined : lt(invitations.id, beforeId);
      return received(db)
        .where(and(eq(invitations.email, email), gt(invitations.expiresAt, clock.now()), beyond))
        .orderBy(desc(invitations.id))
        .limit(limit);
    },

    async decline(caller, invitationId, origin) {
      await withOwn(caller, invitationId, async (tx, invitation) => {
        await remove(tx, invitation);
        await record(tx, 'invitation.declined', invitation, caller.userId, origin);
      });
    },
  };
}

type Parsed = Pick<Invitation, 'organizationId' | 'tokenHash'>;

/** @throws `invalid_token` for what cannot be one */
function parse(token: string): Parsed {
  if (!TOKEN.test(token)) throw accountErrors.invalid_token();
  const bytes = Buffer.from(token, 'base64url');
  return { organizationId: uuidFromBytes(bytes.subarray(0, 16)), tokenHash: sha256(bytes.subarray(16)) };
}

const byToken = ({ organizationId, tokenHash }: Parsed) =>
  and(eq(invitations.organizationId, organizationId), eq(invitations.tokenHash, tokenHash));

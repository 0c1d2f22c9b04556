/** The data about a person that organizations store beside the membership, for the export and for erasing it. */
import { and, asc, eq, gt, inArray, lt } from 'drizzle-orm';
import { after, type Clock, DAY_MS } from '../../platform/clock.ts';
import { readPages, removeRows } from '../../platform/database/batches.ts';
import type { Database } from '../../platform/database/database.ts';
import { transact } from '../../platform/database/retry.ts';
import type { Accounts } from '../accounts/accounts.ts';
import type { Audit } from '../audit/audit.ts';
import { type AuditEvent, auditEvents } from '../audit/schema.ts';
import { apiKeys, invitations, memberships, organizations } from './schema.ts';

export interface PersonalData {
  /** Deletes invitations to these addresses, in whichever organization. Repeatable. */
  forgetAddresses(addresses: readonly string[]): Promise<void>;
  /** Deletes invitations that expired 30 days ago. @returns how many */
  removeExpired(): Promise<number>;
  /** Invitations to the user's address. */
  received(userId: string): AsyncGenerator<object[]>;
  /** Open and expired invitations that the user sent. */
  sent(userId: string): AsyncGenerator<object[]>;
  /** API keys that the user created, without what authenticates them. */
  keys(userId: string): AsyncGenerator<object[]>;
  /** The user's own events in the trails of organizations to which the user belongs. */
  events(userId: string): AsyncGenerator<object[]>;
}

const KEEP_EXPIRED_DAYS = 30;
type ById = { id: string } | undefined;

export interface PersonalDataOptions {
  db: Database;
  clock: Clock;
  audit: Audit;
  users: Accounts['users'];
}

export function createPersonalData({ db, clock, audit, users }: PersonalDataOptions): PersonalData {
  const { organizationId, id, email, role, createdAt, expiresAt, invitedBy } = invitations;
  const shown = { organizationId, id, email, role, createdAt, expiresAt };

  async function* organizationsOf(userId: string): AsyncGenerator<string> {
    const of = memberships.organizationId;
    const pages = readPages((limit, last: ById) =>
      db
        .select({ id: of })
        .from(memberships)
        .where(and(eq(memberships.userId, userId), last && gt(of, last.id)))
        .orderBy(asc(of))
        .limit(limit),
    );
    for await (const page of pages) for (const row of page) yield row.id;
  }

  /** Deletes an invitation, and records that. Not to whom it was: nobody may know any more. */
  const forgetInvitation = (invitation: { organizationId: string; id: string }) =>
    transact(db, async (tx) => {
      const { organizationId: ownerId } = invitation;
      await tx.select({ id: organizations.id }).from(organizations).where(eq(organizations.id, ownerId)).for('update');
      const [gone] = await tx
        .delete(invitations)
        .where(and(eq(organizationId, ownerId), eq(id, invitation.id)))
        .returning();
      if (!gone) return;
      const details = { role: gone.role, cause: 'address.forgotten' };
      const target = { type: 'invitation', id: gone.id };
      await audit.append(tx, { ownerId, action: 'invitation.revoked', actor: { type: 'system' }, target, details });
    });

  return {
    async forgetAddresses(addresses) {
      if (addresses.length === 0) return;
      const found = await db
        .select(shown)
        .from(invitations)
        .where(inArray(email, [...addresses]));
      for (const invitation of found) await forgetInvitation(invitation);
    },

    removeExpired: () =>
      removeRows(db, {
        from: invitations,
        where: lt(expiresAt, after(clock.now(), -KEEP_EXPIRED_DAYS * DAY_MS)),
        by: expiresAt,
      }),

    async *received(userId) {
      const user = await users.require(userId);
      yield* readPages((limit, last: ById) =>
        db
          .select(shown)
          .from(invitations)
          .where(and(eq(email, user.email), last && gt(id, last.id)))
          .orderBy(asc(id))
          .limit(limit),
      );
    },

    async *sent(userId) {
      for await (const ownerId of organizationsOf(userId)) {
        yield* readPages((limit, last: ById) =>
          db
            .select(shown)
            .from(invitations)
            .where(and(eq(organizationId, ownerId), eq(invitedBy, userId), last && gt(id, last.id)))
            .orderBy(asc(id))
            .limit(limit),
        );
      }
    },

    async *keys(userId) {
      for await (const ownerId of organizationsOf(userId)) {
        const pages = readPages((limit, last: typeof apiKeys.$inferSelect | undefined) =>
          db
            .select()
            .from(apiKeys)
            .where(
              and(eq(apiKeys.organizationId, ownerId), eq(apiKeys.createdBy, userId), last && gt(apiKeys.id, last.id)),
            )
            .orderBy(asc(apiKeys.id))
            .limit(limit),
        );
        for await (const page of pages) yield page.map(({ hash: _hash, previousHash: _previousHash, ...key }) => key);
      }
    },

    async *events(userId) {
      for await (const ownerId of organizationsOf(userId)) {
        const pages = readPages((limit, last: AuditEvent | undefined) =>
          db
            .select()
            .from(auditEvents)
            .where(
              and(
                eq(auditEvents.ownerId, ownerId),
                eq(auditEvents.actorId, userId),
                last && gt(auditEvents.sequence, last.sequence),
              ),
            )
            .orderBy(asc(auditEvents.sequence))
            .limit(limit),
        );
        for await (const page of pages)
          yield page.map(({ ownerId: organization, hash: _hash, ...event }) => ({
            organizationId: organization,
            ...event,
          }));
      }
    },
  };
}

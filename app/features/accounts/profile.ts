/** What a person sees and changes of their own account, and the export of everything stored about them. */
import { asc, eq } from 'drizzle-orm';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import { transact } from '../../platform/database/retry.ts';
import type { RequestOrigin } from '../../platform/http/caller.ts';
import type { Audit } from '../audit/audit.ts';
import type { Email } from '../email/email.ts';
import type { UserCaller } from './authentication.ts';
import type { Callers } from './callers.ts';
import { knownDevices, oneTimeTokens, sessions, users } from './schema.ts';
import { presentUser, type User, type Users } from './users.ts';

export interface Profile {
  /** Changes what is given. */
  update(caller: UserCaller, change: { name?: string | null; locale?: string }, origin: RequestOrigin): Promise<User>;
  /** Everything stored about the caller (GDPR article 15 and 20), without secrets. */
  export(caller: UserCaller, origin: RequestOrigin): Promise<Record<string, unknown>>;
}

export interface ProfileOptions {
  db: Database;
  clock: Clock;
  users: Users;
  callers: Callers;
  audit: Audit;
  email: Pick<Email, 'exportFor'>;
  followers: { exportFor(userId: string): Promise<Record<string, unknown>> };
}

export function createProfile({
  db,
  clock,
  users: userStore,
  callers,
  audit,
  email,
  followers,
}: ProfileOptions): Profile {
  return {
    async update(caller, change, origin) {
      return transact(db, async (tx) => {
        const before = await callers.lock(tx, caller, 'update');
        const [user] = await tx
          .update(users)
          .set({ ...change, updatedAt: clock.now() })
          .where(eq(users.id, caller.userId))
          .returning();
        const changed = (['name', 'locale'] as const).filter((field) => before[field] !== user![field]);
        if (changed.length > 0) {
          const pick = (row: User) => Object.fromEntries(changed.map((field) => [field, row[field]]));
          const details = { before: pick(before), after: pick(user!) };
          const actor = { type: 'user', id: caller.userId } as const;
          await audit.append(tx, { ownerId: caller.userId, action: 'user.updated', actor, origin, details });
        }
        return user!;
      });
    },

    async export(caller, origin) {
      const { userId } = caller;
      const user = await userStore.require(userId);
      const actor = { type: 'user', id: userId } as const;
      await audit.append(db, { ownerId: userId, action: 'user.exported', actor, origin });
      const [ownSessions, links, devices, emails, auditEvents, elsewhere] = await Promise.all([
        db.select().from(sessions).where(eq(sessions.userId, userId)).orderBy(asc(sessions.createdAt)),
        db.select().from(oneTimeTokens).where(eq(oneTimeTokens.userId, userId)),
        db.select().from(knownDevices).where(eq(knownDevices.userId, userId)),
        email.exportFor(userId),
        audit.all(userId),
        followers.exportFor(userId),
      ]);
      return {
        exportedAt: clock.now().toISOString(),
        user: {
          ...presentUser(user),
          emailVerifiedAt: user.emailVerifiedAt?.toISOString() ?? null,
          hasPassword: user.passwordHash !== null,
        },
        sessions: ownSessions.map(({ secret: _secret, userId: _userId, ...session }) => session),
        openLinks: links.map(({ purpose, address, createdAt, expiresAt }) => ({
          purpose,
          address,
          createdAt,
          expiresAt,
        })),
        knownDevices: devices.map(({ lastSeenAt }) => ({ lastSeenAt })),
        emails,
        ...elsewhere,
        auditEvents: auditEvents.map(({ hash, ownerId: _ownerId, ...event }) => ({
          ...event,
          hash: hash.toString('hex'),
        })),
      };
    },
  };
}

/** The account as its owner sees and changes it, and the export of everything stored about them. */
import { and, asc, eq, gt, sql } from 'drizzle-orm';
import type { Clock } from '../../platform/clock.ts';
import { readPages } from '../../platform/database/batches.ts';
import type { Database } from '../../platform/database/database.ts';
import { transact } from '../../platform/database/retry.ts';
import type { RequestOrigin } from '../../platform/http/caller.ts';
import { httpErrors } from '../../platform/http/errors.ts';
import type { Audit } from '../audit/audit.ts';
import type { Email } from '../email/email.ts';
import type { UserCaller } from './authentication.ts';
import type { Callers } from './callers.ts';
import { devices } from './devices/schema.ts';
import type { AccountLimits } from './limits.ts';
import { canonicalLocale } from './locales.ts';
import { knownDevices, oneTimeTokens, sessions, users } from './schema.ts';
import { announceUser, presentUser, type User, type Users } from './users.ts';

export interface Profile {
  /** Changes what is given. @throws `rate_limited` */
  update(caller: UserCaller, change: { name?: string | null; locale?: string }, origin: RequestOrigin): Promise<User>;
  /**
   * Everything stored about the caller (GDPR article 15 and 20), without secrets. What may be many rows is read while it is iterated, in
   * batches.
   * @throws `rate_limited`
   */
  export(caller: UserCaller, origin: RequestOrigin): Promise<Record<string, unknown>>;
}

export interface ProfileOptions {
  db: Database;
  clock: Clock;
  users: Users;
  callers: Callers;
  audit: Audit;
  email: Pick<Email, 'exportFor'>;
  limits: Pick<AccountLimits, 'profileChanges' | 'exports'>;
  /** The data about second factors, by name. */
  exportFactors(userId: string): Record<string, unknown>;
  followers: { exportFor(userId: string): Record<string, unknown> };
}

export function createProfile(options: ProfileOptions): Profile {
  const { db, clock, users: userStore, callers, limits, audit, email, followers } = options;

  async function* sessionsOf(userId: string) {
    const pages = readPages((limit, last: typeof sessions.$inferSelect | undefined) =>
      db
        .select()
        .from(sessions)
        .where(and(eq(sessions.userId, userId), last && gt(sessions.id, last.id)))
        .orderBy(asc(sessions.id))
        .limit(limit),
    );
    for await (const page of pages) yield page.map(({ secret: _secret, userId: _userId, ...session }) => session);
  }

  async function* linksOf(userId: string) {
    const pages = readPages((limit, last: typeof oneTimeTokens.$inferSelect | undefined) =>
      db
        .select()
        .from(oneTimeTokens)
        .where(and(eq(oneTimeTokens.userId, userId), last && gt(oneTimeTokens.hash, last.hash)))
        .orderBy(asc(oneTimeTokens.hash))
        .limit(limit),
    );
    for await (const page of pages) yield page.map(({ userId: _userId, hash: _hash, ...link }) => link);
  }

  async function* devicesOf(userId: string) {
    const pages = readPages((limit, last: typeof devices.$inferSelect | undefined) =>
      db
        .select()
        .from(devices)
        .where(and(eq(devices.userId, userId), last && gt(devices.id, last.id)))
        .orderBy(asc(devices.id))
        .limit(limit),
    );
    for await (const page of pages) yield page.map(({ userId: _userId, hash: _hash, ...device }) => device);
  }

  async function* formerDevicesOf(userId: string) {
    const { network, userAgent } = knownDevices;
    const pages = readPages((limit, last: typeof knownDevices.$inferSelect | undefined) =>
      db
        .select()
        .from(knownDevices)
        .where(
          and(
            eq(knownDevices.userId, userId),
            last && sql`(${network}, ${userAgent}) > (${last.network}, ${last.userAgent})`,
          ),
        )
        .orderBy(asc(network), asc(userAgent))
        .limit(limit),
    );
    for await (const page of pages) yield page.map(({ lastSeenAt }) => ({ lastSeenAt }));
  }

  async function* eventsOf(userId: string) {
    for await (const events of audit.history(userId)) {
      yield events.map(({ hash, ownerId: _ownerId, ...event }) => ({ ...event, hash: hash.toString('hex') }));
    }
  }

  return {
    async update(caller, { name, locale: tag }, origin) {
      const locale = tag === undefined ? undefined : canonicalLocale(tag);
      if (tag !== undefined && locale === undefined) {
        const fault = { in: 'body', path: '/locale', message: 'is not a BCP 47 tag' };
        throw httpErrors.validation_failed({ detail: `locale ${fault.message}.`, extensions: { errors: [fault] } });
      }
      // Some generated clients cannot send null, so an empty name clears it too.
      const change = { ...(name !== undefined && { name: name || null }), ...(locale !== undefined && { locale }) };
      await limits.profileChanges.consume(caller.userId);
      return transact(db, async (tx) => {
        const before = await callers.lock(tx, caller, 'update');
        const [user] = await tx
          .update(users)
          .set({ ...change, updatedAt: clock.now() })
          .where(eq(users.id, caller.userId))
          .returning();
        announceUser(tx, caller.userId);
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
      await limits.exports.consume(userId);
      const user = await userStore.require(userId);
      const actor = { type: 'user', id: userId } as const;
      await transact(db, (tx) => audit.append(tx, { ownerId: userId, action: 'user.exported', actor, origin }));
      return {
        exportedAt: clock.now().toISOString(),
        user: {
          ...presentUser(user),
          emailVerifiedAt: user.emailVerifiedAt?.toISOString() ?? null,
          hasPassword: user.passwordHash !== null,
        },
        sessions: sessionsOf(userId),
        openLinks: linksOf(userId),
        devices: devicesOf(userId),
        knownDevices: formerDevicesOf(userId),
        ...options.exportFactors(userId),
        emails: email.exportFor(userId, user.email),
        ...followers.exportFor(userId),
        auditEvents: eventsOf(userId),
      };
    },
  };
}

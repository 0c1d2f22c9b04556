/** Deleting an account: closed at once, restorable for two weeks by an emailed link, then purged. */
import { and, asc, eq, isNotNull, lte, sql } from 'drizzle-orm';
import { attemptEach } from '../../platform/attempts.ts';
import { after, type Clock } from '../../platform/clock.ts';
import { readPages, removeRows } from '../../platform/database/batches.ts';
import type { Database, Transaction } from '../../platform/database/database.ts';
import { transact } from '../../platform/database/retry.ts';
import type { RequestOrigin } from '../../platform/http/caller.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import type { Metrics } from '../../platform/telemetry/metrics.ts';
import type { Audit } from '../audit/audit.ts';
import { auditEvents } from '../audit/schema.ts';
import type { Email } from '../email/email.ts';
import type { UserCaller } from './authentication.ts';
import type { Callers } from './callers.ts';
import { devices } from './devices/schema.ts';
import { accountErrors } from './errors.ts';
import { signInChallenges } from './factors/schema.ts';
import type { AccountFollowers } from './followers.ts';
import type { InactiveAccounts } from './inactive-accounts.ts';
import { type OneTimeTokens, TOKEN_LIFETIMES_MS } from './one-time-tokens.ts';
import { usedPasskeyChallenges } from './passkeys/schema.ts';
import { keyOf } from './registration.ts';
import { emailAddresses, knownDevices, oneTimeTokens, sessions as sessionTable, users } from './schema.ts';
import type { Sessions } from './sessions.ts';
import { announceUser, deleteUsers, type User } from './users.ts';

export interface Deletion {
  /** Closes the caller's account and ends every session. @throws as `Callers.confirm` */
  request(caller: UserCaller, password: string | undefined, origin: RequestOrigin): Promise<void>;
  /** Opens it again by the emailed token, but for a suspension. @throws `invalid_token`, `token_expired` */
  restore(token: string, origin: RequestOrigin): Promise<void>;
  /**
   * Removes accounts whose time is over, with everything about them. One that fails is logged, and does not keep the others.
   * @returns how many
   * @throws Error at the end where some failed; they are still due
   */
  purge(): Promise<number>;
}

export interface DeletionOptions {
  db: Database;
  clock: Clock;
  callers: Callers;
  sessions: Sessions;
  tokens: OneTimeTokens;
  inactiveAccounts: InactiveAccounts;
  audit: Audit;
  email: Pick<Email, 'sendEmail' | 'forget'>;
  metrics: Metrics;
  logger: Logger;
  appUrl: string;
  followers: Pick<AccountFollowers, 'deletionRequested' | 'closed' | 'reopened' | 'purging'>;
}

export function createDeletion(options: DeletionOptions): Deletion {
  const { db, clock, sessions, tokens, audit, email, metrics, logger, appUrl } = options;

  async function mailUndo(tx: Transaction, user: User, purgeAt: Date): Promise<void> {
    const token = await tokens.issue(tx, user.id, 'restore_user');
    await email.sendEmail(tx, {
      template: 'account-deletion-scheduled',
      to: user.email,
      locale: user.locale,
      userId: user.id,
      key: `deletion:${keyOf(token)}`,
      data: { name: user.name, deletesAt: purgeAt.toISOString(), url: `${appUrl}/restore-account?token=${token}` },
    });
  }

  const dueUsers = () =>
    readPages((limit, last: Pick<User, 'id' | 'purgeAt'> | undefined) =>
      db
        .select({ id: users.id, purgeAt: users.purgeAt })
        .from(users)
        .where(
          and(
            lte(users.purgeAt, clock.now()),
            last && sql`(${users.purgeAt}, ${users.id}) > (${last.purgeAt}, ${last.id})`,
          ),
        )
        .orderBy(asc(users.purgeAt), asc(users.id))
        .limit(limit),
    );

  /**
   * Each step is a short transaction, or many, and finds what the ones before have left: after a crash the next run goes on where this one
   * stopped. The user's row goes last; until then the account is due.
   */
  async function purgeUser({ id }: Pick<User, 'id'>): Promise<boolean> {
    if (!(await giveUp(id))) return false;
    const addresses = await addressesOf(id);
    await options.followers.purging(id, addresses);
    await removeRows(db, { from: sessionTable, where: eq(sessionTable.userId, id), by: sessionTable.id });
    await removeRows(db, { from: knownDevices, where: eq(knownDevices.userId, id), by: knownDevices.network });
    await removeRows(db, { from: devices, where: eq(devices.userId, id), by: devices.id });
    const { hash } = usedPasskeyChallenges;
    await removeRows(db, { from: usedPasskeyChallenges, where: eq(usedPasskeyChallenges.userId, id), by: hash });
    await removeRows(db, { from: signInChallenges, where: eq(signInChallenges.userId, id), by: signInChallenges.hash });
    await removeRows(db, { from: oneTimeTokens, where: eq(oneTimeTokens.userId, id), by: oneTimeTokens.hash });
    await email.forget(id, addresses);
    await audit.forgetAddresses(addresses);
    await audit.shorten(id);
    return transact(db, async (tx) => {
      const gone = await deleteUsers(tx, eq(users.id, id));
      // Deletes what was recorded meanwhile. Nothing can be recorded after this, because recording locks the user's row.
      await audit.forget(tx, id);
      return gone.length > 0;
    });
  }

  /** The address of a user and those that the user had before, but for those that belong to somebody else now. */
  async function addressesOf(id: string): Promise<string[]> {
    const { rows } = await db.execute<{ address: string }>(sql`
      with own as (
        select ${users.email} as address from ${users} where ${users.id} = ${id}
        union select ${auditEvents.details} ->> 'before' from ${auditEvents}
          where ${auditEvents.ownerId} = ${id} and ${auditEvents.action} = any(array['email.changed', 'email.change_reverted'])
      )
      select address from own where address is not null and not exists (
        select from ${emailAddresses} where ${emailAddresses.address} = own.address and ${emailAddresses.userId} <> ${id})`);
    return rows.map(({ address }) => address);
  }

  /** The point of no return: from here on no link opens the account again. @returns whether the account is due */
  function giveUp(id: string): Promise<boolean> {
    return transact(db, async (tx) => {
      // Again under the row's lock: it may have been restored meanwhile.
      const isDue = and(eq(users.id, id), lte(users.purgeAt, clock.now()));
      const [due] = await tx.select({ id: users.id }).from(users).where(isDue).for('update');
      if (!due) return false;
      await tokens.revoke(tx, id, 'restore_user', 'revert_email');
      return true;
    });
  }

  return {
    async request(caller, password, origin) {
      const confirmed = await options.callers.confirm(caller, password);
      await transact(db, async (tx) => {
        // This locks organizations, which must be locked before the account.
        await options.followers.deletionRequested(tx, caller.userId);
        const user = await confirmed.lock(tx);
        const now = clock.now();
        const purgeAt = after(now, TOKEN_LIFETIMES_MS.restore_user);
        await tx.update(users).set({ purgeAt, updatedAt: now }).where(eq(users.id, user.id));
        announceUser(tx, user.id);
        const ended = await sessions.end(tx, user.id, 'deleted');
        await tokens.revoke(tx, user.id, 'reset_password', 'change_email');
        const actor = { type: 'user', id: user.id } as const;
        const cause = 'user.deletion_requested';
        const details = { endedSessions: ended.length };
        await audit.append(tx, { ownerId: user.id, action: cause, actor, origin, details });
        await options.followers.closed(tx, { userId: user.id, cause, actor, origin });
        await mailUndo(tx, user, purgeAt);
      });
      metrics.auth_events_total.inc({ event: 'deletion', outcome: 'success' });
    },

    async restore(token, origin) {
      await transact(db, async (tx) => {
        const { userId } = await tokens.redeem(tx, token, ['restore_user']);
        const [user] = await tx
          .update(users)
          .set({ purgeAt: null, updatedAt: clock.now() })
          .where(and(eq(users.id, userId), isNotNull(users.purgeAt)))
          .returning();
        if (!user) throw accountErrors.invalid_token();
        announceUser(tx, user.id);
        const actor = { type: 'user', id: user.id } as const;
        await audit.append(tx, { ownerId: user.id, action: 'user.restored', actor, origin });
        const reopening = { userId: user.id, cause: 'user.restored', actor, origin } as const;
        if (!user.suspendedAt) await options.followers.reopened(tx, reopening);
        if (await options.inactiveAccounts.mailOwner(tx, user)) return;
        await email.sendEmail(tx, {
          template: 'account-restored',
          to: user.email,
          locale: user.locale,
          userId: user.id,
          key: `restored:${keyOf(token)}`,
          data: { name: user.name, url: `${appUrl}/sign-in` },
        });
      });
    },

    purge: () =>
      attemptEach(dueUsers(), purgeUser, ({ id }, err) =>
        logger.warn({ err, userId: id }, 'an account was not purged'),
      ),
  };
}

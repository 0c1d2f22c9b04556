/** Changing the address: the new one confirms, then the old one is told and can revert for seven days. */
import { and, eq, isNull } from 'drizzle-orm';
import { type Clock, DAY_MS, HOUR_MS } from '../../platform/clock.ts';
import type { Database, Transaction } from '../../platform/database/database.ts';
import { transact } from '../../platform/database/retry.ts';
import type { RequestOrigin } from '../../platform/http/caller.ts';
import { sha256 } from '../../platform/security/random.ts';
import { addressBlock } from '../../platform/security/rate-limits.ts';
import type { Metrics } from '../../platform/telemetry/metrics.ts';
import type { Audit, AuditAction } from '../audit/audit.ts';
import { type Email, parseAddress } from '../email/email.ts';
import type { AlreadyRegistered } from './already-registered.ts';
import type { UserCaller } from './authentication.ts';
import type { Callers } from './callers.ts';
import { accountErrors } from './errors.ts';
import type { AccountFollowers } from './followers.ts';
import type { AccountLimits } from './limits.ts';
import { type OneTimeTokens, TOKEN_LIFETIMES_MS } from './one-time-tokens.ts';
import { emailAddresses, users } from './schema.ts';
import type { Sessions } from './sessions.ts';
import { announceUser, deleteUsers, isActive, type User, type Users } from './users.ts';

export interface EmailChanges {
  /**
   * Emails a link to the new address. Silent about whether the address is taken: its owner is told instead.
   * @throws `invalid_email`, `email_unchanged`, `password_incorrect`, `rate_limited`
   */
  request(caller: UserCaller, email: string, password: string | undefined, origin: RequestOrigin): Promise<void>;
  /** Makes a confirmed address the user's, and tells the old one how to revert. @throws `email_taken` */
  apply(tx: Transaction, user: User, address: string, origin: RequestOrigin): Promise<void>;
  /**
   * Brings an old address back by its emailed token, ends every session and voids the password: whoever changed the address knew it.
   * @throws `invalid_token`, `token_expired`, `email_taken`
   */
  revert(token: string, origin: RequestOrigin): Promise<void>;
}

export interface EmailChangesOptions {
  db: Database;
  clock: Clock;
  users: Users;
  callers: Callers;
  sessions: Sessions;
  limits: AccountLimits;
  tokens: OneTimeTokens;
  alreadyRegistered: Pick<AlreadyRegistered, 'tellOwner'>;
  audit: Audit;
  email: Pick<Email, 'sendEmail'>;
  metrics: Metrics;
  appUrl: string;
  followers: Pick<AccountFollowers, 'reopened'>;
}

export function createEmailChanges(options: EmailChangesOptions): EmailChanges {
  const { db, clock, tokens, audit, email, metrics, appUrl } = options;

  /** Moves the user's claim from one address to another. @throws `email_taken` */
  async function move(tx: Transaction, user: User, address: string): Promise<void> {
    const now = clock.now();
    const claim = { address, userId: user.id, verifiedAt: now };
    const existing = await options.users.findByAddress(tx, address);
    if (existing && existing.id !== user.id) {
      // A provisional registration gives way: the emailed token has just proved whose the address is. One that is being verified at
      // this moment does not.
      const provisional = and(eq(users.id, existing.id), isNull(users.emailVerifiedAt));
      const gone = await deleteUsers(tx, provisional);
      if (gone.length === 0) throw accountErrors.email_taken();
      await audit.forget(tx, existing.id);
    }
    const [claimed] = await tx.insert(emailAddresses).values(claim).onConflictDoNothing().returning();
    if (!claimed) throw accountErrors.email_taken();
    await tx
      .delete(emailAddresses)
      .where(and(eq(emailAddresses.address, user.email), eq(emailAddresses.userId, user.id)));
    await tx.update(users).set({ email: address, updatedAt: now }).where(eq(users.id, user.id));
    announceUser(tx, user.id);
  }

  async function record(tx: Transaction, user: User, action: AuditAction, address: string, origin: RequestOrigin) {
    const details = { before: user.email, after: address };
    await audit.append(tx, { ownerId: user.id, action, actor: { type: 'user', id: user.id }, origin, details });
  }

  /** Takes away what someone who changed the address may hold: the password, sessions, links, the wish to delete the account. */
  async function disown(tx: Transaction, user: User, since: Date, origin: RequestOrigin): Promise<void> {
    await tokens.revoke(tx, user.id, 'reset_password', 'change_email', 'restore_user');
    // Earlier addresses keep their link: a thief may have moved on twice, and reverted the second move himself.
    await tokens.revokeSince(tx, user.id, 'revert_email', since);
    await tx
      .update(users)
      .set({ passwordHash: null, purgeAt: null, updatedAt: clock.now() })
      .where(eq(users.id, user.id));
    announceUser(tx, user.id);
    const ended = await options.sessions.end(tx, user.id, 'email_reverted');
    const actor = { type: 'user', id: user.id } as const;
    if (user.passwordHash) {
      const details = { endedSessions: ended.length };
      await audit.append(tx, { ownerId: user.id, action: 'password.voided', actor, origin, details });
    }
    if (!user.purgeAt) return;
    const cause = 'user.restored';
    await audit.append(tx, { ownerId: user.id, action: cause, actor, origin });
    if (!user.suspendedAt) await options.followers.reopened(tx, { userId: user.id, cause, actor, origin });
  }

  return {
    async request(caller, text, password, origin) {
      const address = parseAddress(text);
      if (!address) throw accountErrors.invalid_email();
      const confirmed = await options.callers.confirm(caller, password);
      if (address === confirmed.user.email) throw accountErrors.email_unchanged();
      await options.limits.mailsFrom.consume(addressBlock(origin.ipAddress ?? ''));
      await options.limits.mailsToAddress.consume(address);
      await transact(db, async (tx) => {
        // Under the lock that a password reset takes, so that no link that was requested with the old password survives the reset.
        const user = await confirmed.lock(tx);
        if (await tokens.isFresh(tx, user.id, 'change_email', address)) return;
        const token = await tokens.issue(tx, user.id, 'change_email', { address });
        const actor = { type: 'user', id: user.id } as const;
        await audit.append(tx, {
          ownerId: user.id,
          action: 'email.change_requested',
          actor,
          origin,
          details: { address },
        });
        const owner = await options.users.findByAddress(tx, address);
        if (owner?.emailVerifiedAt) {
          await options.alreadyRegistered.tellOwner(tx, address, origin);
        } else {
          await email.sendEmail(tx, {
            template: 'email-change-confirm',
            to: address,
            locale: user.locale,
            userId: user.id,
            key: `email-change:${sha256(token).toString('base64url')}`,
            data: {
              name: user.name,
              newEmail: address,
              url: `${appUrl}/verify-email?token=${token}`,
              expiresInHours: TOKEN_LIFETIMES_MS.change_email / HOUR_MS,
            },
          });
        }
      });
    },

    async apply(tx, user, address, origin) {
      // A suspended person must not carry the account off to an address where it is opened again.
      if (!isActive(user)) throw accountErrors.invalid_token();
      await move(tx, user, address);
      // Links that went to the address before are void.
      await tokens.revoke(tx, user.id, 'reset_password', 'change_email');
      await record(tx, user, 'email.changed', address, origin);
      const token = await tokens.issue(tx, user.id, 'revert_email', { address: user.email });
      await email.sendEmail(tx, {
        template: 'email-changed',
        to: user.email,
        locale: user.locale,
        userId: user.id,
        key: `email-changed:${sha256(token).toString('base64url')}`,
        data: {
          name: user.name,
          newEmail: address,
          at: clock.now().toISOString(),
          url: `${appUrl}/revert-email-change?token=${token}`,
          expiresInDays: TOKEN_LIFETIMES_MS.revert_email / DAY_MS,
        },
      });
      metrics.auth_events_total.inc({ event: 'email_change', outcome: 'success' });
    },

    async revert(token, origin) {
      await transact(db, async (tx) => {
        const { userId, address, createdAt } = await tokens.redeem(tx, token, ['revert_email']);
        const user = await options.users.lock(tx, userId);
        if (!user || !address) throw accountErrors.invalid_token();
        if (user.email !== address) await move(tx, user, address);
        await disown(tx, user, createdAt, origin);
        await record(tx, user, 'email.change_reverted', address, origin);
      });
      metrics.auth_events_total.inc({ event: 'email_change', outcome: 'replayed' });
    },
  };
}

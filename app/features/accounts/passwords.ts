/** Changing a password, and resetting a forgotten one by an emailed link. Not here: what a good password is (`password-policy.ts`). */
import { eq } from 'drizzle-orm';
import { type Clock, MINUTE_MS } from '../../platform/clock.ts';
import type { Database, Transaction } from '../../platform/database/database.ts';
import { transact } from '../../platform/database/retry.ts';
import type { RequestOrigin } from '../../platform/http/caller.ts';
import type { PasswordHasher } from '../../platform/security/password-hashing.ts';
import { newId } from '../../platform/security/random.ts';
import type { Metrics } from '../../platform/telemetry/metrics.ts';
import type { Audit, AuditAction } from '../audit/audit.ts';
import type { Email } from '../email/email.ts';
import type { UserCaller } from './authentication.ts';
import type { Callers } from './callers.ts';
import { accountErrors } from './errors.ts';
import type { InactiveAccounts } from './inactive-accounts.ts';
import { type OneTimeTokens, TOKEN_LIFETIMES_MS } from './one-time-tokens.ts';
import { normalizePassword, type PasswordPolicy } from './password-policy.ts';
import { keyOf, type Registration } from './registration.ts';
import { type SessionEnd, users } from './schema.ts';
import type { Sessions } from './sessions.ts';
import { announceUser, isActive, type User, type Users } from './users.ts';

export interface Passwords {
  /** Ends all other sessions and emails a notice. @throws as `Callers.confirm`; `weak_password` */
  change(caller: UserCaller, current: string | undefined, next: string, origin: RequestOrigin): Promise<void>;
  /** Emails a link, if the address has an account, or how to get into one that is not open. A job runs it, so that the caller cannot tell. */
  requestReset(address: string, origin: RequestOrigin): Promise<void>;
  /** Sets a new password by an emailed token and ends every session. @throws `invalid_token`, `token_expired`, `weak_password` */
  reset(token: string, password: string, origin: RequestOrigin): Promise<void>;
}

export interface PasswordsOptions {
  db: Database;
  clock: Clock;
  users: Users;
  callers: Callers;
  sessions: Sessions;
  registration: Pick<Registration, 'markVerified'>;
  hasher: PasswordHasher;
  policy: PasswordPolicy;
  tokens: OneTimeTokens;
  inactiveAccounts: InactiveAccounts;
  audit: Audit;
  email: Pick<Email, 'sendEmail'>;
  metrics: Metrics;
  appUrl: string;
}

export function createPasswords(options: PasswordsOptions): Passwords {
  const { db, clock, hasher, policy, tokens, audit, email, metrics, appUrl } = options;

  /** Stores the new hash; what must follow from it follows in the same transaction. */
  async function store(
    tx: Transaction,
    user: User,
    passwordHash: string,
    change: { action: AuditAction; reason: SessionEnd; except?: string; origin: RequestOrigin },
  ): Promise<void> {
    const now = clock.now();
    await tx.update(users).set({ passwordHash, updatedAt: now }).where(eq(users.id, user.id));
    announceUser(tx, user.id);
    // Links that someone else who knew the password may have asked for are void, to a new address above all.
    await tokens.revoke(tx, user.id, 'reset_password', 'change_email');
    const ended = await options.sessions.end(
      tx,
      user.id,
      change.reason,
      change.except === undefined ? {} : { except: change.except },
    );
    const actor = { type: 'user', id: user.id } as const;
    const details = { endedSessions: ended.length };
    await audit.append(tx, { ownerId: user.id, action: change.action, actor, origin: change.origin, details });
    await email.sendEmail(tx, {
      template: 'password-changed',
      to: user.email,
      locale: user.locale,
      userId: user.id,
      key: `password-changed:${newId()}`,
      data: { name: user.name, at: now.toISOString(), url: `${appUrl}/forgot-password` },
    });
  }

  return {
    async change(caller, current, next, origin) {
      const confirmed = await options.callers.confirm(caller, current);
      const password = normalizePassword(next);
      await policy.check(password, confirmed.user.email);
      const passwordHash = await hasher.hash(password);
      await transact(db, async (tx) => {
        const user = await confirmed.lock(tx);
        const { sessionId: except } = caller;
        await store(tx, user, passwordHash, { action: 'password.changed', reason: 'password_changed', except, origin });
      });
      metrics.auth_events_total.inc({ event: 'password_change', outcome: 'success' });
    },

    async requestReset(address, origin) {
      await transact(db, async (tx) => {
        const user = await options.users.findByAddress(tx, address);
        if (!user || (await options.inactiveAccounts.mailOwner(tx, user))) return;
        if (await tokens.isFresh(tx, user.id, 'reset_password')) return;
        const token = await tokens.issue(tx, user.id, 'reset_password');
        await audit.append(tx, {
          ownerId: user.id,
          action: 'password.reset_requested',
          actor: { type: 'anonymous' },
          origin,
        });
        await email.sendEmail(tx, {
          template: 'password-reset',
          to: user.email,
          locale: user.locale,
          userId: user.id,
          key: `password-reset:${keyOf(token)}`,
          data: {
            name: user.name,
            url: `${appUrl}/reset-password?token=${token}`,
            expiresInMinutes: TOKEN_LIFETIMES_MS.reset_password / MINUTE_MS,
          },
        });
      });
    },

    async reset(token, text, origin) {
      const password = normalizePassword(text);
      // The work of hashing is spent on genuine tokens only, and the token is used up only by a password that is accepted.
      const user = await peek(token);
      await policy.check(password, user.email);
      const passwordHash = await hasher.hash(password);
      await transact(db, async (tx) => {
        await tokens.redeem(tx, token, ['reset_password']);
        const locked = await options.users.lock(tx, user.id);
        if (!locked || !isActive(locked)) throw accountErrors.invalid_token();
        // The link came by email, so it proves the address as well.
        await options.registration.markVerified(tx, locked);
        await store(tx, locked, passwordHash, { action: 'password.reset', reason: 'password_reset', origin });
      });
      metrics.auth_events_total.inc({ event: 'password_reset', outcome: 'success' });
    },
  };

  /** Finds the user of a token, without using it up. */
  async function peek(token: string): Promise<User> {
    const { userId } = await tokens.find(db, token, ['reset_password']);
    const user = await options.users.find(userId);
    if (!user || !isActive(user)) throw accountErrors.invalid_token();
    return user;
  }
}

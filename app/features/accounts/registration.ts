/**
 * Registration: an address is claimed by verifying it. Until then the next registration for the address replaces the one before,
 * password and all, and a link verifies only the registration it was mailed for (no pre-hijacking).
 */
import { and, eq, isNull, ne } from 'drizzle-orm';
import { type Clock, HOUR_MS } from '../../platform/clock.ts';
import type { Database, Transaction } from '../../platform/database/database.ts';
import { transact } from '../../platform/database/retry.ts';
import type { RequestOrigin } from '../../platform/http/caller.ts';
import type { PasswordHasher } from '../../platform/security/password-hashing.ts';
import { newId, sha256 } from '../../platform/security/random.ts';
import { addressBlock } from '../../platform/security/rate-limits.ts';
import type { Metrics } from '../../platform/telemetry/metrics.ts';
import type { Audit } from '../audit/audit.ts';
import { type Email, parseAddress } from '../email/email.ts';
import type { EmailChanges } from './email-changes.ts';
import { accountErrors } from './errors.ts';
import type { AccountLimits } from './limits.ts';
import { canonicalLocale } from './locales.ts';
import { type OneTimeTokens, TOKEN_LIFETIMES_MS } from './one-time-tokens.ts';
import { normalizePassword, type PasswordPolicy } from './password-policy.ts';
import { emailAddresses, users } from './schema.ts';
import type { User, Users } from './users.ts';

export interface RegistrationRequest {
  email: string;
  password: string;
  name?: string | undefined;
  locale?: string | undefined;
}

/** A user who is not stored yet. */
export type NewUser = User;

export interface Registration {
  /**
   * Stores a registration and mails its link; where the address is taken, mails its owner instead. The caller cannot tell which:
   * the same statements run, and the same answer follows.
   * @throws `invalid_email`, `weak_password`, `rate_limited`, `overloaded`
   */
  register(request: RegistrationRequest, origin: RequestOrigin): Promise<void>;
  /**
   * Checks a registration whose address is proven already, and hashes its password.
   * @throws `invalid_email`, `weak_password`, `rate_limited`, `overloaded`
   */
  prepare(request: RegistrationRequest, origin: RequestOrigin): Promise<NewUser>;
  /** Stores it, confirmed. A registration for the address that was never confirmed gives way. @throws `email_taken` */
  registerProven(tx: Transaction, user: NewUser, origin: RequestOrigin): Promise<User>;
  /** Uses a mailed token up: verifies a registration, or confirms a change of address. @throws `invalid_token`, `token_expired`, `email_taken` */
  confirm(token: string, origin: RequestOrigin): Promise<void>;
  /** Marks a user's address as verified: what a token, or an operator, does. @returns whether it was not before */
  markVerified(tx: Transaction, user: User): Promise<boolean>;
  /** Mails the link again, if the address has a registration that is not verified. */
  resend(address: string): Promise<void>;
}

export interface RegistrationOptions {
  db: Database;
  clock: Clock;
  users: Users;
  hasher: PasswordHasher;
  policy: PasswordPolicy;
  limits: AccountLimits;
  tokens: OneTimeTokens;
  emailChanges: EmailChanges;
  audit: Audit;
  email: Pick<Email, 'sendEmail'>;
  metrics: Metrics;
  appUrl: string;
  /** Runs in the transaction that verifies a user for the first time; later features hang on here. */
  onVerified: (tx: Transaction, user: User) => Promise<void>;
}

const VERIFICATION_HOURS = TOKEN_LIFETIMES_MS.verify_email / HOUR_MS;

export function createRegistration(options: RegistrationOptions): Registration {
  const { db, clock, hasher, policy, limits, tokens, audit, email, metrics, appUrl } = options;

  async function mailLink(tx: Transaction, user: Pick<User, 'id' | 'email' | 'name' | 'locale'>, token: string) {
    await email.sendEmail(tx, {
      template: 'verify-email',
      to: user.email,
      locale: user.locale,
      userId: user.id,
      key: `verify-email:${keyOf(token)}`,
      data: { name: user.name, url: `${appUrl}/verify-email?token=${token}`, expiresInHours: VERIFICATION_HOURS },
    });
  }

  async function mailOwner(tx: Transaction, owner: User) {
    await email.sendEmail(tx, {
      template: 'already-registered',
      to: owner.email,
      locale: owner.locale,
      userId: owner.id,
      key: `already-registered:${newId()}`,
      data: { name: owner.name, url: `${appUrl}/sign-in` },
    });
  }

  /** Claims the address for a new user, in place of a registration that was never verified. @throws TakenError */
  async function claim(tx: Transaction, user: NewUser, origin: RequestOrigin): Promise<string> {
    await tx.insert(users).values(user);
    const token = await tokens.issue(tx, user.id, 'verify_email');
    const actor = { type: 'user', id: user.id } as const;
    await audit.append(tx, {
      ownerId: user.id,
      action: 'user.registered',
      actor,
      target: { type: 'user', id: user.id },
      origin,
    });
    const [claimed] = await tx
      .insert(emailAddresses)
      .values({ address: user.email, userId: user.id, verifiedAt: null })
      .onConflictDoUpdate({
        target: emailAddresses.address,
        set: { userId: user.id },
        setWhere: isNull(emailAddresses.verifiedAt),
      })
      .returning();
    if (!claimed) throw new TakenError();
    const replaced = and(eq(users.email, user.email), ne(users.id, user.id), isNull(users.emailVerifiedAt));
    for (const { id } of await tx.delete(users).where(replaced).returning({ id: users.id })) await audit.forget(tx, id);
    return token;
  }

  function draft({ email: address, name, locale }: Omit<RegistrationRequest, 'password'>, passwordHash: string): User {
    const now = clock.now();
    return {
      id: newId(),
      email: address,
      name: name || null,
      // A hint of the browser: one that cannot be used must not stop a registration.
      locale: canonicalLocale(locale ?? '') ?? 'en',
      passwordHash,
      emailVerifiedAt: null,
      suspendedAt: null,
      purgeAt: null,
      createdAt: now,
      updatedAt: now,
    };
  }

  return {
    async register(request, origin) {
      const address = parseAddress(request.email);
      if (!address) throw accountErrors.invalid_email();
      const password = normalizePassword(request.password);
      await policy.check(password, address);
      // The network first: one that is over its limit must not use up what an address has left.
      await limits.registrationsFrom.consume(addressBlock(origin.ipAddress ?? ''));
      await limits.mailsToAddress.consume(address);
      const passwordHash = await hasher.hash(password).catch(async (error) => {
        // A registration that could not be carried out costs nothing.
        const network = addressBlock(origin.ipAddress ?? '');
        await Promise.all([limits.registrationsFrom.refund(network), limits.mailsToAddress.refund(address)]);
        throw error;
      });

      const user = draft({ ...request, email: address }, passwordHash);
      await transact(db, async (tx) => {
        try {
          // A savepoint, so that both outcomes run the same statements.
          const token = await tx.transaction((attempt) => claim(attempt, user, origin));
          await mailLink(tx, user, token);
        } catch (error) {
          if (!(error instanceof TakenError)) throw error;
          const owner = await options.users.findByAddress(tx, address);
          if (owner) await mailOwner(tx, owner);
        }
      });
      metrics.auth_events_total.inc({ event: 'registration', outcome: 'success' });
    },

    async prepare(request, origin) {
      const address = parseAddress(request.email);
      if (!address) throw accountErrors.invalid_email();
      const password = normalizePassword(request.password);
      await policy.check(password, address);
      const network = addressBlock(origin.ipAddress ?? '');
      await limits.registrationsFrom.consume(network);
      const passwordHash = await hasher.hash(password).catch(async (error) => {
        await limits.registrationsFrom.refund(network);
        throw error;
      });
      return draft({ ...request, email: address }, passwordHash);
    },

    async registerProven(tx, user, origin) {
      await tx
        .transaction((attempt) => claim(attempt, user, origin))
        .catch((error) => {
          throw error instanceof TakenError ? accountErrors.email_taken() : error;
        });
      const stored = (await options.users.lock(tx, user.id))!;
      await this.markVerified(tx, stored);
      const actor = { type: 'user', id: user.id } as const;
      await audit.append(tx, { ownerId: user.id, action: 'user.email_verified', actor, origin });
      metrics.auth_events_total.inc({ event: 'registration', outcome: 'success' });
      return stored;
    },

    async confirm(token, origin) {
      await transact(db, async (tx) => {
        const redeemed = await tokens.redeem(tx, token, ['verify_email', 'change_email']);
        const user = await options.users.lock(tx, redeemed.userId);
        if (!user) throw accountErrors.invalid_token();
        if (redeemed.purpose === 'change_email') {
          await options.emailChanges.apply(tx, user, redeemed.address!, origin);
        } else if (await this.markVerified(tx, user)) {
          const actor = { type: 'user', id: user.id } as const;
          await audit.append(tx, { ownerId: user.id, action: 'user.email_verified', actor, origin });
        }
      });
      metrics.auth_events_total.inc({ event: 'verification', outcome: 'success' });
    },

    async markVerified(tx, user) {
      const now = clock.now();
      const [claimed] = await tx
        .update(emailAddresses)
        .set({ verifiedAt: now })
        .where(
          and(
            eq(emailAddresses.address, user.email),
            eq(emailAddresses.userId, user.id),
            isNull(emailAddresses.verifiedAt),
          ),
        )
        .returning();
      if (!claimed) return false;
      await tx.update(users).set({ emailVerifiedAt: now, updatedAt: now }).where(eq(users.id, user.id));
      await tokens.revoke(tx, user.id, 'verify_email');
      await options.onVerified(tx, { ...user, emailVerifiedAt: now });
      return true;
    },

    async resend(address) {
      await transact(db, async (tx) => {
        const user = await options.users.findByAddress(tx, address);
        if (!user || user.emailVerifiedAt) return;
        await mailLink(tx, user, await tokens.issue(tx, user.id, 'verify_email'));
      });
    },
  };
}

class TakenError extends Error {}

/** Names a token in the outbox without giving it away. */
export function keyOf(token: string): string {
  return sha256(token).toString('base64url').slice(0, 22);
}

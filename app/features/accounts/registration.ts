/**
 * Registration: an address is claimed by verifying it. Until then the next registration for the address replaces the one before,
 * password and all, and a link verifies only the registration it was emailed for (no pre-hijacking).
 */
import { and, eq, isNull, ne, sql } from 'drizzle-orm';
import { after, type Clock, HOUR_MS, SECOND_MS } from '../../platform/clock.ts';
import type { Database, Transaction } from '../../platform/database/database.ts';
import { transact } from '../../platform/database/retry.ts';
import type { RequestOrigin } from '../../platform/http/caller.ts';
import type { PasswordHasher } from '../../platform/security/password-hashing.ts';
import { newId, sha256 } from '../../platform/security/random.ts';
import { addressBlock } from '../../platform/security/rate-limits.ts';
import type { Metrics } from '../../platform/telemetry/metrics.ts';
import type { Audit } from '../audit/audit.ts';
import { type Email, parseAddress } from '../email/email.ts';
import type { AlreadyRegistered } from './already-registered.ts';
import type { EmailChanges } from './email-changes.ts';
import { accountErrors } from './errors.ts';
import type { InactiveAccounts } from './inactive-accounts.ts';
import type { AccountLimits } from './limits.ts';
import { canonicalLocale } from './locales.ts';
import { type OneTimeTokens, type RedeemedToken, TOKEN_LIFETIMES_MS } from './one-time-tokens.ts';
import { normalizePassword, type PasswordPolicy } from './password-policy.ts';
import { emailAddresses, users } from './schema.ts';
import { announceUser, type User, type Users } from './users.ts';

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
   * Stores a registration and emails its link; where the address is taken, emails its owner instead. The caller cannot tell which:
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
  /**
   * Uses an emailed token up: verifies a registration, or confirms a change of address. Repeating it changes nothing and succeeds.
   * @throws `invalid_token`, `token_expired`, `email_taken`
   */
  confirm(token: string, origin: RequestOrigin): Promise<void>;
  /** Marks a user's address as verified: what a token, or an operator, does. @returns whether it was not before */
  markVerified(tx: Transaction, user: User): Promise<boolean>;
  /** Emails the link again, if the address has a registration that is not verified; or how to get into an account that is not open. */
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
  alreadyRegistered: Pick<AlreadyRegistered, 'tellOwner'>;
  inactiveAccounts: InactiveAccounts;
  audit: Audit;
  email: Pick<Email, 'sendEmail'>;
  metrics: Metrics;
  appUrl: string;
  /** Runs in the transaction that verifies a user for the first time; later features hang on here. */
  onVerified: (tx: Transaction, user: User) => Promise<void>;
}

/** Within this time, the same registration again is taken for the same click. */
const SENT_TWICE_MS = 10 * SECOND_MS;
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

  /**
   * Claims the address for a new user, in place of a registration that was never verified.
   * @throws TakenError; JustRegisteredError unless `replacing` allows to replace one that was made a moment ago
   */
  async function claim(tx: Transaction, user: NewUser, origin: RequestOrigin, replacing: boolean): Promise<string> {
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
    // Locks the address, and says whose it is: the new user's, if it was free.
    const [holder] = await tx
      .insert(emailAddresses)
      .values({ address: user.email, userId: user.id, verifiedAt: null })
      .onConflictDoUpdate({ target: emailAddresses.address, set: { verifiedAt: sql`${emailAddresses.verifiedAt}` } })
      .returning();
    const { address, userId, verifiedAt } = emailAddresses;
    await tx
      .update(emailAddresses)
      .set({ userId: user.id })
      .where(and(eq(address, user.email), ne(userId, user.id), isNull(verifiedAt)));
    // The same statements for an address that is free, taken, or registered before: on a sharded PostgreSQL each visits one node. Nobody has a new id.
    const earlierId = holder!.userId === user.id ? newId() : holder!.userId;
    const replaced = and(eq(users.id, earlierId), isNull(users.emailVerifiedAt));
    const [earlier] = await tx.delete(users).where(replaced).returning();
    if (holder!.verifiedAt) throw new TakenError();
    if (!earlier) return token;
    if (!replacing && after(earlier.createdAt, SENT_TWICE_MS) > user.createdAt) throw new JustRegisteredError(earlier);
    announceUser(tx, earlier.id);
    await audit.forget(tx, earlier.id);
    return token;
  }

  /** @returns a registration that was made for the address a moment ago; then nothing was stored */
  function store(user: NewUser, origin: RequestOrigin, replacing = false): Promise<User | undefined> {
    return transact(db, async (tx) => {
      try {
        // A savepoint, so that all outcomes run the same statements.
        const token = await tx.transaction((attempt) => claim(attempt, user, origin, replacing));
        await mailLink(tx, user, token);
      } catch (error) {
        if (error instanceof JustRegisteredError) return error.earlier;
        if (!(error instanceof TakenError)) throw error;
        await options.alreadyRegistered.tellOwner(tx, user.email, origin);
      }
      return undefined;
    });
  }

  /** A form that was sent twice is one registration, with one email: a second one would void the link in the first. */
  async function storeOnce(user: NewUser, password: string, origin: RequestOrigin): Promise<void> {
    const earlier = await store(user, origin);
    if (!earlier) return;
    const isAlike = earlier.name === user.name && earlier.locale === user.locale;
    if (isAlike && (await hasher.verify(password, earlier.passwordHash))) return;
    await store(user, origin, true);
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
      suspendedBy: null,
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
      const network = addressBlock(origin.ipAddress ?? '');
      // The network first: one that is over its limit must not use up what an address has left.
      await limits.registrationsFrom.consume(network);
      await limits.mailsToAddress.consume(address);
      try {
        const user = draft({ ...request, email: address }, await hasher.hash(password));
        await storeOnce(user, password, origin);
      } catch (error) {
        // A registration that could not be carried out costs nothing.
        await Promise.all([limits.registrationsFrom.refund(network), limits.mailsToAddress.refund(address)]);
        throw error;
      }
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
        .transaction((attempt) => claim(attempt, user, origin, true))
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
        if (redeemed.usedAt) return requireDone(user, redeemed);
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
      announceUser(tx, user.id);
      await tokens.revoke(tx, user.id, 'verify_email');
      await options.onVerified(tx, { ...user, emailVerifiedAt: now });
      return true;
    },

    async resend(address) {
      await transact(db, async (tx) => {
        const user = await options.users.findByAddress(tx, address);
        if (!user || (await options.inactiveAccounts.mailOwner(tx, user)) || user.emailVerifiedAt) return;
        if (await tokens.isFresh(tx, user.id, 'verify_email')) return;
        await mailLink(tx, user, await tokens.issue(tx, user.id, 'verify_email'));
      });
    },
  };
}

/** A repeated confirmation succeeds as long as its effect lasts. @throws `invalid_token` */
function requireDone(user: User, { purpose, address }: RedeemedToken): void {
  if (purpose === 'verify_email' ? !user.emailVerifiedAt : user.email !== address) throw accountErrors.invalid_token();
}

class TakenError extends Error {}

/** The address has a registration that was made a moment ago. */
class JustRegisteredError extends Error {
  readonly earlier: User;

  constructor(earlier: User) {
    super();
    this.earlier = earlier;
  }
}

/** Names a token in the outbox without giving it away. */
export function keyOf(token: string): string {
  return sha256(token).toString('base64url').slice(0, 22);
}

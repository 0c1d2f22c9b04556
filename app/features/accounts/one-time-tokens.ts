/** Secrets in emailed links: 256 random bits, only their SHA-256 at rest, one use. The account is locked when one is issued or used up. */
import { and, eq, gt, gte, isNull, lt, type SQL } from 'drizzle-orm';
import { after, type Clock, DAY_MS, MINUTE_MS, SECOND_MS } from '../../platform/clock.ts';
import { removeRows } from '../../platform/database/batches.ts';
import type { Database, Executor, Transaction } from '../../platform/database/database.ts';
import { randomSecret, sha256, uuidFromBytes, uuidToBytes } from '../../platform/security/random.ts';
import { accountErrors, linkExpired } from './errors.ts';
import { oneTimeTokens, type TokenPurpose } from './schema.ts';
import type { Users } from './users.ts';

export const TOKEN_LIFETIMES_MS: Readonly<Record<TokenPurpose, number>> = {
  verify_email: DAY_MS,
  // It stands in for the password, so OWASP ASVS 5.0 V6.5.5 allows ten minutes.
  reset_password: 10 * MINUTE_MS,
  change_email: DAY_MS,
  revert_email: 7 * DAY_MS,
  restore_user: 14 * DAY_MS,
};

export interface RedeemedToken {
  userId: string;
  purpose: TokenPurpose;
  /** The address that the token is about, where it is about one. */
  address: string | null;
  createdAt: Date;
  /** When it was used before; null for the first use. */
  usedAt: Date | null;
}

export interface OneTimeTokens {
  /**
   * A new token. Older ones of the same purpose are void; but for `revert_email`, which each former address keeps.
   * @param about the address that the token is about, and its end if it has another lifetime than its purpose
   */
  issue(
    tx: Transaction,
    userId: string,
    purpose: TokenPurpose,
    about?: { address?: string; expiresAt?: Date },
  ): Promise<string>;
  /**
   * True if a token was made so shortly before that its email is still on its way: a form that is sent twice must not void the link in the
   * first email. Only while the account is locked is the answer certain.
   */
  isFresh(tx: Transaction, userId: string, purpose: TokenPurpose, address?: string): Promise<boolean>;
  /** Reads a token without using it up. @throws `invalid_token`, `token_expired` (400) */
  find(executor: Executor, token: string, purposes: readonly TokenPurpose[]): Promise<RedeemedToken>;
  /**
   * Uses a token up, in the transaction of what it allows. Of any number of parallel uses one succeeds; for `REPEATABLE` purposes the others
   * get the token with `usedAt`, and must change nothing.
   * @throws `invalid_token`, `token_expired` (400)
   */
  redeem(tx: Transaction, token: string, purposes: readonly TokenPurpose[]): Promise<RedeemedToken>;
  /** Makes a user's tokens void that were not used. */
  revoke(tx: Transaction, userId: string, ...purposes: TokenPurpose[]): Promise<void>;
  /** Makes a user's tokens of a purpose void that were issued at `since` or later. */
  revokeSince(tx: Transaction, userId: string, purpose: TokenPurpose, since: Date): Promise<void>;
  /** Deletes what expired more than a week ago. @returns how many */
  purge(): Promise<number>;
}

/** Confirming an address twice (a double click, a lost answer) is no fault of the person: the second use gets the same success. */
const REPEATABLE: readonly TokenPurpose[] = ['verify_email', 'change_email'];
/** Within this time, a second request for the same link is taken for the same click. */
const FRESH_MS = 10 * SECOND_MS;

const TOKEN = /^[A-Za-z0-9_-]{64}$/;

/** The row of a token. @throws `invalid_token` for what cannot be one */
function own(token: string): SQL {
  if (!TOKEN.test(token)) throw accountErrors.invalid_token();
  const bytes = Buffer.from(token, 'base64url');
  const hash = sha256(bytes.subarray(16));
  return and(eq(oneTimeTokens.userId, uuidFromBytes(bytes.subarray(0, 16))), eq(oneTimeTokens.hash, hash))!;
}

export interface OneTimeTokensOptions {
  db: Database;
  clock: Clock;
  users: Pick<Users, 'lock'>;
}

export function createOneTimeTokens({ db, clock, users }: OneTimeTokensOptions): OneTimeTokens {
  return {
    async issue(tx, userId, purpose, { address, expiresAt } = {}) {
      await users.lock(tx, userId);
      if (purpose !== 'revert_email') await this.revoke(tx, userId, purpose);
      const secret = randomSecret(32);
      const now = clock.now();
      await tx.insert(oneTimeTokens).values({
        userId,
        hash: sha256(secret),
        purpose,
        address: address ?? null,
        createdAt: now,
        expiresAt: expiresAt ?? after(now, TOKEN_LIFETIMES_MS[purpose]),
      });
      return Buffer.concat([uuidToBytes(userId), secret]).toString('base64url');
    },

    async isFresh(tx, userId, purpose, address) {
      const alike = and(
        ...[eq(oneTimeTokens.userId, userId), eq(oneTimeTokens.purpose, purpose), isNull(oneTimeTokens.usedAt)],
        ...[address === undefined ? undefined : eq(oneTimeTokens.address, address)],
        gt(oneTimeTokens.createdAt, after(clock.now(), -FRESH_MS)),
      );
      return (await tx.$count(oneTimeTokens, alike)) > 0;
    },

    async find(executor, token, purposes) {
      const [row] = await executor.select().from(oneTimeTokens).where(own(token));
      if (!row || !purposes.includes(row.purpose)) throw accountErrors.invalid_token();
      if (row.expiresAt <= clock.now()) throw linkExpired();
      return row;
    },

    async redeem(tx, token, purposes) {
      // Locks the account before the token, like the transactions that void tokens. Otherwise the two could wait for each other.
      const { userId } = await this.find(tx, token, purposes);
      await users.lock(tx, userId);
      // Again under the lock. A token that another use has deleted meanwhile is invalid like any other.
      const row = await this.find(tx, token, purposes);
      if (!REPEATABLE.includes(row.purpose)) await tx.delete(oneTimeTokens).where(own(token));
      else if (!row.usedAt) await tx.update(oneTimeTokens).set({ usedAt: clock.now() }).where(own(token));
      return row;
    },

    async revoke(tx, userId, ...purposes) {
      for (const purpose of purposes) {
        const ofPurpose = and(eq(oneTimeTokens.userId, userId), eq(oneTimeTokens.purpose, purpose));
        await tx.delete(oneTimeTokens).where(and(ofPurpose, isNull(oneTimeTokens.usedAt)));
      }
    },

    async revokeSince(tx, userId, purpose, since) {
      const ofPurpose = and(eq(oneTimeTokens.userId, userId), eq(oneTimeTokens.purpose, purpose));
      await tx.delete(oneTimeTokens).where(and(ofPurpose, gte(oneTimeTokens.createdAt, since)));
    },

    purge() {
      const { expiresAt } = oneTimeTokens;
      return removeRows(db, {
        from: oneTimeTokens,
        where: lt(expiresAt, after(clock.now(), -7 * DAY_MS)),
        by: expiresAt,
      });
    },
  };
}

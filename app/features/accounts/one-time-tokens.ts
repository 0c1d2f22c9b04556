/** Secrets in mailed links: 256 random bits, only their SHA-256 at rest, one use. The account is locked when one is issued or used up. */
import { and, eq, gt, gte, inArray, lt, type SQL } from 'drizzle-orm';
import { after, type Clock, DAY_MS, MINUTE_MS } from '../../platform/clock.ts';
import { removeRows } from '../../platform/database/batches.ts';
import type { Database, Executor, Transaction } from '../../platform/database/database.ts';
import { randomSecret, sha256, uuidFromBytes, uuidToBytes } from '../../platform/security/random.ts';
import { accountErrors, linkExpired } from './errors.ts';
import { oneTimeTokens, type TokenPurpose } from './schema.ts';
import type { Users } from './users.ts';

export const TOKEN_LIFETIMES_MS: Readonly<Record<TokenPurpose, number>> = {
  verify_email: DAY_MS,
  reset_password: 30 * MINUTE_MS,
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
  /** Reads a token without using it up. @throws `invalid_token`, `token_expired` (400) */
  find(executor: Executor, token: string, purposes: readonly TokenPurpose[]): Promise<RedeemedToken>;
  /**
   * Uses a token up, in the transaction of what it allows. Of any number of parallel uses one succeeds.
   * @throws `invalid_token`, `token_expired` (400)
   */
  redeem(tx: Transaction, token: string, purposes: readonly TokenPurpose[]): Promise<RedeemedToken>;
  /** Makes a user's tokens void. */
  revoke(tx: Transaction, userId: string, ...purposes: TokenPurpose[]): Promise<void>;
  /** Makes a user's tokens of a purpose void that were issued at `since` or later. */
  revokeSince(tx: Transaction, userId: string, purpose: TokenPurpose, since: Date): Promise<void>;
  /** Deletes what expired more than a week ago. @returns how many */
  purge(): Promise<number>;
}

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
      const matching = and(
        own(token),
        inArray(oneTimeTokens.purpose, [...purposes]),
        gt(oneTimeTokens.expiresAt, clock.now()),
      );
      const [row] = await tx.delete(oneTimeTokens).where(matching).returning();
      // Nothing deleted: look again for the reason. A token that another use has deleted meanwhile is invalid like any other.
      return row ?? (await this.find(tx, token, purposes));
    },

    async revoke(tx, userId, ...purposes) {
      for (const purpose of purposes) {
        await tx.delete(oneTimeTokens).where(and(eq(oneTimeTokens.userId, userId), eq(oneTimeTokens.purpose, purpose)));
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

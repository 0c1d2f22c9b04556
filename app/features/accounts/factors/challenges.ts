/**
 * Challenges: a sign-in whose first proof was right, and that needs another one. A challenge works once, for ten minutes, and only for the
 * client that got it. In cookie mode that is the browser: its half of the secret is in a cookie, so that a token which is read somewhere is
 * worth nothing elsewhere. A client without cookies keeps the token like a password.
 */
import { and, eq, gt, lt, type SQL, sql } from 'drizzle-orm';
import { after, type Clock, MINUTE_MS } from '../../../platform/clock.ts';
import { removeRows } from '../../../platform/database/batches.ts';
import type { Database, Transaction } from '../../../platform/database/database.ts';
import { equalSecrets, randomSecret, sha256, uuidFromBytes, uuidToBytes } from '../../../platform/security/random.ts';
import { accountErrors } from '../errors.ts';
import type { AuthenticationMethod } from '../schema.ts';
import { signInChallenges } from './schema.ts';

export type Challenge = typeof signInChallenges.$inferSelect;

/** What a first proof has shown. */
export interface ProvenMethods {
  readonly amr: readonly AuthenticationMethod[];
  /** The identity provider that has proven it. */
  readonly provider?: string | undefined;
}

export interface IssuedChallenge {
  readonly token: string;
  readonly expiresAt: Date;
  /** For the browser's cookie; absent in bearer mode. */
  readonly browserSecret?: string;
}

export interface Challenges {
  /** @param inBrowser true in cookie mode */
  issue(tx: Transaction, userId: string, proven: ProvenMethods, inBrowser: boolean): Promise<IssuedChallenge>;
  /** Whose challenge it is. @throws `invalid_challenge` as where `lock` answers undefined, and for what is no token */
  userOf(token: string, browserSecret: string | undefined): Promise<string>;
  /**
   * Locks a challenge until the transaction ends. The account must be locked before it.
   * @returns undefined if it is used, over, answered wrongly too often, or of another browser
   */
  lock(tx: Transaction, token: string, browserSecret: string | undefined): Promise<Challenge | undefined>;
  /** Counts a wrong answer. @returns how many more may follow */
  countWrong(tx: Transaction, challenge: Challenge): Promise<number>;
  /** Uses a challenge up. */
  complete(tx: Transaction, challenge: Challenge): Promise<void>;
  /** Deletes those that are over. @returns how many */
  purge(): Promise<number>;
}

const LIFETIME_MS = 10 * MINUTE_MS;
const MAX_WRONG_ANSWERS = 5;
const TOKEN = /^[A-Za-z0-9_-]{64}$/;

export function createChallenges({ db, clock }: { db: Database; clock: Clock }): Challenges {
  /** The challenge of a token, if it may still be answered. @throws `invalid_challenge` for what is no token */
  function open(token: string): SQL {
    if (!TOKEN.test(token)) throw accountErrors.invalid_challenge();
    const bytes = Buffer.from(token, 'base64url');
    const { userId, hash, expiresAt, wrongAnswers } = signInChallenges;
    return and(
      ...[eq(userId, uuidFromBytes(bytes.subarray(0, 16))), eq(hash, sha256(bytes.subarray(16)))],
      ...[gt(expiresAt, clock.now()), lt(wrongAnswers, MAX_WRONG_ANSWERS)],
    )!;
  }

  return {
    async issue(tx, userId, { amr, provider = null }, inBrowser) {
      const [secret, browserSecret] = [randomSecret(32), randomSecret(32)];
      const createdAt = clock.now();
      const expiresAt = after(createdAt, LIFETIME_MS);
      const browserHash = inBrowser ? sha256(browserSecret) : null;
      const hash = sha256(secret);
      const proven = { amr: [...amr], provider };
      await tx.insert(signInChallenges).values({ userId, hash, browserHash, ...proven, createdAt, expiresAt });
      const token = Buffer.concat([uuidToBytes(userId), secret]).toString('base64url');
      return { token, expiresAt, ...(inBrowser && { browserSecret: browserSecret.toString('base64url') }) };
    },

    async userOf(token, browserSecret) {
      const [found] = await db.select().from(signInChallenges).where(open(token));
      if (!found || !isOfBrowser(found, browserSecret)) throw accountErrors.invalid_challenge();
      return found.userId;
    },

    async lock(tx, token, browserSecret) {
      const [found] = await tx.select().from(signInChallenges).where(open(token)).for('update');
      return found && isOfBrowser(found, browserSecret) ? found : undefined;
    },

    async countWrong(tx, challenge) {
      const wrongAnswers = sql`${signInChallenges.wrongAnswers} + 1`;
      await tx.update(signInChallenges).set({ wrongAnswers }).where(own(challenge));
      return MAX_WRONG_ANSWERS - challenge.wrongAnswers - 1;
    },

    async complete(tx, challenge) {
      await tx.delete(signInChallenges).where(own(challenge));
    },

    purge() {
      const { expiresAt } = signInChallenges;
      return removeRows(db, { from: signInChallenges, where: lt(expiresAt, clock.now()), by: expiresAt });
    },
  };
}

function own({ userId, hash }: Challenge): SQL {
  return and(eq(signInChallenges.userId, userId), eq(signInChallenges.hash, hash))!;
}

function isOfBrowser({ browserHash }: Challenge, secret: string | undefined): boolean {
  if (browserHash === null) return true;
  return secret !== undefined && equalSecrets(sha256(Buffer.from(secret, 'base64url')), browserHash);
}

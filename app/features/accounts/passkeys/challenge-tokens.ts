/**
 * The challenges of passkeys. They travel with the client, sealed, so that nothing is stored for those who only ask. A challenge is marked
 * as used together with what it allows.
 */
import { lt } from 'drizzle-orm';
import { after, type Clock, MINUTE_MS } from '../../../platform/clock.ts';
import { removeRows } from '../../../platform/database/batches.ts';
import type { Database, Transaction } from '../../../platform/database/database.ts';
import { randomSecret, sha256 } from '../../../platform/security/random.ts';
import type { Sealer } from '../../../platform/security/sealing.ts';
import { accountErrors } from '../errors.ts';
import { usedPasskeyChallenges } from './schema.ts';

/** `create:` and a user's id for a passkey that is added, `get` for one that signs. */
type Purpose = `create:${string}` | 'get';

export interface PasskeyChallenge {
  /** base64url */
  readonly challenge: string;
  readonly expiresAt: Date;
}

export interface ChallengeTokens {
  issue(purpose: Purpose): { token: string; challenge: string };
  /** @throws `invalid_challenge` for what we did not issue for this purpose, or more than ten minutes ago */
  open(token: string, purpose: Purpose): PasskeyChallenge;
  /** @returns false if the person has used the challenge before */
  use(tx: Transaction, userId: string, challenge: PasskeyChallenge): Promise<boolean>;
  /** Deletes the marks of challenges that are over. @returns how many */
  purge(): Promise<number>;
}

const LIFETIME_MS = 10 * MINUTE_MS;
/** A clock that is ahead may refuse a challenge early; the mark must not go before any clock does. */
const KEEP_MS = 10 * MINUTE_MS;
const PURPOSE = 'accounts.passkey_challenge';

export interface ChallengeTokensOptions {
  db: Database;
  clock: Clock;
  sealer: Sealer;
}

export function createChallengeTokens({ db, clock, sealer }: ChallengeTokensOptions): ChallengeTokens {
  return {
    issue(purpose) {
      const challenge = randomSecret(32).toString('base64url');
      const expiresAt = after(clock.now(), LIFETIME_MS).getTime();
      const sealed = sealer.seal(PURPOSE, JSON.stringify({ challenge, purpose, expiresAt }));
      return { token: sealed.toString('base64url'), challenge };
    },

    open(token, purpose) {
      let opened: { challenge: string; purpose: string; expiresAt: number };
      try {
        opened = JSON.parse(sealer.open(PURPOSE, Buffer.from(token, 'base64url')).toString());
      } catch {
        throw accountErrors.invalid_challenge();
      }
      if (opened.purpose !== purpose || opened.expiresAt <= clock.now().getTime())
        throw accountErrors.invalid_challenge();
      return { challenge: opened.challenge, expiresAt: new Date(opened.expiresAt) };
    },

    async use(tx, userId, { challenge, expiresAt }) {
      const row = { userId, hash: sha256(challenge), expiresAt };
      const { rowCount } = await tx.insert(usedPasskeyChallenges).values(row).onConflictDoNothing();
      return rowCount === 1;
    },

    purge() {
      const { expiresAt } = usedPasskeyChallenges;
      const over = lt(expiresAt, after(clock.now(), -KEEP_MS));
      return removeRows(db, { from: usedPasskeyChallenges, where: over, by: expiresAt });
    },
  };
}

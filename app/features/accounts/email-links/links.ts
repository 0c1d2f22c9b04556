/**
 * Links that sign people in, and the code that comes with each. A link is for the browser that asked for it; a code may be typed in any
 * other one. Both work once, for ten minutes (OWASP ASVS 5.0 V6.5.5), and using one voids all others of the person.
 */
import { randomInt } from 'node:crypto';
import { and, asc, eq, gt, lt, type SQL } from 'drizzle-orm';
import { after, type Clock, HOUR_MS, MINUTE_MS } from '../../../platform/clock.ts';
import { readPages, removeRows } from '../../../platform/database/batches.ts';
import type { Database, Transaction } from '../../../platform/database/database.ts';
import { equalSecrets, randomSecret, sha256, uuidFromBytes, uuidToBytes } from '../../../platform/security/random.ts';
import type { Sealer } from '../../../platform/security/sealing.ts';
import { accountErrors, linkExpired } from '../errors.ts';
import type { User } from '../users.ts';
import { emailLinks } from './schema.ts';

type EmailLink = typeof emailLinks.$inferSelect;

export interface EmailLinks {
  /**
   * Makes a link and a code for an account that is locked. Earlier links stay good for their browsers; earlier codes are void.
   * @param browserHash SHA-256 of the secret of the browser that asks
   */
  issue(
    tx: Transaction,
    user: Pick<User, 'id' | 'email'>,
    browserHash: Buffer,
  ): Promise<{ token: string; code: string }>;
  /**
   * Reads a link without using it up.
   * @param browserSecret the cookie of the browser that opened it
   * @throws `invalid_token`, `token_expired`, `other_browser`
   */
  find(token: string, browserSecret: string | undefined): Promise<EmailLink>;
  /** Compares in the same time whether there is a code or not. @param sealed undefined where there is none */
  isCode(given: string, sealed: Uint8Array | null | undefined): boolean;
  /** Uses a link up, and voids all others of the person. The account must be locked. @returns false if it is void or over */
  use(tx: Transaction, user: Pick<User, 'id' | 'email'>, hash: Buffer): Promise<boolean>;
  /** The part of a person's export (GDPR article 15), without secrets. */
  exportFor(userId: string): Record<string, unknown>;
  /** Deletes those that expired more than an hour ago. @returns how many */
  purge(): Promise<number>;
}

export const LINK_LIFETIME_MS = 10 * MINUTE_MS;
const TOKEN = /^[A-Za-z0-9_-]{64}$/;
const PURPOSE = 'email_links.code';

/** The row of a token. @throws `invalid_token` for what cannot be one */
function own(token: string): SQL {
  if (!TOKEN.test(token)) throw accountErrors.invalid_token();
  const bytes = Buffer.from(token, 'base64url');
  const userId = uuidFromBytes(bytes.subarray(0, 16));
  return and(eq(emailLinks.userId, userId), eq(emailLinks.hash, sha256(bytes.subarray(16))))!;
}

export function createEmailLinks({ db, clock, sealer }: { db: Database; clock: Clock; sealer: Sealer }): EmailLinks {
  /** Stands for the code of an address that has none. Nobody can type it. */
  const none = sealer.seal(PURPOSE, 'none  ');

  return {
    async issue(tx, { id: userId, email: address }, browserHash) {
      const secret = randomSecret(32);
      const code = String(randomInt(1_000_000)).padStart(6, '0');
      const createdAt = clock.now();
      await tx.update(emailLinks).set({ code: null }).where(eq(emailLinks.userId, userId));
      await tx.insert(emailLinks).values({
        ...{ userId, hash: sha256(secret), code: sealer.seal(PURPOSE, code), browserHash, address },
        ...{ createdAt, expiresAt: after(createdAt, LINK_LIFETIME_MS) },
      });
      return { token: Buffer.concat([uuidToBytes(userId), secret]).toString('base64url'), code };
    },

    async find(token, browserSecret = '') {
      const [link] = await db.select().from(emailLinks).where(own(token));
      if (!link) throw accountErrors.invalid_token();
      if (link.expiresAt <= clock.now()) throw linkExpired();
      if (!equalSecrets(sha256(browserSecret), link.browserHash)) throw accountErrors.other_browser();
      return link;
    },

    isCode: (given, sealed) =>
      equalSecrets(Buffer.from(given.replaceAll(/\s/g, '')), sealer.open(PURPOSE, sealed ?? none)),

    async use(tx, { id, email }, hash) {
      const ofUser = eq(emailLinks.userId, id);
      const [link] = await tx
        .delete(emailLinks)
        .where(and(ofUser, eq(emailLinks.hash, hash)))
        .returning();
      if (link?.address !== email || link.expiresAt <= clock.now()) return false;
      await tx.delete(emailLinks).where(ofUser);
      return true;
    },

    exportFor: (userId) => ({
      emailLinks: (async function* () {
        const pages = readPages((limit, last: EmailLink | undefined) =>
          db
            .select()
            .from(emailLinks)
            .where(and(eq(emailLinks.userId, userId), last && gt(emailLinks.hash, last.hash)))
            .orderBy(asc(emailLinks.hash))
            .limit(limit),
        );
        for await (const page of pages) {
          yield page.map(({ address, createdAt, expiresAt }) => ({ address, createdAt, expiresAt }));
        }
      })(),
    }),

    purge() {
      const { expiresAt } = emailLinks;
      return removeRows(db, { from: emailLinks, where: lt(expiresAt, after(clock.now(), -HOUR_MS)), by: expiresAt });
    },
  };
}

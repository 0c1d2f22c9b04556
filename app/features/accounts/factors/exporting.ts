/** The part of a person's export (GDPR article 15) that is about second factors: what there is, without secrets. */
import { and, asc, eq, gt } from 'drizzle-orm';
import { readPages } from '../../../platform/database/batches.ts';
import type { Database } from '../../../platform/database/database.ts';
import { recoveryCodes, signInChallenges, totpSecrets } from './schema.ts';

/** @returns names and rows of the export */
export function createFactorExport(db: Database): (userId: string) => Record<string, unknown> {
  async function* totpOf(userId: string) {
    const { state, createdAt } = totpSecrets;
    yield await db.select({ state, createdAt }).from(totpSecrets).where(eq(totpSecrets.userId, userId));
  }

  async function* recoveryCodesOf(userId: string) {
    const { createdAt } = recoveryCodes;
    yield await db.select({ createdAt }).from(recoveryCodes).where(eq(recoveryCodes.userId, userId));
  }

  async function* challengesOf(userId: string) {
    const pages = readPages((limit, last: typeof signInChallenges.$inferSelect | undefined) =>
      db
        .select()
        .from(signInChallenges)
        .where(and(eq(signInChallenges.userId, userId), last && gt(signInChallenges.hash, last.hash)))
        .orderBy(asc(signInChallenges.hash))
        .limit(limit),
    );
    for await (const page of pages) {
      yield page.map(({ userId: _user, hash: _hash, browserHash: _browser, ...challenge }) => challenge);
    }
  }

  return (userId) => ({
    authenticatorApps: totpOf(userId),
    recoveryCodes: recoveryCodesOf(userId),
    openSignIns: challengesOf(userId),
  });
}

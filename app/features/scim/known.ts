/** The tokens that requests come with, kept in memory, which follows each change within milliseconds. */
import { and, eq, isNull, sql } from 'drizzle-orm';
import { announce } from '../../platform/database/changes/announcing.ts';
import type { ChangeFeed } from '../../platform/database/changes/feed.ts';
import { createMemory, type Memory } from '../../platform/database/changes/memory.ts';
import type { Database, Executor, Transaction } from '../../platform/database/database.ts';
import { organizations } from '../organizations/schema.ts';
import { type ScimToken, scimTokens } from './schema.ts';

const TOKEN = 'scim_token';
const ORGANIZATION = 'organization';
const MAX_KNOWN = 10_000;

const judged = {
  organizationId: scimTokens.organizationId,
  id: scimTokens.id,
  hash: scimTokens.hash,
  createdBy: scimTokens.createdBy,
};
/** What of a token decides about a request. */
export type JudgedToken = Readonly<Pick<ScimToken, keyof typeof judged>>;

/** Tells every process, once `tx` has committed, that a token is gone. */
export const announceToken = (tx: Transaction, { organizationId, id }: Pick<ScimToken, 'organizationId' | 'id'>) =>
  announce(tx, TOKEN, `${organizationId} ${id}`);

export function createKnownTokens(db: Database, feed: ChangeFeed): Memory<JudgedToken> {
  const read = tokenIn(db);
  return createMemory<JudgedToken>({
    ...{ feed, kind: TOKEN, ownedBy: ORGANIZATION, max: MAX_KNOWN },
    read: (key) => read(...(key.split(' ') as [string, string])),
  });
}

/** The same by a statement, on the pool or in a transaction that decides again. Undefined if the organization is deleted. */
export function tokenIn(executor: Executor) {
  const statement = executor
    .select(judged)
    .from(scimTokens)
    .innerJoin(organizations, and(eq(organizations.id, scimTokens.organizationId), isNull(organizations.purgeAt)))
    .where(
      and(eq(scimTokens.organizationId, sql.placeholder('organizationId')), eq(scimTokens.id, sql.placeholder('id'))),
    )
    .prepare('scim_token_judged');
  return async (organizationId: string, id: string): Promise<JudgedToken | undefined> =>
    (await statement.execute({ organizationId, id }))[0];
}

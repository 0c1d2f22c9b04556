/** What operators see of the directory of an organization. */
import { and, eq, isNotNull } from 'drizzle-orm';
import type { Database } from '../../platform/database/database.ts';
import { type ScimToken, scimGroups, scimUsers } from './schema.ts';
import { tokensOf } from './tokens.ts';

export interface DirectoryReport {
  readonly tokens: readonly Omit<ScimToken, 'hash'>[];
  readonly users: number;
  readonly active: number;
  readonly members: number;
  readonly groups: number;
}

export function createDirectoryReport(db: Database) {
  return async (organizationId: string): Promise<DirectoryReport> => {
    const own = eq(scimUsers.organizationId, organizationId);
    const [tokens, users, active, members, groups] = await Promise.all([
      tokensOf(db, organizationId),
      db.$count(scimUsers, own),
      db.$count(scimUsers, and(own, eq(scimUsers.active, true))),
      db.$count(scimUsers, and(own, isNotNull(scimUsers.userId))),
      db.$count(scimGroups, eq(scimGroups.organizationId, organizationId)),
    ]);
    return { tokens: tokens.map(({ hash: _hash, ...token }) => token), users, active, members, groups };
  };
}

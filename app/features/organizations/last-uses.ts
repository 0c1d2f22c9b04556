/** When and from where a credential of an organization was last used: an API key, or the token of a directory. */
import { and, eq, isNull, lte, or } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import { after, type Clock, MINUTE_MS } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import type { RequestOrigin } from '../../platform/http/caller.ts';

/** A table of credentials, with a row for each. */
export type CredentialTable = PgTable &
  Record<'organizationId' | 'id' | 'lastUsedAt' | 'lastIpAddress' | 'lastUserAgent', PgColumn>;

/** The use of one is written at most so often. */
const RESOLUTION_MS = MINUTE_MS;
const MAX_KEPT = 10_000;

export type RecordUse = (credential: { organizationId: string; id: string }, origin: RequestOrigin) => Promise<void>;

export function createLastUses({ db, clock }: { db: Database; clock: Clock }, table: CredentialTable): RecordUse {
  const written = new Map<string, number>();
  return async ({ organizationId, id }, { ipAddress, userAgent }) => {
    const now = clock.now();
    const due = after(now, -RESOLUTION_MS);
    if ((written.get(id) ?? Number.NEGATIVE_INFINITY) > due.getTime()) return;
    if (written.size >= MAX_KEPT) written.clear();
    written.set(id, now.getTime());
    const use = { lastUsedAt: now, lastIpAddress: ipAddress, lastUserAgent: userAgent };
    const own = and(eq(table.organizationId, organizationId), eq(table.id, id));
    // Other processes may have written it meanwhile: then the statement changes nothing.
    const isDue = or(isNull(table.lastUsedAt), lte(table.lastUsedAt, due));
    await db.update(table).set(use).where(and(own, isDue));
  };
}

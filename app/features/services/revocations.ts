/**
 * Ended sessions, for services that verify tokens themselves. A service polls: each answer has all that was committed since the answer before,
 * late commits included, and says where the next one continues.
 *
 * An answer that continues reads the announced changes, which are kept for a minute. One that begins, or continues too late, lists the sessions
 * that ended within the lifetime of a token: in pages, and the changes since the first page follow the last one.
 */
import { and, asc, gt, sql } from 'drizzle-orm';
import { after, CLOCK_TOLERANCE_MS, type Clock, SECOND_MS } from '../../platform/clock.ts';
import { changesSince, type Position, position } from '../../platform/database/changes/log.ts';
import type { Database } from '../../platform/database/database.ts';
import type { Cursors } from '../../platform/http/pagination.ts';
import { LEEWAY_SECONDS, SERVICE_TOKEN_MS, SESSION_ENDS } from '../accounts/accounts.ts';
import { sessions } from '../accounts/schema.ts';

export interface Revocation {
  sessionId: string;
  endedAt: Date;
}

export interface RevocationsAnswer {
  revocations: Revocation[];
  /** Where the next answer continues. */
  next: string;
  /** True if there is more now. */
  more: boolean;
}

/** @param since `next` of an answer before; undefined begins. @throws `invalid_cursor` */
export type ReadRevocations = (since: string | undefined) => Promise<RevocationsAnswer>;

export interface RevocationsOptions {
  db: Database;
  clock: Clock;
  cursors: Cursors;
  /** The most sessions of one answer. */
  pageSize?: number;
}

const LIST = 'service-token-revocations';
/** How long a token may be accepted after a session has ended: its lifetime, the leeway of who verifies, and clocks that differ. */
const HORIZON_MS = SERVICE_TOKEN_MS + LEEWAY_SECONDS * SECOND_MS + 2 * CLOCK_TOLERANCE_MS;

export function createRevocationFeed({ db, clock, cursors, pageSize = 5_000 }: RevocationsOptions): ReadRevocations {
  /** The cursor of a place, and, between two pages, of the session that the last page ended with. */
  const toCursor = ({ snapshot, server, at }: Position, lastId = '') =>
    cursors.encode(LIST, [snapshot, server, at, lastId]);

  /** @param begun where the first page was read; undefined for that page itself */
  async function page(lastId: string, begun?: Position): Promise<RevocationsAnswer> {
    const found = await db
      .select({ sessionId: sessions.id, endedAt: sql`${sessions.endedAt}`.mapWith(sessions.endedAt) })
      .from(sessions)
      .where(and(gt(sessions.endedAt, after(clock.now(), -HORIZON_MS)), lastId ? gt(sessions.id, lastId) : undefined))
      .orderBy(asc(sessions.id))
      .limit(pageSize + 1);
    const revocations = found.slice(0, pageSize);
    const more = found.length > pageSize;
    return { revocations, more, next: toCursor(begun!, more ? revocations.at(-1)!.sessionId : '') };
  }

  return async (since) => {
    if (since === undefined) return page('', await position(db));
    const [snapshot, server, at, lastId] = cursors.decode(LIST, since) as [string, string, string, string];
    const continued = { snapshot, server, at };
    const news = await changesSince(db, SESSION_ENDS, continued, pageSize);
    if (!news) return page('', await position(db));
    if (lastId) return page(lastId, continued);
    return { revocations: news.keys.map(revocationOf), more: false, next: toCursor(news.position) };
  };
}

function revocationOf(key: string): Revocation {
  const [sessionId = '', endedAt] = key.split(' ');
  return { sessionId, endedAt: new Date(Number(endedAt)) };
}

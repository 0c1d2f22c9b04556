/** Compares lines of the log that name heads (`heads.ts`) with the events that are stored now. */
import { sql } from 'drizzle-orm';
import type { Database } from '../../platform/database/database.ts';
import type { AuditKeys, Head } from './keys.ts';
import { auditEvents } from './schema.ts';

export interface Comparison {
  /** Heads that were compared. */
  heads: number;
  /** Lines that name a head and are not signed by a secret of `APP_SECRET`. */
  unsigned: number;
  /** Owners of heads whose event is gone, and who are gone themselves or about to be purged. */
  gone: string[];
  broken: { ownerId: string; sequence: number; reason: 'altered' | 'missing' }[];
}

export interface ComparingOptions {
  db: Database;
  keys: AuditKeys;
  /** @returns those of the owners who must have a trail */
  living(ownerIds: string[]): Promise<Set<string>>;
}

const BATCH = 500;

/** @returns what compares the lines of a log; lines that name no head are skipped */
export function createComparing({ db, keys, living }: ComparingOptions) {
  return async function compare(lines: AsyncIterable<string>): Promise<Comparison> {
    const result: Comparison = { heads: 0, unsigned: 0, gone: [], broken: [] };
    let batch: Head[] = [];
    const flush = async () => {
      await compareBatch(batch, result);
      batch = [];
    };
    for await (const line of lines) {
      const given = readHead(line);
      if (!given) continue;
      if (!keys.matchesHead(given.head, given.mac)) result.unsigned++;
      else if (batch.push(given.head) === BATCH) await flush();
    }
    await flush();
    result.gone = [...new Set(result.gone)];
    return result;
  };

  async function compareBatch(heads: Head[], result: Comparison): Promise<void> {
    const hashes = await hashesAt(db, heads);
    const missing = heads.filter((head) => !hashes.has(keyOf(head)));
    const expected = await living([...new Set(missing.map(({ ownerId }) => ownerId))]);
    for (const { ownerId, sequence, hash } of heads) {
      const stored = hashes.get(keyOf({ ownerId, sequence }));
      if (stored?.equals(hash)) continue;
      if (stored || expected.has(ownerId))
        result.broken.push({ ownerId, sequence, reason: stored ? 'altered' : 'missing' });
      else result.gone.push(ownerId);
    }
    result.heads += heads.length;
  }
}

async function hashesAt(db: Database, heads: readonly Head[]): Promise<Map<string, Buffer>> {
  const owners = sql.param(heads.map(({ ownerId }) => ownerId));
  const sequences = sql.param(heads.map(({ sequence }) => sequence));
  const { rows } = await db.execute<{ owner: string; sequence: string; hash: Buffer }>(sql`
    select owner_id as owner, sequence, hash from ${auditEvents}
    where (owner_id, sequence) in (select * from unnest(${owners}::uuid[], ${sequences}::bigint[]))`);
  return new Map(
    rows.map(({ owner, sequence, hash }) => [keyOf({ ownerId: owner, sequence: Number(sequence) }), hash]),
  );
}

function keyOf({ ownerId, sequence }: Pick<Head, 'ownerId' | 'sequence'>): string {
  return `${ownerId} ${sequence}`;
}

/** Reads a line, which may have the prefix of a container's log. */
function readHead(line: string): { head: Head; mac: Buffer } | undefined {
  const start = line.indexOf('{');
  if (start < 0 || !line.includes('"auditHead"')) return undefined;
  try {
    const { ownerId, sequence, hash, mac } = JSON.parse(line.slice(start)).auditHead;
    return { head: { ownerId, sequence, hash: Buffer.from(hash, 'hex') }, mac: Buffer.from(mac, 'hex') };
  } catch {
    return undefined;
  }
}

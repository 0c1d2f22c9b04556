/**
 * `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header). The answer is stored in the transaction of the work itself. So a crash
 * leaves both or neither, and a retry never does the work twice.
 */
import { and, eq, lte, sql } from 'drizzle-orm';
import { index, pgTable, primaryKey, smallint, text, timestamp } from 'drizzle-orm/pg-core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { after, type Clock, DAY_MS, MINUTE_MS } from '../clock.ts';
import { removeRows } from '../database/batches.ts';
import { bytea } from '../database/columns.ts';
import type { Database, Transaction } from '../database/database.ts';
import { transact } from '../database/retry.ts';
import { sha256 } from '../security/random.ts';
import type { Sealer } from '../security/sealing.ts';
import { httpErrors } from './errors.ts';
import { enterAgain } from './operations/entering.ts';

/** Stored answers to requests with an Idempotency-Key, per caller. */
export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    callerId: text('caller_id').notNull(),
    key: text('key').notNull(),
    fingerprint: bytea('fingerprint').notNull(),
    status: smallint('status').notNull(),
    /** Sealed, because an answer can contain a secret that is shown once. */
    body: bytea('body').notNull(),
    expiresAt: timestamp('expires_at', { withTimezone: true }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.callerId, table.key] }),
    index('idempotency_keys_expires_at_index').on(table.expiresAt),
  ],
);

export interface Answer {
  status: number;
  body?: unknown;
}

export interface Idempotency {
  /**
   * Runs `work` in a transaction and answers with its result. With an Idempotency-Key header, it runs at most once in 24 h per key and
   * caller; a retry gets the stored answer, marked `Idempotency-Replayed: true`.
   * @param callerId the owner of the keys
   * @throws `idempotency_key_reused` for another request under the same key; `request_in_progress` while the first one runs
   */
  run(
    request: FastifyRequest,
    reply: FastifyReply,
    callerId: string,
    work: (tx: Transaction) => Promise<Answer>,
  ): Promise<FastifyReply>;
  /**
   * Does the same for work that calls another service, during which no transaction may stay open. The key is claimed first, and the
   * answer is stored at the end. If the process dies in between, the key is free again after two minutes. So `work` itself must be safe
   * to repeat.
   */
  runBeyond(
    request: FastifyRequest,
    reply: FastifyReply,
    callerId: string,
    work: () => Promise<Answer>,
  ): Promise<FastifyReply>;
  /** Deletes expired keys. @returns the number of deleted keys */
  purge(): Promise<number>;
}

/** Errors that an Idempotency-Key can cause, in addition to the errors of the work. */
export const idempotencyErrors = [httpErrors.idempotency_key_reused, httpErrors.request_in_progress];

const KEY_LIFETIME_MS = DAY_MS;
const MAX_KEY_LENGTH = 255;
/** The lifetime of a claim. Longer than any request may take. */
const CLAIM_MS = 2 * MINUTE_MS;
/** Stored as the status while there is no answer yet. */
const CLAIMED = 0;

const PURPOSE = 'idempotency_keys.body';

export function createIdempotency({ db, clock, sealer }: { db: Database; clock: Clock; sealer: Sealer }): Idempotency {
  const seal = (body: unknown) => sealer.seal(PURPOSE, JSON.stringify(body ?? null));
  const open = (body: Buffer) => JSON.parse(sealer.open(PURPOSE, body).toString()) ?? undefined;

  async function once(
    tx: Transaction,
    callerId: string,
    key: string,
    fingerprint: Buffer,
    work: () => Promise<Answer>,
  ) {
    // Held until the transaction ends. A request that does not get the lock arrived while the first one was running.
    const lock = sql`select pg_try_advisory_xact_lock(hashtextextended(${`${callerId}\0${key}`.replaceAll('\0', '|')}, 0)) as held`;
    const { rows } = await tx.execute(lock);
    if (!rows[0]?.held) throw httpErrors.request_in_progress({ headers: { 'retry-after': '1' } });

    const [stored] = await tx.select().from(idempotencyKeys).where(isKey(callerId, key));
    const now = clock.now();
    if (stored && stored.expiresAt > now) {
      if (!stored.fingerprint.equals(fingerprint)) throw httpErrors.idempotency_key_reused();
      return { answer: { status: stored.status, body: open(stored.body) }, replayed: true };
    }
    const answer = await work();
    const row = {
      fingerprint,
      status: answer.status,
      body: seal(answer.body),
      expiresAt: after(now, KEY_LIFETIME_MS),
    };
    await tx
      .insert(idempotencyKeys)
      .values({ callerId, key, ...row })
      .onConflictDoUpdate({ target: [idempotencyKeys.callerId, idempotencyKeys.key], set: row });
    return { answer, replayed: false };
  }

  /** @returns the end of the new claim, which also identifies it; or the answer that is stored under the key */
  async function claim(callerId: string, key: string, fingerprint: Buffer): Promise<{ until: Date } | Answer> {
    const now = clock.now();
    const until = after(now, CLAIM_MS);
    const row = { fingerprint, status: CLAIMED, body: Buffer.alloc(0), expiresAt: until };
    const { rowCount } = await db
      .insert(idempotencyKeys)
      .values({ callerId, key, ...row })
      .onConflictDoUpdate({
        target: [idempotencyKeys.callerId, idempotencyKeys.key],
        set: row,
        setWhere: sql`${idempotencyKeys.expiresAt} <= ${now}::timestamptz`,
      });
    if (rowCount) return { until };
    const [stored] = await db.select().from(idempotencyKeys).where(isKey(callerId, key));
    if (stored && !stored.fingerprint.equals(fingerprint)) throw httpErrors.idempotency_key_reused();
    if (!stored || stored.status === CLAIMED) throw httpErrors.request_in_progress({ headers: { 'retry-after': '1' } });
    return { status: stored.status, body: open(stored.body) };
  }

  return {
    async runBeyond(request, reply, callerId, work) {
      const key = keyOf(request);
      const claimed = key === undefined ? undefined : await claim(callerId, key, fingerprintOf(request));
      if (claimed && !('until' in claimed)) {
        await enterAgain(request);
        reply.header('idempotency-replayed', 'true');
        return reply.code(claimed.status).send(claimed.body);
      }
      const own = claimed && and(isKey(callerId, key!), eq(idempotencyKeys.expiresAt, claimed.until));
      try {
        const answer = await work();
        const row = { status: answer.status, body: seal(answer.body), expiresAt: after(clock.now(), KEY_LIFETIME_MS) };
        if (own) await db.update(idempotencyKeys).set(row).where(own);
        return reply.code(answer.status).send(answer.body);
      } catch (error) {
        if (own) await db.delete(idempotencyKeys).where(own);
        throw error;
      }
    },

    async run(request, reply, callerId, work) {
      const key = keyOf(request);
      const { answer, replayed } = await transact(db, async (tx) =>
        key === undefined
          ? { answer: await work(tx), replayed: false }
          : once(tx, callerId, key, fingerprintOf(request), () => work(tx)),
      );
      if (replayed) {
        // The stored answer may contain a secret, and `work`, which would check that the caller may still act, does not run.
        await enterAgain(request);
        reply.header('idempotency-replayed', 'true');
      }
      return reply.code(answer.status).send(answer.body);
    },

    purge() {
      const { expiresAt } = idempotencyKeys;
      return removeRows(db, { from: idempotencyKeys, where: lte(expiresAt, clock.now()), by: expiresAt });
    },
  };
}

function isKey(callerId: string, key: string) {
  return and(eq(idempotencyKeys.callerId, callerId), eq(idempotencyKeys.key, key));
}

function keyOf(request: FastifyRequest): string | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key !== 'string' || key.length === 0 || key.length > MAX_KEY_LENGTH) {
    throw httpErrors.bad_request({ detail: `Idempotency-Key must have 1 to ${MAX_KEY_LENGTH} characters.` });
  }
  return key;
}

function fingerprintOf(request: FastifyRequest): Buffer {
  return sha256(`${request.method} ${request.url}\n`, JSON.stringify(request.body ?? null));
}

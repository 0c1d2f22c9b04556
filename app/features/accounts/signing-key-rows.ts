/**
 * The table of signing keys: reading, adding and revoking. Each change is one transaction that also tells every process.
 * Not here: what a process does with the keys (`signing-keys.ts`).
 */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { asc, eq, inArray, sql } from 'drizzle-orm';
import { after, CLOCK_TOLERANCE_MS, type Clock } from '../../platform/clock.ts';
import { announce } from '../../platform/database/changes/announcing.ts';
import type { Database, Executor, Transaction } from '../../platform/database/database.ts';
import type { Sealer } from '../../platform/security/sealing.ts';
import { signingKeys } from './schema.ts';

export interface SigningKey {
  readonly id: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly publicJwk: Readonly<Record<string, string>>;
  readonly signsFrom: Date;
  /** When its successor begins to sign; undefined while there is none. */
  readonly signsUntil?: Date | undefined;
  /** When the last of its tokens has expired, by the clock of any process: from then on it verifies nothing. */
  readonly verifiesUntil?: Date | undefined;
}

export interface SigningKeyRows {
  /** All keys, in the order in which they sign. */
  read(): Promise<SigningKey[]>;
  /** Makes the first key, where there is none. */
  addFirst(): Promise<void>;
  /** Adds the next key and deletes those that are retired. @param lead how long it is published before it signs, in milliseconds */
  add(lead: number): Promise<{ id: string; signsFrom: Date; retired: string[] }>;
  /**
   * Deletes a key. Where it signed, another one signs from now on.
   * @returns the id of the key that signs now; undefined when there is no such key
   */
  revoke(id: string): Promise<string | undefined>;
}

export interface SigningKeyRowsOptions {
  db: Database;
  sealer: Sealer;
  clock: Clock;
  /** Lifetime of an access token, in milliseconds. */
  tokenLifetimeMs: number;
}

export const SIGNING_KEYS = 'signing_keys';
/** Precedes the id of a revoked key in what is told, so that a process that cannot read the table refuses it as well. */
export const REVOKED = 'revoked ';
const PURPOSE = 'signing_keys.private_key';
/** Names the lock under which keys are changed, so that two first starts make one key. */
const LOCK = 7_468_114;

export function createSigningKeyRows({ db, sealer, clock, tokenLifetimeMs }: SigningKeyRowsOptions): SigningKeyRows {
  /** Opened once each: the objects also key the caches of those who use them. */
  let opened = new Map<string, Pick<SigningKey, 'privateKey' | 'publicKey'>>();

  async function readFrom(executor: Executor): Promise<SigningKey[]> {
    const order = [asc(signingKeys.signsFrom), asc(signingKeys.createdAt)];
    const rows = await executor
      .select()
      .from(signingKeys)
      .orderBy(...order);
    opened = new Map(rows.map((row) => [row.id, opened.get(row.id) ?? open(row.privateKey)]));
    return rows.map(({ id, publicJwk, signsFrom }, index) => {
      const signsUntil = rows[index + 1]?.signsFrom;
      const verifiesUntil = signsUntil && after(signsUntil, tokenLifetimeMs + CLOCK_TOLERANCE_MS);
      return { id, publicJwk, signsFrom, signsUntil, verifiesUntil, ...opened.get(id)! };
    });
  }

  function open(sealed: Buffer) {
    const privateKey = createPrivateKey({ key: sealer.open(PURPOSE, sealed), format: 'der', type: 'pkcs8' });
    return { privateKey, publicKey: createPublicKey(privateKey) };
  }

  /** One change at a time, told to every process once it is committed. @param work returns what to tell, or undefined for nothing */
  function changing(work: (tx: Transaction, keys: SigningKey[]) => Promise<string | undefined>): Promise<void> {
    return db.transaction(async (tx) => {
      await tx.execute(sql`select pg_advisory_xact_lock(${LOCK})`);
      const news = await work(tx, await readFrom(tx));
      if (news !== undefined) announce(tx, SIGNING_KEYS, news);
    });
  }

  async function insert(tx: Transaction, lead: number): Promise<{ id: string; signsFrom: Date }> {
    const { id, publicJwk, privateKey } = generate();
    const signsFrom = after(clock.now(), lead);
    const sealed = sealer.seal(PURPOSE, privateKey);
    // By the database's clock: of two that begin in one millisecond, the later one is the successor.
    const createdAt = sql`clock_timestamp()`;
    await tx.insert(signingKeys).values({ id, publicJwk, privateKey: sealed, createdAt, signsFrom });
    return { id, signsFrom };
  }

  /** Deletes the keys that verify nothing any more. @returns their ids */
  async function retire(tx: Transaction, keys: readonly SigningKey[]): Promise<string[]> {
    const retired = keys.filter((key) => isRetired(key, clock.now())).map(({ id }) => id);
    if (retired.length > 0) await tx.delete(signingKeys).where(inArray(signingKeys.id, retired));
    return retired;
  }

  /** Sealed anew with the first APP_SECRET, so that an old one may go once keys have been rotated under both. */
  async function sealAnew(tx: Transaction, keys: readonly SigningKey[]): Promise<void> {
    for (const { id, privateKey } of keys) {
      const sealed = sealer.seal(PURPOSE, privateKey.export({ format: 'der', type: 'pkcs8' }));
      await tx.update(signingKeys).set({ privateKey: sealed }).where(eq(signingKeys.id, id));
    }
  }

  return {
    read: () => readFrom(db),

    addFirst: () => changing(async (tx, keys) => (keys.length > 0 ? undefined : (await insert(tx, 0)).id)),

    async add(lead) {
      let result: Awaited<ReturnType<SigningKeyRows['add']>>;
      await changing(async (tx, keys) => {
        const made = await insert(tx, lead);
        await sealAnew(tx, keys);
        result = { ...made, retired: await retire(tx, keys) };
        return made.id;
      });
      return result!;
    },

    async revoke(id) {
      let signing: string | undefined;
      await changing(async (tx, keys) => {
        const current = currentOf(keys, clock.now());
        if (!keys.some((key) => key.id === id)) return undefined;
        // Before their successor goes: without it the last of them would be the newest key again.
        await retire(tx, keys);
        await tx.delete(signingKeys).where(eq(signingKeys.id, id));
        signing = current?.id === id ? (await insert(tx, 0)).id : current?.id;
        return `${REVOKED}${id}`;
      });
      return signing;
    },
  };
}

/** The key that signs: the newest that has begun. A process whose clock is behind may know only one that has not. */
export function currentOf(keys: readonly SigningKey[], now: Date): SigningKey | undefined {
  return keys.findLast((key) => key.signsFrom <= now) ?? keys[0];
}

/** True if the key verifies nothing any more. */
export function isRetired({ verifiesUntil }: SigningKey, now: Date): boolean {
  return verifiesUntil !== undefined && verifiesUntil <= now;
}

/** An ES256 key pair (RFC 7518 section 3.4); its id is its thumbprint (RFC 7638). */
function generate() {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { kty, crv, x, y } = pair.publicKey.export({ format: 'jwk' }) as Record<string, string>;
  const id = createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
  const publicJwk = { kty: kty!, crv: crv!, x: x!, y: y!, kid: id, use: 'sig', alg: 'ES256' };
  return { id, publicJwk, privateKey: pair.privateKey.export({ format: 'der', type: 'pkcs8' }) };
}

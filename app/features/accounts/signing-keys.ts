/**
 * The keys that sign access tokens: in PostgreSQL, private part sealed. A rotation publishes the next key before it signs, and keeps
 * the last one until its tokens are dead; every process follows without a restart.
 */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { asc, eq, inArray, sql } from 'drizzle-orm';
import { after, type Clock, MINUTE_MS } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import type { Notifications } from '../../platform/database/notifications.ts';
import type { Sealer } from '../../platform/security/sealing.ts';
import { signingKeys } from './schema.ts';

export interface SigningKey {
  readonly id: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly publicJwk: Readonly<Record<string, string>>;
  readonly signsFrom: Date;
}

export interface SigningKeys {
  /** The key that signs now. */
  current(): SigningKey;
  /** The key of a token's `kid`, or undefined. */
  find(id: string): SigningKey | undefined;
  /** The public keys (RFC 7517): of tokens that may be alive, and the next one. */
  jwks(): { keys: Readonly<Record<string, string>>[] };
  /** Loads the keys, and makes the first one where there is none. Follows rotations from then on. */
  start(): Promise<void>;
  /** Adds the next key. @param lead how long it is published before it signs, in milliseconds */
  rotate(lead?: number): Promise<{ id: string; signsFrom: Date; retired: string[] }>;
}

export interface SigningKeysOptions {
  db: Database;
  sealer: Sealer;
  clock: Clock;
  notifications: Notifications;
  /** Lifetime of an access token, in milliseconds. */
  tokenLifetimeMs: number;
}

const CHANNEL = 'signing_keys_changed';
const PURPOSE = 'signing_keys.private_key';
/** Names the lock under which keys are made, so that two first starts make one key. */
const LOCK = 7_468_114;
/** Longer than other services may cache the JWKS (see `cache-control` of its route). */
export const PUBLISH_LEAD_MS = 15 * MINUTE_MS;
const LEEWAY_MS = MINUTE_MS;

export function createSigningKeys({
  db,
  sealer,
  clock,
  notifications,
  tokenLifetimeMs,
}: SigningKeysOptions): SigningKeys {
  let keys: readonly SigningKey[] = [];
  let byId = new Map<string, SigningKey>();

  async function load(): Promise<void> {
    const rows = await db.select().from(signingKeys).orderBy(asc(signingKeys.signsFrom), asc(signingKeys.id));
    keys = rows.map((row) => byId.get(row.id) ?? openKey(row));
    byId = new Map(keys.map((key) => [key.id, key]));
  }

  function openKey(row: typeof signingKeys.$inferSelect): SigningKey {
    const privateKey = createPrivateKey({ key: sealer.open(PURPOSE, row.privateKey), format: 'der', type: 'pkcs8' });
    const { id, publicJwk, signsFrom } = row;
    return { id, privateKey, publicKey: createPublicKey(privateKey), publicJwk, signsFrom };
  }

  /** Those that have begun, the newest first. */
  const begun = () => keys.filter((key) => key.signsFrom <= clock.now()).reverse();

  /** A key is dead once its successor has signed for longer than a token lives. */
  function dead(): SigningKey[] {
    const now = clock.now();
    const [, ...older] = begun();
    return older.filter((key) => {
      const successor = keys[keys.indexOf(key) + 1]!;
      return after(successor.signsFrom, tokenLifetimeMs + LEEWAY_MS) < now;
    });
  }

  async function insert(lead: number, onlyIfNone: boolean) {
    return db.transaction(async (tx) => {
      await tx.execute(sql`select pg_advisory_xact_lock(${LOCK})`);
      if (onlyIfNone && (await tx.select({ id: signingKeys.id }).from(signingKeys).limit(1)).length > 0)
        return undefined;
      const now = clock.now();
      const { id, publicJwk, privateKey } = generate();
      const signsFrom = after(now, lead);
      await tx
        .insert(signingKeys)
        .values({ id, publicJwk, privateKey: sealer.seal(PURPOSE, privateKey), createdAt: now, signsFrom });
      // Sealed anew with the first APP_SECRET, so that an old one may go once keys have been rotated under both.
      for (const key of keys) {
        const privateKey = sealer.seal(PURPOSE, key.privateKey.export({ format: 'der', type: 'pkcs8' }));
        await tx.update(signingKeys).set({ privateKey }).where(eq(signingKeys.id, key.id));
      }
      const retired = dead().map((key) => key.id);
      if (retired.length > 0) await tx.delete(signingKeys).where(inArray(signingKeys.id, retired));
      await tx.execute(sql`select pg_notify(${CHANNEL}, ${id})`);
      return { id, signsFrom, retired };
    });
  }

  return {
    current() {
      const [key] = begun();
      if (!key) throw new Error('there is no signing key');
      return key;
    },
    find: (id) => byId.get(id),
    jwks() {
      const gone = new Set(dead());
      return { keys: keys.filter((key) => !gone.has(key)).map((key) => key.publicJwk) };
    },
    async start() {
      await load();
      if (keys.length === 0) {
        await insert(0, true);
        await load();
      }
      await notifications.subscribe(CHANNEL, { onNotification: () => void load().catch(() => {}), onConnected: load });
    },
    async rotate(lead = PUBLISH_LEAD_MS) {
      await load();
      const made = await insert(lead, false);
      await load();
      return made!;
    },
  };
}

/** An ES256 key pair (RFC 7518 section 3.4); its id is its thumbprint (RFC 7638). */
function generate() {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { kty, crv, x, y } = pair.publicKey.export({ format: 'jwk' }) as Record<string, string>;
  const id = createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
  const publicJwk = { kty: kty!, crv: crv!, x: x!, y: y!, kid: id, use: 'sig', alg: 'ES256' };
  return { id, publicJwk, privateKey: pair.privateKey.export({ format: 'der', type: 'pkcs8' }) };
}

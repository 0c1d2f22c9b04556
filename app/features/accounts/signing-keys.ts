/**
 * The keys that sign access tokens, as each process knows them. A rotation publishes the next key before it signs, and keeps the last
 * one until its tokens are dead; a revoked key is refused at once. Every process follows without a restart, in three ways:
 * - an announced change makes it read the keys anew, repeated until that succeeds;
 * - while changes cannot be read it reads them before it trusts a token, once a second at most, so that no change is missed for longer;
 * - a token with a `kid` that it does not know makes it read them, once in five seconds at most: strangers can invent any number.
 */
import { type Clock, MINUTE_MS, SECOND_MS } from '../../platform/clock.ts';
import type { ChangeFeed } from '../../platform/database/changes/feed.ts';
import type { Database } from '../../platform/database/database.ts';
import type { Sealer } from '../../platform/security/sealing.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import { untilDone } from '../../platform/until-done.ts';
import {
  createSigningKeyRows,
  currentOf,
  isRetired,
  REVOKED,
  SIGNING_KEYS,
  type SigningKey,
  type SigningKeyRows,
} from './signing-key-rows.ts';

export type { SigningKey } from './signing-key-rows.ts';

export interface SigningKeys extends Pick<SigningKeyRows, 'revoke'> {
  /** The key that signs now, as far as is known. */
  current(): SigningKey;
  /** Hears first what changed. Before something is signed, or shown to others. */
  hear(): Promise<void>;
  /** The key of a token's `kid`, or undefined. What it verifies is limited by its `signsUntil` and `verifiesUntil`. */
  find(id: string): SigningKey | undefined;
  /** True if what `find` knows may be out of date; then ask `seek`. */
  readonly uncertain: boolean;
  /** The same as `find`, after reading the keys anew where that is due. @throws what the database throws */
  seek(id: string): Promise<SigningKey | undefined>;
  /** The public keys (RFC 7517), as far as is known: of tokens that may be alive, and the next one. */
  jwks(): { keys: Readonly<Record<string, string>>[] };
  /** All keys, read from the database: in the order in which they sign. */
  list(): Promise<SigningKey[]>;
  /** Loads the keys, and makes the first one where there is none. Follows changes from then on. */
  start(): Promise<void>;
  /** Adds the next key. @param lead how long it is published before it signs, in milliseconds */
  rotate(lead?: number): Promise<{ id: string; signsFrom: Date; retired: string[] }>;
}

export interface SigningKeysOptions {
  db: Database;
  sealer: Sealer;
  clock: Clock;
  feed: ChangeFeed;
  /** Aborted when the service closes: then nothing is read any more. */
  closed: AbortSignal;
  logger: Pick<Logger, 'error' | 'info'>;
  /** Lifetime of an access token, in milliseconds. */
  tokenLifetimeMs: number;
}

/** Twice the time for which common libraries keep the JWKS, whatever its `cache-control` says: jwx (Go) asks every 15 minutes. */
export const PUBLISH_LEAD_MS = 30 * MINUTE_MS;
const SEEK_EVERY_MS = 5 * SECOND_MS;
/** How long a read is trusted while changes cannot be read. */
const TRUSTED_MS = SECOND_MS;

export function createSigningKeys({ clock, feed, closed, logger, ...options }: SigningKeysOptions): SigningKeys {
  const rows = createSigningKeyRows({ ...options, clock });
  /** Never trusted again, whatever a read that began before the revocation says. */
  const revoked = new Set<string>();
  let keys: readonly SigningKey[] = [];
  let byId = new Map<string, SigningKey>();
  let reads = 0;
  let newest = 0;
  let readAtMs = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;
  let failure: { error: unknown; atMs: number } | undefined;
  let seekAgainAtMs = Number.NEGATIVE_INFINITY;

  function keep(found: readonly SigningKey[]): void {
    keys = found.filter(({ id }) => !revoked.has(id));
    byId = new Map(keys.map((key) => [key.id, key]));
  }

  async function load(): Promise<void> {
    const nth = ++reads;
    const startedAtMs = performance.now();
    const found = await rows.read();
    // One that began later knows more.
    if (nth < newest) return;
    newest = nth;
    readAtMs = startedAtMs;
    keep(found);
  }

  /** For any number who ask at once; a failure answers for a second. */
  function loadForMany(): Promise<void> {
    if (failure && performance.now() - failure.atMs < TRUSTED_MS) return Promise.reject(failure.error);
    reading ??= load()
      .then(
        () => {
          failure = undefined;
        },
        (error: unknown) => {
          failure = { error, atMs: performance.now() };
          throw error;
        },
      )
      .finally(() => {
        reading = undefined;
      });
    return reading;
  }

  /** True if a key that is not known is worth a read. */
  function isSeekDue(): boolean {
    if (failure || reading) return true;
    const now = performance.now();
    if (now < seekAgainAtMs) return false;
    seekAgainAtMs = now + SEEK_EVERY_MS;
    return true;
  }

  const catchUp = untilDone(load, {
    signal: closed,
    onFailing: (err) => logger.error({ err }, 'signing keys have changed and cannot be read; trying until they can'),
    onRecovered: () => logger.info('signing keys are read again'),
  });

  const isOld = () => performance.now() - readAtMs > TRUSTED_MS;

  return {
    current() {
      const key = currentOf(keys, clock.now());
      if (!key) throw new Error('there is no signing key');
      return key;
    },

    async hear() {
      if (!(await feed.refresh()) && isOld()) catchUp();
    },

    find: (id) => byId.get(id),

    get uncertain() {
      return !feed.isFresh();
    },

    async seek(id) {
      if (revoked.has(id)) return undefined;
      const isHeard = await feed.refresh();
      if ((!isHeard && isOld()) || (!byId.has(id) && isSeekDue())) await loadForMany();
      return byId.get(id);
    },

    jwks() {
      const now = clock.now();
      return { keys: keys.filter((key) => !isRetired(key, now)).map((key) => key.publicJwk) };
    },

    list: rows.read,

    async start() {
      await load();
      if (keys.length === 0) {
        await rows.addFirst();
        await load();
      }
      feed.follow(SIGNING_KEYS, {
        changed(news) {
          if (news.startsWith(REVOKED)) {
            revoked.add(news.slice(REVOKED.length));
            byId.delete(news.slice(REVOKED.length));
          }
          catchUp();
        },
        reset: load,
      });
    },

    async rotate(lead = PUBLISH_LEAD_MS) {
      const made = await rows.add(lead);
      await load();
      return made;
    },

    async revoke(id) {
      const signing = await rows.revoke(id);
      await load();
      return signing;
    },
  };
}

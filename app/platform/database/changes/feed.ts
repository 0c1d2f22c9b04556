/**
 * What changed, as a process follows it. There is nothing to listen to: the process reads the table of changes where somebody asks it something, and
 * one read serves everybody who asks within the next milliseconds. So what memory answers is at most `FRESH_MS` older than the question, whatever fails, an idle
 * process reads nothing, and no commit waits for a queue of notifications.
 *
 * Numbers of rows do not tell what was missed, because transactions commit in another order than they began. Each read therefore takes the changes
 * that its snapshot sees and that the snapshot of the read before did not see (`pg_visible_in_snapshot`).
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { type Change, EVERYTHING } from './collecting.ts';

/** Memory answers who asks at most so long after a read of the changes began, in milliseconds. */
export const FRESH_MS = 20;
/** A read begins so long after the last one, in milliseconds, while somebody asks: before anybody has to wait for it. */
const AHEAD_MS = FRESH_MS / 2;
/** A change is answered so long after its commit, in milliseconds: then no process answers from before it. */
export const SETTLE_MS = FRESH_MS + 5;
/** After a pause of so many milliseconds, changes may have been swept that were never read. */
export const FORGOTTEN_MS = 60_000;
/** After a failed read, the database is asked directly for so long, in milliseconds. */
const RETRY_MS = 250;
/** More changes than this between two reads, and everything is forgotten. */
const MAX_CHANGES = 10_000;

export interface ChangeFollower {
  /** @param ageSeconds the time since it was announced; undefined if this process has announced it just now */
  changed(key: string, ageSeconds?: number): void;
  /** Anything may have changed: at the start, after a pause, or after the database was restarted. */
  reset(): Promise<void> | void;
}

export interface ChangeFeed {
  follow(kind: string, follower: ChangeFollower): void;
  /** True if every change that was committed more than `FRESH_MS` ago is known. Then memory may answer. */
  isFresh(): boolean;
  /** Reads what changed, if that is due. @returns false if it cannot be read: ask the database instead of memory */
  refresh(): Promise<boolean>;
  /**
   * Takes what this process has committed. Resolves when no process answers from before it, except in a job (`withoutSettling`), which
   * nobody waits for.
   */
  committed(changes: readonly Change[]): Promise<void>;
  /** True unless the last read has failed. */
  readonly connected: boolean;
  /** When the last read that succeeded began, by `performance.now()`. */
  readonly readAtMs: number;
  close(): Promise<void>;
}

export interface ChangeFeedOptions {
  url: string;
  preparedStatements: boolean;
  onLost?: (error: unknown) => void;
}

/** A place in the order of commits. */
interface Position {
  /** `pg_snapshot`. */
  snapshot: string;
  /** When the server was started: another one, or the same after a restart, may have lost what was committed. */
  server: string;
}

type ReadChange = readonly [kind: string, key: string, ageSeconds: number];
interface Read extends Position {
  goesBack: boolean | null;
  changes: readonly ReadChange[];
}

const READ = `
  select pg_current_snapshot()::text as snapshot, pg_postmaster_start_time()::text as server,
    pg_snapshot_xmax(pg_current_snapshot()) < pg_snapshot_xmax($1::text::pg_snapshot) as "goesBack",
    coalesce((select json_agg(json_build_array(kind, key, extract(epoch from clock_timestamp() - announced_at)))
      from (select kind, key, announced_at from changes
        where transaction_id >= pg_snapshot_xmin($1::text::pg_snapshot) and transaction_id < pg_snapshot_xmax(pg_current_snapshot())
          and not pg_visible_in_snapshot(transaction_id, $1::text::pg_snapshot)
        limit ${MAX_CHANGES + 1}) news), '[]') as changes`;

const unhurried = new AsyncLocalStorage<true>();

/** Runs work whose result nobody outside waits for: its transactions end with their commit. */
export const withoutSettling = <T>(work: () => T): T => unhurried.run(true, work);

export function createChangeFeed({ url, preparedStatements, onLost }: ChangeFeedOptions): ChangeFeed {
  const followers = new Map<string, ChangeFollower[]>();
  let client: pg.Client | undefined;
  let position: Position | undefined;
  /** When the last read that succeeded began. */
  let readAtMs = Number.NEGATIVE_INFINITY;
  let failedAtMs = Number.NEGATIVE_INFINITY;
  let connected = true;
  let reading: Promise<void> | undefined;
  let closed = false;

  async function connect(): Promise<pg.Client> {
    const opened = new pg.Client({
      connectionString: url,
      application_name: 'plinth changes',
      connectionTimeoutMillis: 1_000,
      query_timeout: 1_000,
      keepAlive: true,
    });
    const lose = () => {
      if (client === opened) client = undefined;
    };
    opened.on('error', lose);
    opened.on('end', lose);
    await opened.connect();
    return opened;
  }

  const tell = (kind: string, key: string, ageSeconds?: number) => {
    for (const follower of followers.get(kind) ?? []) follower.changed(key, ageSeconds);
  };

  async function resetAll(): Promise<void> {
    // Until every follower has begun anew, memory must not answer.
    readAtMs = Number.NEGATIVE_INFINITY;
    position = undefined;
    await Promise.all([...followers.values()].flat().map((follower) => follower.reset()));
  }

  async function read(): Promise<void> {
    const startedAtMs = performance.now();
    const since = startedAtMs - readAtMs < FORGOTTEN_MS ? position : undefined;
    client ??= await connect();
    const statement = { ...(preparedStatements && { name: 'changes_read' }), text: READ };
    const { rows } = await client.query<Read>({ ...statement, values: [since?.snapshot ?? null] });
    const { changes, goesBack, snapshot, server } = rows[0]!;
    const isTooMuch = changes.length > MAX_CHANGES || changes.some(([kind]) => kind === EVERYTHING);
    if (!since || goesBack || server !== since.server || isTooMuch) await resetAll();
    else for (const [kind, key, ageSeconds] of changes) tell(kind, key, ageSeconds);
    position = { snapshot, server };
    readAtMs = startedAtMs;
  }

  function readOnce(): Promise<void> {
    reading ??= read()
      .then(
        () => {
          connected = true;
        },
        (error: unknown) => {
          if (connected && !closed) onLost?.(error);
          connected = false;
          failedAtMs = performance.now();
          const lost = client;
          client = undefined;
          lost?.end().catch(() => {});
        },
      )
      .finally(() => {
        reading = undefined;
      });
    return reading;
  }

  const isDue = (ms: number) => performance.now() - readAtMs > ms;
  const hasJustFailed = () => performance.now() - failedAtMs < RETRY_MS;

  return {
    follow(kind, follower) {
      followers.set(kind, [...(followers.get(kind) ?? []), follower]);
    },

    isFresh() {
      if (!isDue(AHEAD_MS)) return true;
      if (isDue(FRESH_MS)) return false;
      if (!hasJustFailed()) void readOnce();
      return true;
    },

    async refresh() {
      // However long a read takes, it answers who asked at most so long after it began.
      const since = performance.now() - FRESH_MS;
      // A read that is under way may have begun before.
      for (let nth = 1; nth <= 2 && readAtMs < since && !closed && !hasJustFailed(); nth++) await readOnce();
      return readAtMs >= since;
    },

    async committed(changes) {
      for (const { kind, key } of changes) tell(kind, key);
      if (!unhurried.getStore()) await delay(SETTLE_MS);
    },

    get connected() {
      return connected;
    },

    get readAtMs() {
      return readAtMs;
    },

    async close() {
      closed = true;
      await reading;
      await client?.end();
    },
  };
}

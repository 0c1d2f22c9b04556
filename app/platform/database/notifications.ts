/**
 * LISTEN/NOTIFY for a process: one connection, any number of channels. A subscriber learns of every notification, and of every gap:
 * `onConnected` follows each (re)connection, after LISTEN is in force, so that it can read what it missed.
 * Not here: sending, which is `pg_notify` in the sender's transaction.
 */
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

export interface Subscriber {
  onNotification(payload: string): void;
  /** LISTEN is in force from now on. The channel counts as connected once this resolves; a rejection drops the connection. */
  onConnected?(): Promise<void> | void;
}

export interface Notifications {
  /** Adds a subscriber of `channel`. @returns a function that removes it */
  subscribe(channel: string, subscriber: Subscriber): Promise<() => void>;
  /** Whether every notification committed from now on will arrive. */
  readonly connected: boolean;
  /** Connects, and keeps reconnecting when the connection is lost. Resolves when first connected or when closed. */
  start(): Promise<void>;
  close(): Promise<void>;
}

export interface NotificationsOptions {
  /** A URL that is not behind a transaction-mode pooler: LISTEN needs a session. */
  url: string;
  onLost?: (error: Error) => void;
  /** How often a silent connection is checked, in milliseconds; it counts as lost when a check takes as long again. */
  heartbeatMs?: number;
}

const RECONNECT_DELAYS_MS = [50, 100, 250, 500, 1_000, 2_000];

export function createNotifications({ url, onLost, heartbeatMs = 2_000 }: NotificationsOptions): Notifications {
  const subscribers = new Map<string, Set<Subscriber>>();
  const closing = new AbortController();
  let client: pg.Client | undefined;
  let connected = false;
  let failures = 0;
  let running: Promise<void> | undefined;

  const started = Promise.withResolvers<void>();

  async function session(): Promise<void> {
    const current = new pg.Client({
      connectionString: url,
      application_name: 'plinth listen',
      connectionTimeoutMillis: 5_000,
    });
    const over = new AbortController();
    const ended = new Promise<Error>((resolve) => {
      current.on('error', resolve);
      current.on('end', () => resolve(new Error('the database closed the connection')));
      closing.signal.addEventListener('abort', () => resolve(new Error('closed')), { signal: over.signal });
    });
    current.on('notification', ({ channel, payload }) => {
      for (const subscriber of subscribers.get(channel) ?? []) subscriber.onNotification(payload ?? '');
    });
    try {
      await current.connect();
      client = current;
      for (const channel of subscribers.keys()) await current.query(`listen ${pg.escapeIdentifier(channel)}`);
      for (const members of subscribers.values()) for (const member of members) await member.onConnected?.();
      connected = true;
      failures = 0;
      started.resolve();
      throw await Promise.race([ended, heartbeats(current, ended)]);
    } finally {
      connected = false;
      client = undefined;
      over.abort();
      // Not awaited: a connection that hangs would hang here too.
      current.end().catch(() => {});
    }
  }

  /** Resolves with the reason when the connection has ended, or no longer answers. */
  async function heartbeats(current: pg.Client, ended: Promise<Error>): Promise<Error> {
    for (;;) {
      const over = new AbortController();
      const pause = (ms: number) => delay(ms, undefined, { ref: false, signal: over.signal }).catch(() => undefined);
      try {
        const reason = await Promise.race([pause(heartbeatMs), ended]);
        if (reason) return reason;
        const answer = current.query('select 1').then(() => 'alive' as const);
        const outcome = await Promise.race([answer, pause(heartbeatMs), ended]);
        if (outcome instanceof Error) return outcome;
        if (!outcome) return new Error(`no answer from the database within ${heartbeatMs} ms`);
      } finally {
        over.abort();
      }
    }
  }

  async function run(): Promise<void> {
    while (!closing.signal.aborted) {
      try {
        await session();
      } catch (error) {
        if (closing.signal.aborted) break;
        onLost?.(error as Error);
        const ms = RECONNECT_DELAYS_MS[Math.min(failures++, RECONNECT_DELAYS_MS.length - 1)]!;
        await delay(ms, undefined, { signal: closing.signal }).catch(() => {});
      }
    }
    started.resolve();
  }

  return {
    async subscribe(channel, subscriber) {
      const members = subscribers.get(channel);
      if (members) members.add(subscriber);
      else subscribers.set(channel, new Set([subscriber]));
      if (client && connected) {
        if (!members) await client.query(`listen ${pg.escapeIdentifier(channel)}`);
        await subscriber.onConnected?.();
      }
      return () => {
        subscribers.get(channel)?.delete(subscriber);
      };
    },
    get connected() {
      return connected;
    },
    start() {
      running ??= run();
      return started.promise;
    },
    async close() {
      closing.abort();
      await running;
    },
  };
}

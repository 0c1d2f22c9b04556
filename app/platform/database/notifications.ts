/**
 * LISTEN/NOTIFY for a process: one connection, any number of channels. A subscriber receives every notification, and learns of every gap:
 * `onConnected` is called after each (re)connection, once LISTEN is in force, so that the subscriber can read what it missed.
 * Senders give hints (`changes/hints.ts`), which leave after the commit.
 */
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

export interface Subscriber {
  onNotification(payload: string): void;
  /** Called when LISTEN is in force. The channel counts as connected once this resolves; a rejection drops the connection. */
  onConnected?(): Promise<void> | void;
}

export interface Notifications {
  /** Adds a subscriber of `channel`. @returns a function that removes it */
  subscribe(channel: string, subscriber: Subscriber): Promise<() => void>;
  /** True if every notification committed from now on will arrive. */
  readonly connected: boolean;
  /** Aborted by `close`. Work that follows notifications must end then. */
  readonly closed: AbortSignal;
  /** Connects, and keeps reconnecting when the connection is lost. Resolves when first connected or when closed. */
  start(): Promise<void>;
  close(): Promise<void>;
}

export interface NotificationsOptions {
  /** A URL that is not behind a transaction-mode pooler: LISTEN needs a session. */
  url: string;
  onLost?: (error: Error) => void;
  /** The interval between checks of the connection, in milliseconds. It counts as lost when a check is not answered within the same time. */
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
      // Detects a silent connection at the next query: LISTEN, or a heartbeat.
      query_timeout: heartbeatMs,
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
      await listenForAll(current);
      connected = true;
      failures = 0;
      started.resolve();
      throw await Promise.race([ended, heartbeats(current, ended)]);
    } finally {
      connected = false;
      client = undefined;
      over.abort();
      // Not awaited, because a hanging connection would hang here too. `end` closes the socket by force while a query is unanswered.
      current.end().catch(() => {});
    }
  }

  /** LISTENs on every channel and calls every subscriber, including those that subscribe meanwhile. */
  async function listenForAll(current: pg.Client): Promise<void> {
    const listening = new Set<string>();
    const told = new Set<Subscriber>();
    const next = () => {
      for (const [channel, members] of subscribers)
        for (const member of members) if (!told.has(member)) return { channel, member };
      return undefined;
    };
    for (const channel of subscribers.keys()) {
      listening.add(channel);
      await listen(current, channel);
    }
    for (let waiting = next(); waiting; waiting = next()) {
      const { channel, member } = waiting;
      told.add(member);
      if (!listening.has(channel)) await listen(current, channel);
      listening.add(channel);
      await member.onConnected?.();
    }
  }

  /** Resolves with the reason when the connection has ended, or no longer answers. */
  async function heartbeats(current: pg.Client, ended: Promise<Error>): Promise<Error> {
    for (;;) {
      const over = new AbortController();
      const pause = delay(heartbeatMs, undefined, { ref: false, signal: over.signal }).catch(() => undefined);
      const reason = await Promise.race([pause, ended]);
      over.abort();
      if (reason) return reason;
      const silent = () => new Error(`no answer from the database within ${heartbeatMs} ms`);
      const answer = current.query('select 1').then(() => undefined, silent);
      const outcome = await Promise.race([answer, ended]);
      if (outcome) return outcome;
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
        if (!members) await listen(client, channel);
        await subscriber.onConnected?.();
      }
      return () => {
        subscribers.get(channel)?.delete(subscriber);
      };
    },
    get connected() {
      return connected;
    },
    closed: closing.signal,
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

async function listen(client: pg.Client, channel: string): Promise<void> {
  await client.query(`listen ${pg.escapeIdentifier(channel)}`);
}

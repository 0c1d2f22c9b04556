/** The connection to Redis, or to a server with the same protocol (Valkey). It stores only data that may be lost. */
import { once } from 'node:events';
import type { createClient } from '@redis/client';

export type RedisClient = ReturnType<typeof createClient>;

export interface Redis {
  readonly client: RedisClient;
  /** Connects. Resolves also if that fails or takes long; the client then keeps trying. */
  start(): Promise<void>;
  /** Checks the connection once, instead of `start`. @returns the reason why it cannot be used; undefined if it answers */
  probe(): Promise<string | undefined>;
  close(): Promise<void>;
}

export interface RedisOptions {
  /** Never logged, because it may contain a password. */
  url: string;
  /** Called once when the connection is lost or cannot be opened, and not again until it was connected. */
  onLost(error: Error): void;
}

const PATIENCE_MS = 2_000;
const MAX_PAUSE_MS = 2_000;

export async function createRedis({ url, onLost }: RedisOptions): Promise<Redis> {
  // Loaded only if Redis is configured, because the library costs memory and start time.
  const { createClient } = await import('@redis/client');
  const client: RedisClient = createClient({
    url,
    // While Redis is unavailable, callers use PostgreSQL instead of waiting.
    disableOfflineQueue: true,
    socket: {
      connectTimeout: PATIENCE_MS,
      reconnectStrategy: (attempts) => Math.min(50 * 2 ** attempts, MAX_PAUSE_MS),
    },
  });
  let lost = false;
  client.on('ready', () => {
    lost = false;
  });
  client.on('error', (error: Error) => {
    if (!lost) onLost(error);
    lost = true;
  });
  /** Resolves with the reason why Redis cannot be used as soon as it is known, also if a server accepts a connection and never answers. */
  const trouble = () =>
    once(client, 'error', { signal: AbortSignal.timeout(PATIENCE_MS) }).then(
      ([error]) => reasonOf(error),
      () => `no answer within ${PATIENCE_MS} ms`,
    );

  return {
    client,
    async start() {
      // While the client cannot connect, this promise stays pending; it rejects only when the client is closed.
      const connected = client.connect().catch(() => {});
      await Promise.race([connected, trouble()]);
    },
    async probe() {
      const answered = client.connect().then(() => client.ping());
      return Promise.race([answered.then(() => undefined, reasonOf), trouble()]);
    },
    async close() {
      if (client.isOpen) client.destroy();
    },
  };
}

/** If none of several addresses of a host answers, the error has no message. */
function reasonOf(error: Error & { code?: string }): string {
  return error.message || error.code || error.name;
}

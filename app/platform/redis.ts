/** The connection to a Redis, or to what speaks its protocol (Valkey). Nothing that must not be lost is kept there. */
import { once } from 'node:events';
import type { createClient } from '@redis/client';

export type RedisClient = ReturnType<typeof createClient>;

export interface Redis {
  readonly client: RedisClient;
  /** Connects; resolves also when that fails or takes long, as it goes on trying. */
  start(): Promise<void>;
  /** Instead of `start`: only asks. @returns why it cannot be used; undefined when it answers */
  probe(): Promise<string | undefined>;
  close(): Promise<void>;
}

export interface RedisOptions {
  /** Never logged: it may hold a password. */
  url: string;
  /** Called once when the connection is lost, or cannot be made; not again before it was there. */
  onLost(error: Error): void;
}

const PATIENCE_MS = 2_000;
const MAX_PAUSE_MS = 2_000;

export async function createRedis({ url, onLost }: RedisOptions): Promise<Redis> {
  // Only for those who have one: it costs memory, and time of the start.
  const { createClient } = await import('@redis/client');
  const client: RedisClient = createClient({
    url,
    // Whoever asks while it is away has another way, and does not wait.
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
  /** Why it cannot be used, as soon as that is clear: also a server that takes a connection and then says nothing. */
  const trouble = () =>
    once(client, 'error', { signal: AbortSignal.timeout(PATIENCE_MS) }).then(
      ([error]) => reasonOf(error),
      () => `no answer within ${PATIENCE_MS} ms`,
    );

  return {
    client,
    async start() {
      // While it cannot connect, this one stays pending, and fails only by being closed.
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

/** A host of several addresses, of which none answers, has an error without a message. */
function reasonOf(error: Error & { code?: string }): string {
  return error.message || error.code || error.name;
}

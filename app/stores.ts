/** Where the service keeps things, and hears of changes: PostgreSQL, and, where there are such, a replica and a Redis. */
import type { CompleteConfig } from './config.ts';
import type { Clock } from './platform/clock.ts';
import { type ChangeFeed, createChangeFeed } from './platform/database/changes/feed.ts';
import { type Database, openDatabase } from './platform/database/database.ts';
import { createNotifications, type Notifications } from './platform/database/notifications.ts';
import { observeDatabase } from './platform/database/observation.ts';
import { createTolerantReads, type TolerantReads } from './platform/database/replica.ts';
import { createRedis, type Redis } from './platform/redis.ts';
import { createRateLimits, type RateLimits } from './platform/security/rate-limits.ts';
import type { Logger } from './platform/telemetry/logger.ts';
import type { Metrics } from './platform/telemetry/metrics.ts';

export interface Stores {
  db: Database;
  replica: Database | undefined;
  /** From the replica where there is one. */
  reads: TolerantReads;
  /** What changed of what is kept in memory. */
  feed: ChangeFeed;
  notifications: Notifications;
  redis: Redis | undefined;
  rateLimits: RateLimits;
  /** The database without a pooler. */
  directUrl: string;
}

export interface StoresOptions {
  config: CompleteConfig;
  role: string;
  clock: Clock;
  logger: Logger;
  metrics: Metrics;
  /** Takes what closes them, to be run in reverse. */
  closers: ((timeoutMs: number) => Promise<unknown>)[];
}

/** Opens all of them. Nothing connects before it is started or first used. */
export async function openStores({ config, role, clock, logger, metrics, closers }: StoresOptions): Promise<Stores> {
  const directUrl = config.databaseDirectUrl ?? config.databaseUrl;
  const feed = createChangeFeed({
    url: config.databaseUrl,
    preparedStatements: config.databasePreparedStatements,
    onLost: (err) => logger.warn({ err }, 'changes cannot be read; nothing is answered from memory until they can'),
  });
  closers.push(() => feed.close());

  const open = (url: string, lost: string) => {
    const opened = openDatabase({
      url,
      poolSize: config.databasePoolSize,
      lanes: config.databaseLanes,
      preparedStatements: config.databasePreparedStatements,
      statementTimeoutMs: 10_000,
      applicationName: `plinth ${role}`,
      onConnectionLost: (err) => logger.warn({ err }, lost),
      onWait: (owner) => logger.info({ owner }, 'the work of one owner waits for its share of the connections'),
      onCommitted: feed.committed,
      metrics,
    });
    closers.push(() => opened.$client.end());
    return opened;
  };

  const db = open(config.databaseUrl, 'database connection lost; the next statement opens another');
  observeDatabase(db, metrics);
  const replica = config.databaseReplicaUrl
    ? open(config.databaseReplicaUrl, 'replica lost; the primary is read until it is back')
    : undefined;
  const reads = createTolerantReads({ primary: db, replica, clock });

  const notifications = createNotifications({
    url: directUrl,
    onLost: (err) =>
      logger.warn({ err }, 'notifications lost; what is due is looked for now and then until they are back'),
  });
  closers.push(() => notifications.close());

  const redis = config.redisUrl
    ? await createRedis({
        url: config.redisUrl,
        onLost: (err) => logger.warn({ err }, 'Redis lost; rate limits are counted in PostgreSQL until it is back'),
      })
    : undefined;
  closers.push(async () => redis?.close());
  const rateLimits = createRateLimits({ pool: db.$client, redis: redis?.client });

  return { db, replica, reads, feed, notifications, redis, rateLimits, directUrl };
}

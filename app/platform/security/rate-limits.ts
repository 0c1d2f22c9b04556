/**
 * Rate limits that all processes count together: in PostgreSQL, or in Redis if it is configured. While Redis is unavailable, PostgreSQL
 * counts. Features decide which operations are limited and how much.
 */
import { bigint, index, integer, pgTable, text } from 'drizzle-orm/pg-core';
import ipaddr from 'ipaddr.js';
import { RateLimiterPostgres, RateLimiterRedis, RateLimiterRes, RLWrapperTimeouts } from 'rate-limiter-flexible';
import type { PipelinedPool } from '../database/pipelined-pool.ts';
import { httpErrors } from '../http/errors.ts';
import type { RedisClient } from '../redis.ts';
import { sha256 } from './random.ts';

/** Counters of rate limits, with the columns that rate-limiter-flexible expects. Keys are hashed, so that no addresses are stored. */
export const rateLimits = pgTable(
  'rate_limits',
  {
    key: text('key').primaryKey(),
    points: integer('points').notNull().default(0),
    /** Unix milliseconds. */
    expire: bigint('expire', { mode: 'number' }),
  },
  (table) => [index('rate_limits_expire_index').on(table.expire)],
);

export interface RateLimit {
  /** Counts one use of `key`. @throws `rate_limited` with `Retry-After` if that exceeds the limit */
  consume(key: string): Promise<void>;
  /** Refunds one use, which turned out not to be of the limited kind. */
  refund(key: string): Promise<void>;
  /** Deletes all uses of `key`. */
  reset(key: string): Promise<void>;
}

export interface RateLimitOptions {
  /** The name of the limit. Different limits count the same key separately. */
  name: string;
  /** The number of uses allowed per window. */
  limit: number;
  windowSeconds: number;
}

/** Creates a limit. */
export type RateLimits = (options: RateLimitOptions) => RateLimit;

/** A store that counts and refunds uses. */
interface Counter {
  limiter: Pick<RateLimiterPostgres, 'consume' | 'delete'>;
  /** Subtracts one use, but never below `floor`: a use of an earlier window must not be refunded in this one. */
  giveBack(key: string, floor: number): Promise<unknown>;
}

/** A Redis that does not answer within this time counts as unavailable. It normally answers within one or two milliseconds. */
const REDIS_PATIENCE_MS = 500;

/** @param stores with `redis`, if it is configured, counting does not load PostgreSQL */
export function createRateLimits({
  pool,
  redis,
}: {
  pool: PipelinedPool;
  redis?: RedisClient | undefined;
}): RateLimits {
  return (options) => {
    const inPostgres = countInPostgres(pool, options);
    return createRateLimit(options, redis ? countInRedis(redis, inPostgres, options) : inPostgres);
  };
}

function createRateLimit({ limit }: RateLimitOptions, { limiter, giveBack }: Counter): RateLimit {
  const hashed = (key: string) => sha256(key).toString('base64url').slice(0, 22);

  return {
    async consume(key) {
      try {
        await limiter.consume(hashed(key));
      } catch (result) {
        if (!(result instanceof RateLimiterRes)) throw result;
        // A refused use does not count. Otherwise, parallel uses that are refunded later would still exhaust the limit.
        await giveBack(hashed(key), limit);
        const seconds = String(Math.max(1, Math.ceil(result.msBeforeNext / 1_000)));
        throw httpErrors.rate_limited({
          detail: `Try again in ${seconds} s.`,
          headers: {
            'retry-after': seconds,
            'ratelimit-limit': String(limit),
            'ratelimit-remaining': '0',
            'ratelimit-reset': seconds,
          },
        });
      }
    },
    async refund(key) {
      await giveBack(hashed(key), 0);
    },
    async reset(key) {
      await limiter.delete(hashed(key));
    },
  };
}

function countInPostgres(
  pool: PipelinedPool,
  { name, limit, windowSeconds }: RateLimitOptions,
): Counter & { limiter: RateLimiterPostgres } {
  const limiter = new RateLimiterPostgres({
    storeClient: pool,
    storeType: 'pool',
    tableName: 'rate_limits',
    tableCreated: true,
    clearExpiredByTimeout: false,
    keyPrefix: name,
    points: limit,
    duration: windowSeconds,
  });
  return {
    limiter,
    giveBack: (key, floor) =>
      pool.query('update rate_limits set points = points - 1 where key = $1 and points > $2', [
        limiter.getKey(key),
        floor,
      ]),
  };
}

const GIVE_BACK = `if tonumber(redis.call('get', KEYS[1]) or 0) > tonumber(ARGV[1]) then redis.call('decr', KEYS[1]) end`;

function countInRedis(
  redis: RedisClient,
  insurance: ReturnType<typeof countInPostgres>,
  options: RateLimitOptions,
): Counter {
  const { name, limit, windowSeconds } = options;
  const counter = new RateLimiterRedis({
    storeClient: redis,
    useRedisPackage: true,
    rejectIfRedisNotReady: true,
    keyPrefix: `plinth:limit:${name}`,
    points: limit,
    duration: windowSeconds,
  });
  return {
    limiter: new RLWrapperTimeouts({
      limiter: counter,
      timeoutMs: REDIS_PATIENCE_MS,
      insuranceLimiter: insurance.limiter,
    }),
    async giveBack(key, floor) {
      // Refund in the store that counted: in Redis if it answers, else in PostgreSQL.
      const given = redis.eval(GIVE_BACK, { keys: [counter.getKey(key)], arguments: [String(floor)] });
      if (!(await answered(given, REDIS_PATIENCE_MS))) await insurance.giveBack(key, floor);
    },
  };
}

/** Returns true if the work succeeds in time. */
async function answered(work: Promise<unknown>, patienceMs: number): Promise<boolean> {
  const late = Promise.withResolvers<boolean>();
  const timer = setTimeout(late.resolve, patienceMs, false);
  const done = work.then(
    () => true,
    () => false,
  );
  return Promise.race([done, late.promise]).finally(() => clearTimeout(timer));
}

/** Returns the network that an address is counted with: the address itself for IPv4, its /64 for IPv6, since one site has 2^64 addresses (RFC 6177). */
export function addressBlock(ipAddress: string): string {
  if (!ipaddr.isValid(ipAddress)) return 'unknown';
  const address = ipaddr.process(ipAddress);
  if (address.kind() === 'ipv4') return address.toString();
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${address.toString()}/64`).toString()}/64`;
}

/**
 * Rate limits, counted where all processes meet, so that any number of them count as one: in PostgreSQL, or in Redis where there is one,
 * with PostgreSQL for while that is away. Not here: what is limited, and how much.
 */
import { bigint, index, integer, pgTable, text } from 'drizzle-orm/pg-core';
import ipaddr from 'ipaddr.js';
import { type RateLimiterPostgres, RateLimiterRedis, RateLimiterRes, RLWrapperTimeouts } from 'rate-limiter-flexible';
import type { PipelinedPool } from '../database/pipelined-pool.ts';
import { httpErrors } from '../http/errors.ts';
import type { RedisClient } from '../redis.ts';
import { PostgresCounter } from './counting-in-postgres.ts';
import { sha256 } from './random.ts';

/** Counters of rate limits; the columns are those that rate-limiter-flexible expects. Keys are hashed: no addresses at rest. */
export const rateLimits = pgTable(
  'rate_limits',
  {
    key: text('key').primaryKey(),
    points: integer('points').notNull().default(0),
    /** Unix milliseconds, by the clock of the database. */
    expire: bigint('expire', { mode: 'number' }),
  },
  (table) => [index('rate_limits_expire_index').on(table.expire)],
);

export interface RateLimit {
  /** Counts one use of `key`. @throws `rate_limited` with `Retry-After` when that is one too many */
  consume(key: string): Promise<void>;
  /** Takes one use back: it turned out not to be of the kind that is limited. */
  refund(key: string): Promise<void>;
  /** Forgets all uses of `key`. */
  reset(key: string): Promise<void>;
}

export interface RateLimitOptions {
  /** Names the limit; keys of different limits do not meet. */
  name: string;
  /** Uses allowed in a window. */
  limit: number;
  windowSeconds: number;
}

/** Makes a limit that is counted in the stores it was given. */
export type RateLimits = (options: RateLimitOptions) => RateLimit;

/** Where uses are counted, and given back. */
interface Counter {
  limiter: Pick<RateLimiterPostgres, 'consume' | 'delete'>;
  /** One use less, but never less than `floor`: a use of the window before must not be given back in this one. */
  giveBack(key: string, floor: number): Promise<unknown>;
}

/** A Redis that says nothing for so long is as good as away. It answers within one or two. */
const REDIS_PATIENCE_MS = 500;

/** @param stores `redis` where there is one: counting there costs PostgreSQL nothing */
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
        // A refused use is none; else many good ones at once would use up what is left after they are refunded.
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

function countInPostgres(pool: PipelinedPool, options: RateLimitOptions): Counter & { limiter: PostgresCounter } {
  const limiter = new PostgresCounter({ pool, ...options });
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
      // Where it was counted: in Redis if that answers, and else in PostgreSQL.
      const given = redis.eval(GIVE_BACK, { keys: [counter.getKey(key)], arguments: [String(floor)] });
      if (!(await answered(given, REDIS_PATIENCE_MS))) await insurance.giveBack(key, floor);
    },
  };
}

/** Whether something is done in time, and does not fail. */
async function answered(work: Promise<unknown>, patienceMs: number): Promise<boolean> {
  const late = Promise.withResolvers<boolean>();
  const timer = setTimeout(late.resolve, patienceMs, false);
  const done = work.then(
    () => true,
    () => false,
  );
  return Promise.race([done, late.promise]).finally(() => clearTimeout(timer));
}

/** The network that an address is counted with: itself for IPv4, its /64 for IPv6, where one person has 2^64 of them (RFC 6177). */
export function addressBlock(ipAddress: string): string {
  if (!ipaddr.isValid(ipAddress)) return 'unknown';
  const address = ipaddr.process(ipAddress);
  if (address.kind() === 'ipv4') return address.toString();
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${address.toString()}/64`).toString()}/64`;
}

/**
 * Rate limits that all processes count together: in PostgreSQL, or in Redis if it is configured. While Redis is unavailable, PostgreSQL
 * counts. Features decide which operations are limited and how much.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { bigint, index, integer, pgTable, text } from 'drizzle-orm/pg-core';
import ipaddr from 'ipaddr.js';
import { type RateLimiterPostgres, RateLimiterRedis, RateLimiterRes, RLWrapperTimeouts } from 'rate-limiter-flexible';
import type { PipelinedPool } from '../database/pipelined-pool.ts';
import { httpErrors } from '../http/errors.ts';
import type { RedisClient } from '../redis.ts';
import { PostgresCounter } from './counting-in-postgres.ts';
import { sha256 } from './random.ts';

/** Counters of rate limits, with the columns that rate-limiter-flexible expects. Keys are hashed, so that no addresses are stored. */
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
  /** Counts one use of `key`. @throws `rate_limited` with `Retry-After` if that exceeds the limit */
  consume(key: string): Promise<void>;
  /**
   * Reserves one use of `key`, until its outcome is known: then call `settle` or `refund`. If reservations under way fill the limit, it waits
   * for them.
   * @throws `rate_limited` with `Retry-After`: the end of the window if settled uses fill the limit, a second if reservations still do
   */
  reserve(key: string): Promise<void>;
  /** Counts a reserved use. */
  settle(key: string): Promise<void>;
  /** Takes one use back: it turned out not to be of the kind that is limited. */
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
  limiter: Pick<RateLimiterPostgres, 'consume' | 'delete' | 'get' | 'penalty'>;
  /** One use less, but never less than none: a use of the window before must not be given back in this one. */
  giveBack(key: string): Promise<unknown>;
}

/** A Redis that does not answer within this time counts as unavailable. It normally answers within one or two milliseconds. */
const REDIS_PATIENCE_MS = 500;

/** How long a reservation waits for others, and how often it looks. A password takes some 50 ms to check, more on a busy machine. */
const RESERVATION_PATIENCE_MS = 5_000;
const RESERVATION_POLL_MS = 50;

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

  /** Reserved uses whose outcome is known are counted under a key of their own. */
  const settled = (key: string) => hashed(`${key} settled`);

  /** @returns undefined if the use is within the limit, and otherwise the milliseconds until the window ends */
  async function take(key: string): Promise<number | undefined> {
    try {
      await limiter.consume(hashed(key));
      return undefined;
    } catch (result) {
      if (!(result instanceof RateLimiterRes)) throw result;
      // A refused use does not count; otherwise many good ones at once would use up what is left after they are refunded.
      await giveBack(hashed(key));
      return result.msBeforeNext;
    }
  }

  function refusal(milliseconds: number) {
    const seconds = String(Math.max(1, Math.ceil(milliseconds / 1_000)));
    return httpErrors.rate_limited({
      detail: `Try again in ${seconds} s.`,
      headers: {
        'retry-after': seconds,
        'ratelimit-limit': String(limit),
        'ratelimit-remaining': '0',
        'ratelimit-reset': seconds,
      },
    });
  }

  return {
    async consume(key) {
      const over = await take(key);
      if (over !== undefined) throw refusal(over);
    },
    async reserve(key) {
      const deadline = performance.now() + RESERVATION_PATIENCE_MS;
      for (;;) {
        const over = await take(key);
        if (over === undefined) return;
        if (((await limiter.get(settled(key)))?.consumedPoints ?? 0) >= limit) throw refusal(over);
        if (performance.now() > deadline) throw refusal(1_000);
        await delay(RESERVATION_POLL_MS * (1 + Math.random()));
      }
    },
    async settle(key) {
      await limiter.penalty(settled(key), 1);
    },
    async refund(key) {
      await giveBack(hashed(key));
    },
    async reset(key) {
      await Promise.all([limiter.delete(hashed(key)), limiter.delete(settled(key))]);
    },
  };
}

function countInPostgres(pool: PipelinedPool, options: RateLimitOptions): Counter & { limiter: PostgresCounter } {
  const limiter = new PostgresCounter({ pool, ...options });
  return {
    limiter,
    giveBack: (key) =>
      pool.query({
        name: 'rate_limit_give_back',
        text: 'update rate_limits set points = points - 1 where key = $1 and points > 0',
        values: [limiter.getKey(key)],
      }),
  };
}

const GIVE_BACK = `if tonumber(redis.call('get', KEYS[1]) or 0) > 0 then redis.call('decr', KEYS[1]) end`;

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
    async giveBack(key) {
      // Where it was counted: in Redis if that answers, and else in PostgreSQL.
      const given = redis.eval(GIVE_BACK, { keys: [counter.getKey(key)], arguments: [] });
      if (!(await answered(given, REDIS_PATIENCE_MS))) await insurance.giveBack(key);
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

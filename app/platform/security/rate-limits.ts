/** Rate limits counted in PostgreSQL, so that any number of processes count as one. Not here: what is limited, and how much. */
import { bigint, integer, pgTable, text } from 'drizzle-orm/pg-core';
import ipaddr from 'ipaddr.js';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import type { PipelinedPool } from '../database/pipelined-pool.ts';
import { httpErrors } from '../http/errors.ts';
import { sha256 } from './random.ts';

/** Counters of rate limits; the columns are those that rate-limiter-flexible expects. Keys are hashed: no addresses at rest. */
export const rateLimits = pgTable('rate_limits', {
  key: text('key').primaryKey(),
  points: integer('points').notNull().default(0),
  /** Unix milliseconds. */
  expire: bigint('expire', { mode: 'number' }),
});

export interface RateLimit {
  /** Counts one use of `key`. @throws `rate_limited` with `Retry-After` when that is one too many */
  consume(key: string): Promise<void>;
  /** Takes one use back: it turned out not to be of the kind that is limited. */
  refund(key: string): Promise<void>;
  /** Forgets all uses of `key`. */
  reset(key: string): Promise<void>;
}

export interface RateLimitOptions {
  pool: PipelinedPool;
  /** Names the limit; keys of different limits do not meet. */
  name: string;
  /** Uses allowed in a window. */
  limit: number;
  windowSeconds: number;
}

export function createRateLimit({ pool, name, limit, windowSeconds }: RateLimitOptions): RateLimit {
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
  const hashed = (key: string) => sha256(key).toString('base64url').slice(0, 22);

  /** One use less, but never less than `floor`: a use of the window before must not be given back in this one. */
  async function giveBack(key: string, floor: number): Promise<void> {
    const text = 'update rate_limits set points = points - 1 where key = $1 and points > $2';
    await pool.query(text, [limiter.getKey(hashed(key)), floor]);
  }

  return {
    async consume(key) {
      try {
        await limiter.consume(hashed(key));
      } catch (result) {
        if (!(result instanceof RateLimiterRes)) throw result;
        // A refused use is none; else many good ones at once would use up what is left after they are refunded.
        await giveBack(key, limit);
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
      await giveBack(key, 0);
    },
    async reset(key) {
      await limiter.delete(hashed(key));
    },
  };
}

/** The network that an address is counted with: itself for IPv4, its /64 for IPv6, where one person has 2^64 of them (RFC 6177). */
export function addressBlock(ipAddress: string): string {
  if (!ipaddr.isValid(ipAddress)) return 'unknown';
  const address = ipaddr.process(ipAddress);
  if (address.kind() === 'ipv4') return address.toString();
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${address.toString()}/64`).toString()}/64`;
}

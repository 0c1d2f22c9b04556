/**
 * Counts uses in PostgreSQL by the time of PostgreSQL. The limiter of the library writes and compares the time of the process, so that a
 * window would end for everybody as soon as it ends by the clock of the process that is ahead.
 */
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import type { PipelinedPool } from '../database/pipelined-pool.ts';

export interface PostgresCounterOptions {
  pool: PipelinedPool;
  /** Precedes every key. */
  name: string;
  limit: number;
  windowSeconds: number;
}

interface Counted {
  rows: { points: number; remaining_ms: number }[];
}

/** In Unix milliseconds: what the column `expire` contains. */
export const DATABASE_NOW_MS = '(extract(epoch from clock_timestamp()) * 1000)::bigint';

const COUNT = {
  name: 'rate_limit_count',
  text: `
    insert into rate_limits as counted (key, points, expire) values ($1, $2, ${DATABASE_NOW_MS} + $3::bigint)
    on conflict (key) do update set
      points = case when counted.expire <= ${DATABASE_NOW_MS} then excluded.points else counted.points + excluded.points end,
      expire = case when counted.expire <= ${DATABASE_NOW_MS} then excluded.expire else counted.expire end
    returning points, (expire - ${DATABASE_NOW_MS})::float8 as remaining_ms`,
};

const READ = {
  name: 'rate_limit_read',
  text: `
    select points, (expire - ${DATABASE_NOW_MS})::float8 as remaining_ms from rate_limits
    where key = $1 and expire > ${DATABASE_NOW_MS}`,
};

/** Replaces the parts of the library's limiter that read the clock. */
export class PostgresCounter extends RateLimiterPostgres {
  readonly #pool: PipelinedPool;

  constructor({ pool, name, limit, windowSeconds }: PostgresCounterOptions) {
    super({
      storeClient: pool,
      storeType: 'pool',
      tableName: 'rate_limits',
      tableCreated: true,
      clearExpiredByTimeout: false,
      keyPrefix: name,
      points: limit,
      duration: windowSeconds,
    });
    this.#pool = pool;
  }

  _upsert(key: string, points: number, durationMs: number): Promise<Counted> {
    return this.#pool.query({ ...COUNT, values: [key, points, durationMs] }) as Promise<Counted>;
  }

  async _get(key: string): Promise<Counted | null> {
    const counted = (await this.#pool.query({ ...READ, values: [key] })) as Counted;
    return counted.rows.length > 0 ? counted : null;
  }

  _getRateLimiterRes(_key: string, changed: number, { rows }: Counted): RateLimiterRes {
    const { points, remaining_ms: remainingMs } = rows[0]!;
    const left = Math.max(this.points - points, 0);
    return new RateLimiterRes(left, Math.max(remainingMs, 0), points, changed === points);
  }
}

/** Creates users for a benchmark by SQL. Users and sessions are numbered, so that their ids can be computed without a query. */
import { hash } from '@node-rs/argon2';
import pg from 'pg';
import { createSealer } from '../app/platform/security/sealing.ts';

export const APP_SECRET = 'benchmark-secret-0123456789-abcdefghijklmnop';
export const PASSWORD = 'correct horse battery staple';
/** The service's default costs. */
export const HASH = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
export const SESSIONS_PER_USER = 2;
/** All sessions share one secret, because computing separate ones would slow down seeding. */
export const SESSION_SECRET = Buffer.alloc(32, 7);

export const sealer = createSealer([APP_SECRET]);

const numbered = (prefix: string, number: number) => prefix + number.toString(16).padStart(12, '0');
const sqlId = (prefix: string, number: string) => `('${prefix}' || lpad(to_hex(${number}), 12, '0'))::uuid`;
const USER = '01989d5e-0000-7000-8000-';
const SESSION = '01989d5e-0000-7000-9000-';

export const userId = (user: number) => numbered(USER, user);
/** @param nth from 0 to SESSIONS_PER_USER - 1 */
export const sessionId = (user: number, nth = 0) => numbered(SESSION, user * SESSIONS_PER_USER + nth);
export const emailOf = (user: number) => `user${user}@example.com`;

/** Adds users 0 to `users` - 1: verified, with the same password, and two active sessions each. */
export async function seed(url: string, users: number): Promise<void> {
  const passwordHash = await hash(PASSWORD, { algorithm: 2, ...HASH });
  const secret = sealer.seal('sessions.secret', SESSION_SECRET);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('begin');
    // Foreign keys are correct by construction; checking a million of them row by row would take most of the time.
    await client.query('set local session_replication_role = replica');
    await client.query(
      `insert into users (id, email, name, locale, password_hash, email_verified_at, created_at, updated_at)
       select ${sqlId(USER, 'n')}, 'user' || n || '@example.com', 'User ' || n, 'en', $2, at, at, at
       from (select n, now() - n * interval '1 second' as at from generate_series(0, $1::int - 1) n) numbers`,
      [users, passwordHash],
    );
    await client.query(
      `insert into email_addresses (address, user_id, verified_at)
       select email, id, email_verified_at from users`,
    );
    await client.query(
      `insert into sessions (user_id, id, secret, generation, ip_address, user_agent, created_at, refreshed_at)
       select ${sqlId(USER, `n / ${SESSIONS_PER_USER}`)}, ${sqlId(SESSION, 'n')}, $2, 1, '203.0.113.7', 'benchmark', at, at
       from (select n, now() - (n % 86400) * interval '1 second' as at from generate_series(0, $1::int - 1) n) numbers`,
      [users * SESSIONS_PER_USER, secret],
    );
    await client.query('commit');
    await client.query('vacuum analyze');
    await client.query('checkpoint');
  } finally {
    await client.end();
  }
}

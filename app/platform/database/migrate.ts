/** Applies migrations, one migrator at a time. `npm run migrations:generate` creates them. */
import { fileURLToPath } from 'node:url';
import { sql } from 'drizzle-orm';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate as applyMigrations } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import type { Database } from './database.ts';
import { driverError } from './failures.ts';

const MIGRATIONS_FOLDER = fileURLToPath(new URL('../../../migrations', import.meta.url));
/** The key of the advisory lock. The number is arbitrary, but must be the same in every release. */
const MIGRATION_LOCK = 7_468_113;
const LOCK_TIMEOUT_MS = 5_000;

export interface MigrateOptions {
  /** A direct URL, not through a transaction-mode pooler: the lock belongs to a session. */
  url: string;
  log?: (line: string) => void;
  /** Further installation work that must happen under the same lock, e.g. installing the job queues. */
  alongside?: () => Promise<void>;
}

/**
 * Applies all pending migrations. A second migrator waits for the first and then has nothing to do.
 * @returns the number of applied migrations
 * @throws if a migration fails; all pending migrations are then rolled back. A statement waits at most 5 s for a table's lock.
 */
export async function applyPending({ url, log = () => {}, alongside }: MigrateOptions): Promise<{ applied: number }> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'plinth migrate',
    connectionTimeoutMillis: 5_000,
  });
  client.on('error', () => {});
  await client.connect();
  try {
    if (!(await tryLock(client))) {
      log('another migrator is running; waiting for it');
      await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    }
    await client.query(`set lock_timeout = ${LOCK_TIMEOUT_MS}`);
    const db = drizzle(client);
    const before = await countApplied(db);
    await applyMigrations(db, { migrationsFolder: MIGRATIONS_FOLDER });
    await alongside?.();
    return { applied: (await countApplied(db)) - before };
  } finally {
    await client.end();
  }
}

async function tryLock(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query('select pg_try_advisory_lock($1) as locked', [MIGRATION_LOCK]);
  return rows[0].locked;
}

async function countApplied(db: Pick<Database, 'execute'>): Promise<number> {
  try {
    const { rows } = await db.execute(sql`select count(*)::int as count from drizzle.__drizzle_migrations`);
    return Number(rows[0]?.count);
  } catch (error) {
    if ((driverError(error) as { code?: string }).code === '42P01') return 0;
    throw error;
  }
}

const expected = readMigrationFiles({ migrationsFolder: MIGRATIONS_FOLDER }).length;

/** Returns true if every migration of this release is applied. Additional ones are fine: the next release may have migrated already. */
export async function migrationsAreCurrent(db: Pick<Database, 'execute'>): Promise<boolean> {
  return (await countApplied(db)) >= expected;
}

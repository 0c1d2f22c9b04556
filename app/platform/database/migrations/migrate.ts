/** Applies migrations, one migrator at a time. `npm run migrations:generate` creates them. */
import { setTimeout as delay } from 'node:timers/promises';
import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import type { Database } from '../database.ts';
import { isLockTimeout } from '../failures.ts';
import { type Comparison, compare, readApplied } from './applied.ts';
import { type Migration, MigrationError, type MigrationSeries, readSeries } from './series.ts';

/** The key of the advisory lock. The number is arbitrary, but must be the same in every release. */
export const MIGRATION_LOCK = 7_468_113;
const LOCK_RETRY_MS = 200;
/** Queries of the service queue behind a statement that waits for a table's lock, so it waits briefly, and tries again after a pause in which they run. */
const LOCK_TIMEOUT_MS = 500;
const LOCK_PAUSE_MS = 1_000;
const LOCK_PATIENCE_MS = 60_000;
const ACTIVE_SQL_TRANSACTION = '25001';

export interface MigrateOptions {
  /** A direct URL, not through a transaction-mode pooler: the lock belongs to a session. */
  url: string;
  /** In the order in which they are applied. */
  series: readonly MigrationSeries[];
  log?: (line: string) => void;
  /** How long a migration tries to lock its tables before it fails, in milliseconds. */
  lockPatienceMs?: number;
  /** Further installation work that must happen under the same lock, e.g. installing the job queues. */
  alongside?: () => Promise<void>;
}

/**
 * Applies all pending migrations, series after series. A second migrator waits for the first and then has nothing to do. Each migration is
 * recorded in its own transaction, so that a failure keeps those before it and leaves nothing of its own. A migration outside of a
 * transaction (`-- no-transaction`) keeps what it did until it failed.
 * @returns the applied migrations
 * @throws MigrationError if an applied migration has changed, or if one fails, e.g. because a table stays locked
 */
export async function applyPending(options: MigrateOptions): Promise<Migration[]> {
  const { url, series, log = () => {}, lockPatienceMs = LOCK_PATIENCE_MS, alongside } = options;
  const read = series.map((each) => ({ series: each, migrations: readSeries(each) }));
  const client = new pg.Client({
    connectionString: url,
    application_name: 'plinth migrate',
    connectionTimeoutMillis: 5_000,
  });
  client.on('error', () => {});
  await client.connect();
  try {
    await lock(client, log);
    const applied: Migration[] = [];
    const applyOne = (migration: Migration) => apply(client, migration, { log, lockPatienceMs });
    for (const each of read) applied.push(...(await applySeries(client, each.series, each.migrations, applyOne)));
    await alongside?.();
    return applied;
  } finally {
    await client.end();
  }
}

/** Tries again and again: a statement that waits would hold a snapshot, which `create index concurrently` of the other migrator waits for. */
async function lock(client: pg.Client, log: (line: string) => void): Promise<void> {
  for (let first = true; ; first = false) {
    const { rows } = await client.query('select pg_try_advisory_lock($1) as locked', [MIGRATION_LOCK]);
    if (rows[0].locked) return;
    if (first) log('another migrator is running; waiting for it');
    await delay(LOCK_RETRY_MS);
  }
}

async function applySeries(
  client: pg.Client,
  series: MigrationSeries,
  migrations: Migration[],
  applyOne: (migration: Migration) => Promise<void>,
): Promise<Migration[]> {
  if (migrations.length === 0) return [];
  await createTable(client, series.table);
  const { pending, changed, unnamed } = compare(migrations, await readApplied(drizzle(client), series));
  const [altered] = changed;
  if (altered) {
    throw new MigrationError(
      `${altered.file} has changed since it was applied to this database. Restore its text, and put the change into a new migration.`,
    );
  }
  for (const { id, migration } of unnamed) {
    const { name, hash } = migration;
    await client.query(`update drizzle.${series.table} set name = $1, hash = $2 where id = $3`, [name, hash, id]);
  }
  for (const migration of pending) await applyOne(migration);
  return [...pending];
}

/** The table of drizzle-orm's own migrator with one more column, so that the release before this one reads it too. */
async function createTable(client: pg.Client, table: string): Promise<void> {
  const { rowCount } = await client.query(
    `select from information_schema.columns where table_schema = 'drizzle' and table_name = $1 and column_name = 'name'`,
    [table],
  );
  if (rowCount) return;
  await client.query(`set lock_timeout = ${LOCK_TIMEOUT_MS}`);
  await client.query('create schema if not exists drizzle');
  await client.query(
    `create table if not exists drizzle.${table} (id serial primary key, hash text not null, created_at bigint)`,
  );
  await client.query(`alter table drizzle.${table} add column name text unique`);
}

type Patience = Required<Pick<MigrateOptions, 'log' | 'lockPatienceMs'>>;

/** Each try is recorded with the migration, or leaves nothing of it. Outside of a transaction, each statement stays once it ran. */
async function apply(client: pg.Client, migration: Migration, patience: Patience): Promise<void> {
  const { file, outsideTransaction } = migration;
  try {
    if (outsideTransaction) await applyOutside(client, migration, patience);
    else await whenUnlocked(file, patience, () => applyInside(client, migration));
  } catch (error) {
    throw error instanceof MigrationError ? error : failed(migration, error);
  }
}

async function applyInside(client: pg.Client, migration: Migration): Promise<void> {
  await client.query(`set lock_timeout = ${LOCK_TIMEOUT_MS}`);
  try {
    await client.query('begin');
    for (const statement of migration.statements) await client.query(statement);
    await record(client, migration);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  }
}

async function applyOutside(client: pg.Client, migration: Migration, patience: Patience): Promise<void> {
  for (const statement of migration.statements) {
    await client.query(`set lock_timeout = ${stopsNobody(statement) ? 0 : LOCK_TIMEOUT_MS}`);
    await whenUnlocked(migration.file, patience, () => client.query(statement));
  }
  await requireValidIndexes(client, migration);
  await record(client, migration);
}

/** Returns true if reads and writes of others do not queue behind the statement while it waits. */
function stopsNobody(statement: string): boolean {
  return /\bconcurrently\b|\bvalidate\s+constraint\b/i.test(statement.replace(/--.*$/gm, ''));
}

async function record(client: pg.Client, { series, name, hash, when }: Migration): Promise<void> {
  const text = `insert into drizzle.${series.table} (hash, created_at, name) values ($1, $2, $3)`;
  await client.query(text, [hash, when, name]);
}

/** Tries again while a table is locked, with pauses. @throws what `work` throws; a lock timeout once the patience is over */
async function whenUnlocked(
  file: string,
  { log, lockPatienceMs }: Patience,
  work: () => Promise<unknown>,
): Promise<void> {
  const deadline = performance.now() + lockPatienceMs;
  for (let first = true; ; first = false) {
    try {
      await work();
      return;
    } catch (error) {
      if (!isLockTimeout(error) || performance.now() > deadline) throw error;
      if (first) log(`${file}: a table is locked; trying again for ${lockPatienceMs / 1_000} s`);
      await delay(LOCK_PAUSE_MS);
    }
  }
}

/** `create index concurrently` that is interrupted leaves an index that no query uses, and that `if not exists` takes for done. */
async function requireValidIndexes(client: pg.Client, { file }: Migration): Promise<void> {
  const { rows } = await client.query(
    `select indexrelid::regclass::text as name from pg_index join pg_class on pg_class.oid = indexrelid
     where not indisvalid and relnamespace not in (select oid from pg_namespace where nspname like 'pg\\_%') limit 1`,
  );
  if (!rows[0]) return;
  throw new MigrationError(
    `${file} left the index ${rows[0].name} invalid, as an interrupted "create index concurrently" does. Drop it (drop index concurrently ${rows[0].name}), and migrate again.`,
  );
}

function failed({ file }: Migration, error: unknown): MigrationError {
  const { message, code, detail, hint } = error as pg.DatabaseError;
  const advice =
    code === ACTIVE_SQL_TRANSACTION
      ? 'Put a line "-- no-transaction" at the top of the file: its statements then run outside of a transaction.'
      : isLockTimeout(error)
        ? 'A transaction keeps one of its tables locked: pg_stat_activity shows it. Then migrate again'
        : hint;
  const said = [message, detail, advice].filter(Boolean).join('. ');
  return new MigrationError(`${file} failed${code ? ` (SQLSTATE ${code})` : ''}: ${said}`, { cause: error });
}

/** The migrations of a release that a database lacks. */
export interface MigrationState {
  readonly pending: readonly Migration[];
  readonly changed: readonly Migration[];
}

/**
 * Makes a function that returns what a database lacks of the series. The files are read once.
 * @throws MigrationError as `readSeries` does
 */
export function createMigrationCheck(
  series: readonly MigrationSeries[],
): (db: Pick<Database, 'execute'>) => Promise<MigrationState> {
  let read: Migration[][] | undefined;
  return async (db) => {
    read ??= series.map(readSeries);
    const found: Comparison[] = [];
    for (const [index, migrations] of read.entries()) {
      if (migrations.length > 0) found.push(compare(migrations, await readApplied(db, series[index]!)));
    }
    return { pending: found.flatMap(({ pending }) => pending), changed: found.flatMap(({ changed }) => changed) };
  };
}

/** @returns a sentence that names what is missing; undefined if nothing is */
export function describeState({ pending, changed }: MigrationState): string | undefined {
  const [first] = changed;
  if (first) return `changed after it was applied: ${first.file}`;
  if (pending.length === 0) return undefined;
  const names = pending.slice(0, 3).map(({ name }) => name);
  return `pending: ${names.join(', ')}${pending.length > 3 ? ` and ${pending.length - 3} more` : ''}`;
}

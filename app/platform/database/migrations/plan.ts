/**
 * Says what pending migrations would lock, without touching the tables: it applies them to an empty scratch database, statement by
 * statement, and reads from PostgreSQL which locks each took, which tables it wrote anew and which it read whole.
 */
import { randomBytes } from 'node:crypto';
import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { compare, readApplied } from './applied.ts';
import { type Migration, MigrationError, type MigrationSeries, readSeries } from './series.ts';

export interface TableEffect {
  readonly table: string;
  /** PostgreSQL's name of the strongest lock that the statement takes on the table, e.g. `AccessExclusiveLock`. */
  readonly lock: string;
  /** True if the statement writes the whole table anew. */
  readonly rewrites: boolean;
  /** True if the statement reads the whole table, for an index or a constraint. */
  readonly scans: boolean;
  /** Estimated, in the real database. */
  readonly rows: number;
  /** With indexes, in the real database. */
  readonly bytes: number;
}

export interface PlannedStatement {
  readonly statement: string;
  /** Tables that exist before the migration. A new table is empty, so its locks stop nobody. */
  readonly effects: readonly TableEffect[];
}

export interface PlannedMigration {
  readonly series: string;
  readonly name: string;
  readonly file: string;
  readonly outsideTransaction: boolean;
  readonly statements: readonly PlannedStatement[];
}

export interface PlanOptions {
  /** A direct URL of the database that would be migrated. It is only read. */
  url: string;
  series: readonly MigrationSeries[];
  /** An empty database of the same PostgreSQL version. Without it, one is created on the same server and dropped again. */
  scratchUrl?: string | undefined;
  /** The name or the file of one migration, which is planned even if the database has it. Without it, those that are pending are planned. */
  only?: string | undefined;
}

/** From the weakest: https://www.postgresql.org/docs/current/explicit-locking.html */
const MODES = [
  'AccessShareLock',
  'RowShareLock',
  'RowExclusiveLock',
  'ShareUpdateExclusiveLock',
  'ShareLock',
  'ShareRowExclusiveLock',
  'ExclusiveLock',
  'AccessExclusiveLock',
];
/** Statements that cannot run in a transaction, and that others do not wait for. */
const CONCURRENTLY = /\bconcurrently\b|^\s*vacuum\b/i;
const INSUFFICIENT_PRIVILEGE = '42501';

/**
 * Returns what `migrate` would do.
 * @throws MigrationError if a migration fails in the scratch database, if no scratch database can be created, or if there is no migration `only`
 */
export async function planMigrations({ url, series, scratchUrl, only }: PlanOptions): Promise<PlannedMigration[]> {
  const all = series.flatMap(readSeries);
  return withClient(url, async (client) => {
    const [before, chosen] = only === undefined ? await pendingOf(client, series, all) : split(all, only);
    if (chosen.length === 0) return [];
    const sizes = await sizesOf(client);
    return withScratch(client, url, scratchUrl, async (scratch) => {
      for (const migration of before) await replay(scratch, migration);
      const planned: PlannedMigration[] = [];
      for (const migration of chosen) planned.push(await plan(scratch, migration, sizes));
      return planned;
    });
  });
}

type Split = [before: readonly Migration[], chosen: readonly Migration[]];

async function pendingOf(
  client: pg.Client,
  series: readonly MigrationSeries[],
  all: readonly Migration[],
): Promise<Split> {
  const pending: Migration[] = [];
  for (const each of series) {
    const ofSeries = all.filter((migration) => migration.series === each);
    pending.push(...compare(ofSeries, await readApplied(drizzle(client), each)).pending);
  }
  return [all.filter((each) => !pending.includes(each)), pending];
}

/** One migration, and those that are applied before it in a new database. */
function split(all: readonly Migration[], only: string): Split {
  const named = all.filter(({ name, file }) => name === only || file === only);
  if (named.length === 1) return [all.slice(0, all.indexOf(named[0]!)), named];
  throw new MigrationError(
    named.length === 0
      ? `There is no migration ${only}. The newest is ${all.at(-1)?.file ?? 'not written yet'}.`
      : `Pass the file: ${named.map(({ file }) => file).join(' or ')}`,
  );
}

async function replay(scratch: pg.Client, migration: Migration): Promise<void> {
  for (const statement of migration.statements) await run(scratch, migration, statement);
}

async function run(scratch: pg.Client, { file }: Migration, statement: string): Promise<void> {
  try {
    await scratch.query(statement);
  } catch (error) {
    throw new MigrationError(`${file} fails in an empty database: ${(error as Error).message}`, { cause: error });
  }
}

async function plan(
  scratch: pg.Client,
  migration: Migration,
  sizes: ReadonlyMap<string, Size>,
): Promise<PlannedMigration> {
  const { series, name, file, outsideTransaction, statements } = migration;
  const existing = await tablesOf(scratch);
  const planned: PlannedStatement[] = [];
  if (!outsideTransaction) await scratch.query('begin');
  for (const statement of statements) {
    // Locks are seen in a transaction: outside of one, each statement gets its own, if it can run in one.
    const own = outsideTransaction && !CONCURRENTLY.test(statement.replace(/--.*$/gm, ''));
    if (own) await scratch.query('begin');
    const before = await tablesOf(scratch);
    await run(scratch, migration, statement);
    const seen = own || !outsideTransaction;
    const effects = seen ? effectsOf(existing, before, await tablesOf(scratch), sizes) : [];
    if (own) await scratch.query('commit');
    planned.push({ statement: summaryOf(statement), effects });
  }
  if (!outsideTransaction) await scratch.query('commit');
  return { series: series.name, name, file, outsideTransaction, statements: planned };
}

interface TableState {
  table: string;
  /** Changes when the table is written anew. */
  filenode: string;
  /** Whole reads in this transaction. */
  scans: number;
  /** The index in `MODES`; -1 without a lock. */
  mode: number;
}

/** Tables by their object id, which stays the same when a table is renamed. */
async function tablesOf(client: pg.Client): Promise<Map<string, TableState>> {
  const { rows } = await client.query(`
    select c.oid::text, c.oid::regclass::text as table, pg_relation_filenode(c.oid)::text as filenode,
      coalesce(pg_stat_get_xact_numscans(c.oid), 0)::int as scans,
      array(select mode from pg_locks where pid = pg_backend_pid() and locktype = 'relation' and relation = c.oid) as modes
    from pg_class c where c.relkind in ('r', 'p') and c.relnamespace not in
      (select oid from pg_namespace where nspname like 'pg\\_%' or nspname in ('information_schema', 'drizzle'))`);
  return new Map(
    rows.map(({ oid, modes, ...row }) => [
      oid,
      { ...row, mode: Math.max(-1, ...modes.map((m: string) => MODES.indexOf(m))) },
    ]),
  );
}

function effectsOf(
  existing: ReadonlyMap<string, TableState>,
  before: ReadonlyMap<string, TableState>,
  after: ReadonlyMap<string, TableState>,
  sizes: ReadonlyMap<string, Size>,
): TableEffect[] {
  return [...after].flatMap(([oid, now]) => {
    const known = existing.get(oid);
    const then = before.get(oid);
    if (!known || !then) return [];
    const rewrites = now.filenode !== then.filenode;
    const scans = now.scans > then.scans;
    // A lock is held until the transaction ends: a statement answers for what it adds, and for long work under what is held already.
    if (now.mode <= MODES.indexOf('RowExclusiveLock') || (now.mode === then.mode && !rewrites && !scans)) return [];
    const { rows = 0, bytes = 0 } = sizes.get(known.table) ?? {};
    return [{ table: known.table, lock: MODES[now.mode]!, rewrites, scans, rows, bytes }];
  });
}

interface Size {
  rows: number;
  bytes: number;
}

async function sizesOf(client: pg.Client): Promise<Map<string, Size>> {
  const { rows } = await client.query(`
    select oid::regclass::text as table, greatest(reltuples, 0)::float8 as rows, pg_total_relation_size(oid)::float8 as bytes
    from pg_class where relkind in ('r', 'p')`);
  return new Map(rows.map(({ table, ...size }) => [table, size]));
}

/** The first line with code, at most 100 characters of it. */
function summaryOf(statement: string): string {
  const code = statement.replace(/--.*$/gm, '').replace(/\s+/g, ' ').trim();
  return code.length > 100 ? `${code.slice(0, 99)}…` : code;
}

async function withScratch<T>(
  client: pg.Client,
  url: string,
  scratchUrl: string | undefined,
  work: (scratch: pg.Client) => Promise<T>,
): Promise<T> {
  if (scratchUrl) return withClient(scratchUrl, work);
  const name = `plinth_plan_${process.pid}_${randomBytes(6).toString('hex')}`;
  try {
    await client.query(`create database ${name} template template0`);
  } catch (error) {
    if ((error as { code?: string }).code !== INSUFFICIENT_PRIVILEGE) throw error;
    throw new MigrationError(
      'The plan needs an empty scratch database, and this user may not create one. Create it elsewhere with the same PostgreSQL version, and pass --scratch URL.',
    );
  }
  try {
    const scratch = new URL(url);
    scratch.pathname = name;
    return await withClient(scratch.href, work);
  } finally {
    await client.query(`drop database ${name} with (force)`);
  }
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'plinth migrate --plan',
    connectionTimeoutMillis: 5_000,
  });
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

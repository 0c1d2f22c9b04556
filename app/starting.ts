/** Waiting for what a start depends on. */
import { setTimeout as delay } from 'node:timers/promises';
import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import type { CompleteConfig } from './config.ts';
import { migrationState } from './migrations.ts';
import { isUnavailable } from './platform/database/failures.ts';
import { describeState } from './platform/database/migrations/migrate.ts';
import { StartError } from './start-error.ts';

const PAUSE_MS = 1_000;

export interface Waiting {
  /** Never logged: it holds the password. */
  url: string;
  /** Before giving up, in milliseconds. */
  patienceMs: number;
  log(line: string): void;
}

/**
 * Resolves once the database takes connections.
 * @throws StartError when patience ends, or at once when the server refuses the user, the password or the database
 */
export async function waitForDatabase({ url, patienceMs, log }: Waiting): Promise<void> {
  const { hostname, port, pathname } = new URL(url);
  const place = `${hostname}:${port || 5432}${pathname}`;
  const deadline = Date.now() + patienceMs;
  for (;;) {
    try {
      await withClient(url, (client) => client.query('select 1'));
      return;
    } catch (error) {
      const { message, code } = error as { message: string; code?: string };
      const reason = message || code || 'no reason given';
      if (!isUnavailable(error)) throw new StartError(`The database at ${place} refused the connection: ${reason}`);
      if (Date.now() >= deadline) {
        throw new StartError(
          `The database at ${place} could not be reached within ${patienceMs / 1_000} s: ${reason}. Check DATABASE_URL and the server.`,
        );
      }
      log(`The database at ${place} cannot be reached (${reason}); trying again.`);
      await delay(PAUSE_MS);
    }
  }
}

/**
 * Resolves once every migration of this release is applied.
 * @throws StartError when patience ends
 */
export async function waitForMigrations({ url, patienceMs, log }: Waiting): Promise<void> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const missing = await withClient(url, async (client) =>
      describeState(await migrationState(drizzle(client) as never)),
    );
    if (!missing) return;
    const said = `Migrations: ${missing}.`;
    if (Date.now() >= deadline) throw new StartError(`${said} Apply them first: node app/cli.ts migrate`);
    log(`${said} Waiting for: node app/cli.ts migrate`);
    await delay(PAUSE_MS);
  }
}

/** The settings that say how many connections processes may open. */
type Connecting = Pick<
  CompleteConfig,
  | 'processes'
  | 'databaseUrl'
  | 'databaseDirectUrl'
  | 'databasePoolSize'
  | 'databaseLanes'
  | 'databasePreparedStatements'
>;

/** Connections of an api process beside its pool and its lanes: one reads changes, one is for readiness. */
const OTHER_CONNECTIONS = 2;

/**
 * Holds what all processes may open against what PostgreSQL allows, so that they do not find out under load. A pooler has limits of its own, which
 * are not looked at.
 * @throws StartError naming the limit and the settings
 */
export async function requireConnections(config: Connecting): Promise<void> {
  const { processes, databasePoolSize, databaseLanes } = config;
  if (config.databaseDirectUrl !== undefined || !config.databasePreparedStatements) return;
  // As many lanes again open when all are late.
  const needed = processes * (databasePoolSize + 2 * databaseLanes + OTHER_CONNECTIONS);
  const limits = await withClient(config.databaseUrl, (client) => client.query<ConnectionLimit>(CONNECTION_LIMITS));
  const tight = limits.rows.find(({ connections }) => connections < needed);
  if (!tight) return;
  throw new StartError(
    `${processes} processes (PROCESSES) with DATABASE_POOL_SIZE=${databasePoolSize} and DATABASE_LANES=${databaseLanes} may open ${needed} connections; ` +
      `${tight.name} allows ${tight.connections}. Lower these settings, or raise that limit.`,
  );
}

interface ConnectionLimit {
  readonly name: string;
  readonly connections: number;
}

const CONNECTION_LIMITS = `
  select 'max_connections of PostgreSQL' as name, current_setting('max_connections')::int
    - current_setting('superuser_reserved_connections')::int
    - coalesce(current_setting('reserved_connections', true)::int, 0) as connections
  union all select 'the connection limit of the role ' || rolname, rolconnlimit from pg_roles where rolname = current_user and rolconnlimit >= 0
  union all select 'the connection limit of the database ' || datname, datconnlimit from pg_database where datname = current_database() and datconnlimit >= 0
  order by connections`;

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000, query_timeout: 5_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}

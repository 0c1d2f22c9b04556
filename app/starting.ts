/** Waiting for what a start depends on. */
import { setTimeout as delay } from 'node:timers/promises';
import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { migrationState } from './migrations.ts';
import { isUnavailable } from './platform/database/failures.ts';
import { describeState } from './platform/database/migrations/migrate.ts';

/** A start that cannot succeed, with a message that says what to do. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

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

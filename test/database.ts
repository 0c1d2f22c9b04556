/** A database per test file: a clone of the migrated template that `global-setup.ts` creates. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';

export type TestDatabase = {
  url: string;
  /** Drops the database even if clients are connected. Can be called more than once. */
  close(): Promise<void>;
};

/**
 * Clones the template. Any number of clones may be created at the same time, by any process.
 *
 * @throws Error if the test was started without the global setup
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  const { TEST_DATABASE_URL: server, TEST_DATABASE_TEMPLATE: template } = process.env;
  if (!server || !template) {
    throw new Error('No database to clone. Use `npm test -- FILE`, or node --test-global-setup=test/global-setup.ts.');
  }
  const name = randomName('test');
  // Copying files took 45 ms; the default, copying through the log, took 85 ms. Ten at once took 260 and 570 ms.
  await administer(server, `create database ${name} template ${template} strategy file_copy`);
  return {
    url: databaseUrl(server, name),
    close: () => administer(server, `drop database if exists ${name} with (force)`),
  };
}

/** Runs one statement on a server, over a separate connection. */
export async function administer(server: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** The URL of another database on the same server. */
export function databaseUrl(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = name;
  return url.href;
}

/** A random name that is safe in a statement without quotes. */
export function randomName(prefix: string): string {
  return `${prefix}_${randomBytes(8).toString('hex')}`;
}

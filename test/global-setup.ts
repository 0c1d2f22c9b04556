/**
 * Runs once per test run (`node --test --test-global-setup=test/global-setup.ts`): starts a PostgreSQL, and creates in it a migrated template
 * that `database.ts` clones. Test processes get both from the environment, which they inherit.
 *
 * TEST_DATABASE_URL names a server to use instead; its user must be allowed to create databases.
 */
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '../app/migrate.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../dev/embedded-postgres.ts';
import { removeCluster } from '../dev/postgres-cluster.ts';
import { administer, databaseUrl, randomName } from './database.ts';

/** Settings that give up durability: test data need not survive a crash of the machine. */
const SETTINGS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  autovacuum: 'off',
  max_connections: '300',
};

const endings: (() => Promise<unknown>)[] = [];

/** @throws Error if PostgreSQL cannot start, or a migration fails; nothing stays behind then */
export async function globalSetup(): Promise<void> {
  try {
    process.env.TEST_DATABASE_URL ??= (await startServer()).url;
    process.env.TEST_DATABASE_TEMPLATE = await makeTemplate(process.env.TEST_DATABASE_URL);
  } catch (error) {
    await globalTeardown();
    throw error;
  }
}

export async function globalTeardown(): Promise<void> {
  for (let end = endings.pop(); end; end = endings.pop()) await end();
}

async function startServer(): Promise<EmbeddedPostgres> {
  const directory = await mkdtemp(join(tmpdir(), 'plinth-test-'));
  endings.push(() => removeCluster(directory));
  await chmod(directory, 0o711); // under root, another user runs PostgreSQL and must be able to enter
  const server = await startEmbeddedPostgres({ directory, settings: SETTINGS });
  endings.push(() => server.close());
  return server;
}

async function makeTemplate(server: string): Promise<string> {
  const template = randomName('template');
  await administer(server, `create database ${template}`);
  endings.push(async () => {
    await administer(server, `alter database ${template} with is_template false`);
    await administer(server, `drop database ${template} with (force)`);
  });
  await migrate({ url: databaseUrl(server, template) });
  // Cloning fails while a client is connected to the template, so no connections are allowed.
  await administer(server, `alter database ${template} with is_template true allow_connections false`);
  return template;
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { createTestDatabase } from './database.ts';

test('a test database is migrated, separate, and deleted by closing it', async (t) => {
  const [first, second] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  t.after(() => Promise.all([first.close(), second.close()]));

  const [migrations] = await query(first.url, 'select count(*)::int as count from drizzle.__drizzle_migrations');
  assert.ok(migrations.count > 0);
  await query(first.url, 'create table note ()');
  const [note] = await query(second.url, `select to_regclass('note') as note`);
  assert.equal(note.note, null);

  await first.close();
  await assert.rejects(query(first.url, 'select 1'), { code: '3D000' });
});

test('closing a test database does not wait for connections left open', async (t) => {
  const database = await createTestDatabase();
  const forgotten = new pg.Client({ connectionString: database.url });
  forgotten.on('error', () => {}); // the server ends this connection
  await forgotten.connect();
  t.after(() => forgotten.end());
  await database.close();
  await database.close();
});

test('ten test databases at once', async (t) => {
  const databases = await Promise.all(Array.from({ length: 10 }, createTestDatabase));
  t.after(() => Promise.all(databases.map((database) => database.close())));
  assert.equal(new Set(databases.map(({ url }) => url)).size, 10);
});

// biome-ignore lint/suspicious/noExplicitAny: the rows of any statement
async function query(connectionString: string, sql: string): Promise<any[]> {
  const client = new pg.Client({ connectionString });
  try {
    await client.connect();
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

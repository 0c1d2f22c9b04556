/** Series of migrations in folders for temporary files, and databases without any. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import pg from 'pg';
import { administer, databaseUrl, randomName } from '../../../../../test/database.ts';
import type { MigrationSeries } from '../series.ts';

/** A migration by its number and its name, e.g. `0001_add_notes`, with its SQL. */
export type Files = readonly (readonly [tag: string, sql: string, when?: number])[];

/** Writes a series; `when` is the position in the list if it is not given. */
export function writeSeries(t: TestContext, files: Files, name = 'foundation'): MigrationSeries {
  const root = mkdtempSync(join(tmpdir(), 'plinth-series-'));
  t.after(() => rmSync(root, { recursive: true }));
  const folder = join(root, name === 'product' ? 'app/product/migrations' : 'migrations');
  mkdirSync(join(folder, 'meta'), { recursive: true });
  for (const [tag, sql] of files) writeFileSync(join(folder, `${tag}.sql`), sql);
  const entries = files.map(([tag, , when], idx) => ({ idx, version: '7', when: when ?? idx, tag, breakpoints: true }));
  writeFileSync(join(folder, 'meta/_journal.json'), JSON.stringify({ version: '7', dialect: 'postgresql', entries }));
  return { name, folder, table: `__${name}_migrations` };
}

export async function createEmptyDatabase(t: TestContext): Promise<string> {
  const server = process.env.TEST_DATABASE_URL!;
  const name = randomName('empty');
  await administer(server, `create database ${name}`);
  t.after(() => administer(server, `drop database ${name} with (force)`));
  return databaseUrl(server, name);
}

// biome-ignore lint/suspicious/noExplicitAny: the rows of any statement
export async function query(url: string, sql: string): Promise<any[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

/** The tables and columns of the schema `public`, and its indexes. */
export async function schemaOf(url: string): Promise<string[]> {
  const rows = await query(
    url,
    `select table_name || '.' || column_name || ' ' || data_type as line from information_schema.columns where table_schema = 'public'
     union all select indexdef from pg_indexes where schemaname = 'public' order by 1`,
  );
  return rows.map(({ line }) => line);
}

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { sql } from 'drizzle-orm';
import { bigint, pgTable, text } from 'drizzle-orm/pg-core';
import pg from 'pg';
import { eventually } from '../../../test/conditions.ts';
import { createTestDatabase, type TestDatabase } from '../../../test/database.ts';
import { changeRows, readPages, removeRows } from './batches.ts';
import { type Database, openDatabase } from './database.ts';

const entries = pgTable('entries', {
  owner: text('owner').notNull(),
  number: bigint('number', { mode: 'number' }).notNull(),
  done: text('done'),
});

describe('batches', () => {
  let database: TestDatabase;
  let client: pg.Client;
  let db: Database;
  before(async () => {
    database = await createTestDatabase();
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
    db = open();
  });
  after(async () => {
    await db.$client.end();
    await client.end();
    await database.close();
  });

  function open(): Database {
    const applicationName = 'batches';
    const limits = { poolSize: 2, lanes: 1, preparedStatements: true, statementTimeoutMs: 10_000 };
    return openDatabase({ url: database.url, applicationName, ...limits });
  }

  /** Inserts `ours` rows of owner "a", three per number, and `others` rows of owner "b". */
  async function fill(ours: number, others: number): Promise<void> {
    await client.query(`
      drop table if exists entries;
      create table entries (owner text not null, number bigint not null, done text);
      insert into entries select 'a', n / 3 from generate_series(1, ${ours}) n;
      insert into entries select 'b', n from generate_series(1, ${others}) n;
      create index entries_index on entries (owner, number);
      analyze entries;`);
  }
  const count = async (where: string) =>
    (await client.query(`select count(*)::int as count from entries where ${where}`)).rows[0].count;
  const ofA = { from: entries, where: sql`owner = 'a'`, by: entries.number };

  it('delete the rows that match and no others, and return their number', async () => {
    await fill(5_500, 700);
    assert.equal(await removeRows(db, ofA), 5_500);
    assert.deepEqual([await count(`owner = 'a'`), await count(`owner = 'b'`)], [0, 700]);
    assert.equal(await removeRows(db, ofA), 0);
  });

  it('read each row once, even while a snapshot still keeps the deleted rows', async () => {
    await fill(20_000, 20_000);
    await client.query('begin isolation level repeatable read; select 1');
    const own = open();
    assert.equal(await removeRows(own, ofA), 20_000);
    await client.query('commit');
    // PostgreSQL updates a connection's statistics when the connection ends.
    await own.$client.end();
    const counts = await eventually('the counts are up to date', async () => {
      const { rows } = await client.query(
        `select n_tup_del::int as deleted, seq_tup_read::int as scanned, idx_tup_read::int as entries
         from pg_stat_user_tables join pg_stat_user_indexes using (relid) where relid = 'entries'::regclass`,
      );
      await client.query('select pg_stat_clear_snapshot()');
      return rows[0].deleted === 20_000 && rows[0];
    });
    // Building the index scanned the table once; `analyze` does not count as a scan.
    assert.ok(counts.scanned <= 40_000, `${counts.scanned} rows were scanned`);
    assert.ok(counts.entries <= 22_000, `${counts.entries} entries of the index were read`);
  });

  it('skip rows that another transaction has locked, without waiting', async () => {
    await fill(3_000, 0);
    await client.query(`begin; select 1 from entries where number = 7 for update`);
    assert.equal(await removeRows(db, ofA), 2_997);
    await client.query('commit');
    assert.equal(await removeRows(db, ofA), 3);
  });

  it('are separate transactions: a later failure does not undo an earlier batch', async () => {
    await fill(3_000, 0);
    await client.query(`
      create function refuse() returns trigger language plpgsql as $$ begin raise 'not this one'; end $$;
      create trigger refuse before delete on entries for each row when (old.number = 800) execute function refuse();`);
    await assert.rejects(removeRows(db, ofA));
    assert.equal(await count('true'), 1_000);
    await client.query('drop trigger refuse on entries');
    assert.equal(await removeRows(db, ofA), 1_000);
  });

  it('change the rows that match', async () => {
    await fill(2_500, 100);
    const open = { ...ofA, where: sql`owner = 'a' and done is null` };
    assert.equal(await changeRows(db, open, sql`update ${entries} set done = 'yes'`), 2_500);
    assert.equal(await count(`done = 'yes'`), 2_500);
  });

  it('read a list of any length page by page', async () => {
    const numbers = Array.from({ length: 1_234 }, (_, index) => index);
    const pages = await Array.fromAsync(
      readPages<number>(async (limit, last = -1) => numbers.slice(last + 1, last + 1 + limit)),
    );
    assert.deepEqual(pages.flat(), numbers);
    assert.ok(pages.every(({ length }) => length <= 50));
  });
});

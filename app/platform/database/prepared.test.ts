import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { sql } from 'drizzle-orm';
import { integer, pgTable, text } from 'drizzle-orm/pg-core';
import { createTestDatabase, type TestDatabase } from '../../../test/database.ts';
import { type Database, openDatabase } from './database.ts';
import { prepare } from './prepared.ts';

const notes = pgTable('notes', { id: integer('id').primaryKey(), note: text('note') });
const { placeholder } = sql;

describe('a prepared statement', () => {
  let database: TestDatabase;
  let db: Database;
  const pids = new Set<number>();
  before(async () => {
    database = await createTestDatabase();
    const common = { applicationName: 'test', preparedStatements: true, statementTimeoutMs: 10_000 };
    db = openDatabase({ url: database.url, poolSize: 1, lanes: 1, ...common });
    await db.execute(sql`create table notes (id int primary key, note text)`);
  });
  beforeEach(() => db.execute(sql`truncate notes`));
  after(async () => {
    await db.$client.end();
    await database.close();
  });

  const write = prepare('note_write', sql`insert into ${notes} values (${placeholder('id')}, ${placeholder('note')})`);
  const read = prepare<{ note: string; pid: number }>(
    'note_read',
    sql`select note, pg_backend_pid() as pid from ${notes} where id = ${placeholder('id')}`,
  );
  const stored = async () => (await db.select().from(notes)).map(({ id }) => id).sort();

  it('runs inside and outside a transaction, and each connection plans it once', async () => {
    const planned = sql`select name from pg_prepared_statements where name = 'note_read'`;
    await write(db, { id: 1, note: 'one' });
    for (let run = 0; run < 3; run++) {
      const [outside] = await read(db, { id: 1 });
      const [inside] = await db.transaction((tx) => read(tx, { id: 1 }));
      assert.deepEqual([outside!.note, inside!.note], ['one', 'one']);
      pids.add(outside!.pid).add(inside!.pid);
    }
    assert.equal(pids.size, 2);
    assert.equal((await db.execute(planned)).rows.length, 1);
    assert.equal((await db.transaction((tx) => tx.execute(planned))).rows.length, 1);
  });

  it('sees the writes of its transaction, also inside a savepoint', async () => {
    await db.transaction(async (tx) => {
      await tx.transaction((savepoint) => write(savepoint, { id: 1, note: 'mine' }));
      assert.equal((await read(tx, { id: 1 }))[0]!.note, 'mine');
      assert.deepEqual(await read(db, { id: 1 }), []);
    });
  });

  it('is pipelined with others of its transaction, in their order, and all take effect or none does', async () => {
    const writeAll = (ids: number[]) =>
      db.transaction((tx) => Promise.all(ids.map((id) => write(tx, { id, note: String(id) }))));
    await writeAll([1, 2, 3]);
    assert.deepEqual(await stored(), [1, 2, 3]);
    await assert.rejects(writeAll([4, 1, 5]), { code: '23505' });
    assert.deepEqual(await stored(), [1, 2, 3]);
    // Uses the same connection: the pool has only one.
    await writeAll([6]);
    assert.deepEqual(await stored(), [1, 2, 3, 6]);
  });

  it('is refused without a value for each placeholder', async () => {
    await assert.rejects(write(db, { id: 1 }), /"note"/);
    assert.deepEqual(await stored(), []);
  });
});

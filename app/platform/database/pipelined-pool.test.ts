import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { sql } from 'drizzle-orm';
import { administer, createTestDatabase, type TestDatabase } from '../../../test/database.ts';
import { startTcpProxy } from '../../../test/tcp-proxy.ts';
import { type Database, openDatabase } from './database.ts';
import { isTransient, isUnavailable } from './failures.ts';
import { PipelinedPool } from './pipelined-pool.ts';
import { prepare } from './prepared.ts';
import { transact } from './retry.ts';

describe('the pool', () => {
  let database: TestDatabase;
  before(async () => {
    database = await createTestDatabase();
  });
  after(() => database.close());

  const POOL = { max: 2, lanes: 1, connectionTimeoutMillis: 2_000 };

  describe('a single statement', () => {
    let pool: PipelinedPool;
    const lost: Error[] = [];
    before(() => {
      pool = new PipelinedPool({ ...POOL, connectionString: database.url, onLaneLost: (error) => lost.push(error) });
    });
    after(() => pool.end());
    const pidOf = async () => Number((await pool.query('select pg_backend_pid() as pid')).rows[0].pid);

    it('shares its connection with other statements, and gets its own result', async () => {
      const numbers = Array.from({ length: 500 }, (_, index) => index);
      const results = await Promise.all(
        numbers.map((number) =>
          pool.query({ text: 'select $1::int as number, pg_backend_pid() as pid', values: [number], name: 'n' }),
        ),
      );
      assert.deepEqual(
        results.map(({ rows }) => rows[0].number),
        numbers,
      );
      assert.equal(new Set(results.map(({ rows }) => rows[0].pid)).size, 1);
      assert.deepEqual(pool.connections, { used: 0, idle: 0, pipelined: 1 });
    });

    it('that fails does not affect other statements on its connection, whatever they are and wherever it fails', async () => {
      const failing = [
        'select 1/0',
        'syntax error',
        "select 'x'::int",
        'select * from nowhere',
        'select 1; select 1/0',
      ];
      const results = await Promise.allSettled(
        Array.from({ length: 100 }, (_, index) => {
          if (index % 3 === 0) return pool.query(failing[index % failing.length]!);
          if (index % 3 === 1) return pool.query('select $1::int / $2::int', [1, 0]);
          return pool.query({ text: 'select $1::int as number', values: [index], name: 'fine' });
        }),
      );
      for (const [index, result] of results.entries()) {
        if (index % 3 === 2) assert.equal(result.status === 'fulfilled' && result.value.rows[0].number, index);
        else assert.equal(result.status, 'rejected');
      }
      assert.equal((await pool.query('select 1 as one')).rows[0].one, 1);
    });

    it('is its own transaction: the failure of another statement does not roll it back', async () => {
      await pool.query('create table alone (n int)');
      await Promise.allSettled([
        pool.query('insert into alone values (1)'),
        pool.query('select 1/0'),
        pool.query('insert into alone values (2)'),
      ]);
      assert.equal((await pool.query('select count(*)::int as count from alone')).rows[0].count, 2);
    });

    it('fails when its connection is terminated, and the next statement gets a new connection', async () => {
      const pid = await pidOf();
      const statements = Promise.allSettled([pool.query('select pg_sleep(30)'), pool.query('select 1')]);
      await administer(database.url, `select pg_terminate_backend(${pid})`);
      for (const result of await statements) assert.ok(result.status === 'rejected' && isUnavailable(result.reason));
      assert.notEqual(await pidOf(), pid);
      assert.ok(lost.length >= 1);
    });

    it('opens one new connection, even if many statements need it at once', async () => {
      await administer(database.url, `select pg_terminate_backend(${await pidOf()})`);
      // The client may not have noticed the lost connection yet.
      await pool.query('select 1').catch(() => {});
      const pids = await Promise.all(Array.from({ length: 50 }, pidOf));
      assert.equal(new Set(pids).size, 1);
    });
  });

  it('gives a connection up that can no longer run a prepared statement, and the statement succeeds on another', async (t) => {
    const pool = new PipelinedPool({ ...POOL, connectionString: database.url, onLaneLost: () => {} });
    t.after(() => pool.end());
    await pool.query('create table changing (n int)');
    await pool.query('insert into changing values (1)');
    const read = () => pool.query({ name: 'read_changing', text: 'select * from changing' });
    await read();
    await administer(database.url, 'alter table changing alter n type text');
    const results = await Promise.all(Array.from({ length: 20 }, read));
    for (const { rows } of results) assert.deepEqual(rows, [{ n: '1' }]);
    // As a first run leaves it that was cancelled before the server had prepared it.
    await pool.query('deallocate read_changing');
    assert.deepEqual((await read()).rows, [{ n: '1' }]);
    await assert.rejects(pool.query('select n from changing union select n from changing for update'), /UNION/);
  });

  it('abandons a connection that falls silent, and sends the next statement on another', async (t) => {
    const proxy = await startTcpProxy(database.url);
    const pool = new PipelinedPool({ ...POOL, connectionString: proxy.url, query_timeout: 200, onLaneLost: () => {} });
    t.after(async () => {
      await pool.end();
      await proxy.close();
    });
    await pool.query('select 1');
    proxy.freeze();
    await assert.rejects(pool.query('select 1'), isUnavailable);
    assert.equal((await pool.query('select 2 as two')).rows[0].two, 2);
    assert.equal(proxy.accepted, 2);
  });

  it('fails statements as unavailable while no connection can be opened, and works again as soon as one can', async (t) => {
    const proxy = await startTcpProxy(database.url);
    const pool = new PipelinedPool({ ...POOL, connectionString: proxy.url });
    t.after(async () => {
      await pool.end();
      await proxy.close();
    });
    await pool.query('select 1');
    proxy.open = false;
    proxy.cut();
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => pool.query('select 1')));
    for (const result of results)
      assert.ok(result.status === 'rejected' && isUnavailable(result.reason), JSON.stringify(result));
    proxy.open = true;
    assert.equal((await pool.query('select 2 as two')).rows[0].two, 2);
  });

  it('ends while statements run: they are answered, and later statements are refused', async () => {
    const pool = new PipelinedPool({ ...POOL, connectionString: database.url });
    const running = Array.from({ length: 10 }, () => pool.query('select pg_sleep(0.05), 1 as one'));
    const closed = pool.end();
    for (const { rows } of await Promise.all(running)) assert.equal(rows[0].one, 1);
    await closed;
    await assert.rejects(pool.query('select 1'), isUnavailable);
  });

  describe('a transaction', () => {
    let db: Database;
    const lost: Error[] = [];
    before(() => {
      db = openDatabase({
        url: database.url,
        poolSize: 2,
        lanes: 1,
        preparedStatements: true,
        statementTimeoutMs: 5_000,
        applicationName: 'transaction test',
        onConnectionLost: (error) => lost.push(error),
      });
    });
    after(() => db.$client.end());
    const terminate = (pid: unknown) => administer(database.url, `select pg_terminate_backend(${Number(pid)})`);
    const works = async () => {
      const { rows } = await db.transaction((tx) => tx.execute(sql`select 1 as one`));
      assert.equal(rows[0]?.one, 1);
    };

    it('waits five seconds for a lock, and a single statement on a lane, where others wait behind it, 50 ms', async () => {
      const limit = sql`select current_setting('lock_timeout') as limit`;
      assert.deepEqual((await db.execute(limit)).rows, [{ limit: '50ms' }]);
      assert.deepEqual((await db.transaction((tx) => tx.execute(limit))).rows, [{ limit: '5s' }]);
    });

    it('whose connection is lost fails as unavailable; the process keeps running, and the pool loses no slot', async () => {
      for (let times = 0; times < 5; times++) {
        const lostInside = db.transaction(async (tx) => {
          const { rows } = await tx.execute(sql`select pg_backend_pid() as pid`);
          await terminate(rows[0]?.pid);
          await tx.execute(sql`select pg_sleep(5)`);
        });
        await assert.rejects(lostInside, isUnavailable);
      }
      await Promise.all([works(), works()]);
      assert.equal(db.$client.connections.used, 0);
    });

    it('whose `begin` fails does not cost a slot in the pool', async () => {
      const connect = db.$client.connect.bind(db.$client) as () => Promise<import('pg').PoolClient>;
      db.$client.connect = (async () => {
        const client = await connect();
        const ended = new Promise((resolve) => client.once('end', resolve));
        await terminate((client as unknown as { processID: number }).processID);
        await ended;
        return client;
      }) as typeof db.$client.connect;
      for (let times = 0; times < 5; times++)
        await assert.rejects(
          db.transaction(async () => {}),
          isUnavailable,
        );
      db.$client.connect = connect as typeof db.$client.connect;
      await Promise.all([works(), works()]);
      assert.equal(db.$client.connections.used, 0);
    });

    it('that fails is rolled back and throws its own error, and its connection is reused', async () => {
      await db.execute(sql`create table rolled (n int)`);
      const pids = new Set<unknown>();
      for (let times = 0; times < 3; times++) {
        const failing = db.transaction(async (tx) => {
          pids.add((await tx.execute(sql`select pg_backend_pid() as pid`)).rows[0]?.pid);
          await tx.execute(sql`insert into rolled values (1)`);
          throw new Error('changed my mind');
        });
        await assert.rejects(failing, /changed my mind/);
      }
      assert.equal((await db.execute(sql`select count(*)::int as count from rolled`)).rows[0]?.count, 0);
      assert.equal(pids.size, 1);
    });

    it('that goes on after a failed statement does not seem to succeed: PostgreSQL rolls it back', async () => {
      await db.execute(sql`create table caught (n int unique)`);
      const careless = db.transaction(async (tx) => {
        await tx.execute(sql`insert into caught values (1)`);
        await tx.execute(sql`insert into caught values (1)`).catch(() => {});
      });
      await assert.rejects(careless, ({ cause }) => /was rolled back/.test(cause.message));
      await db.transaction(async (tx) => {
        await tx.execute(sql`insert into caught values (2)`);
        await tx.transaction((inner) => inner.execute(sql`insert into caught values (2)`)).catch(() => {});
      });
      assert.deepEqual((await db.execute(sql`select n from caught`)).rows, [{ n: 2 }]);
      await works();
    });

    it('is repeated on another connection where this one can no longer run a prepared statement', async () => {
      await db.execute(sql`create table retyped (n int)`);
      const read = prepare<{ n: unknown }>('read_retyped', sql`select * from retyped`);
      const inTransaction = () => transact(db, (tx) => read(tx, {}));
      await Promise.all([inTransaction(), inTransaction()]);
      await administer(database.url, 'alter table retyped alter n type text');
      for (let times = 0; times < 4; times++) assert.deepEqual(await inTransaction(), []);
    });

    it('runs four times at most after a conflict with another one, and once after an error of its own', async () => {
      let runs = 0;
      const conflicting = transact(db, async (tx) => {
        if (++runs > 5) return;
        await tx.execute(sql`do $$ begin raise 'conflict' using errcode = '40001'; end $$`);
      });
      await assert.rejects(conflicting, isTransient);
      assert.equal(runs, 4);
      const failing = transact(db, async () => {
        if (++runs > 5) return;
        throw new Error('changed my mind');
      });
      await assert.rejects(failing, /changed my mind/);
      assert.equal(runs, 5);
    });

    it('that waits too long for a connection fails as unavailable', async (t) => {
      const small = new PipelinedPool({
        connectionString: database.url,
        max: 1,
        lanes: 1,
        connectionTimeoutMillis: 2_000,
      });
      t.after(() => small.end());
      const held = await small.connect();
      await assert.rejects(small.connect(), isUnavailable);
      held.release();
    });
  });
});

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createTestDatabase, type TestDatabase } from '../../../test/database.ts';
import { isLate, isUnavailable } from './failures.ts';
import { workFor } from './owners.ts';
import { LATE_MS, PipelinedPool } from './pipelined-pool.ts';

/** Node.js drops the fraction of a millisecond from when a timer begins, so a timer can be early by almost one. */
const UNTIL_LATE_MS = LATE_MS + 1;
const POOL = { max: 2, lanes: 1, connectionTimeoutMillis: 2_000 };

describe('a single statement of the pool, where rows are locked,', () => {
  let database: TestDatabase;
  before(async () => {
    database = await createTestDatabase();
  });
  after(() => database.close());

  it('that waits for a lock goes on alone, and those behind it are answered', async (t) => {
    const brief = new PipelinedPool({ ...POOL, connectionString: database.url, laneLockTimeoutMs: 50 });
    t.after(() => brief.end());
    const release = await holdRow(brief);
    let answered = false;
    const waiting = brief.query('update held set n = 2').finally(() => {
      answered = true;
    });
    assert.equal((await brief.query('select 1 as one')).rows[0].one, 1);
    assert.equal(answered, false);
    await release();
    assert.equal((await waiting).rowCount, 1);
  });

  it('that reads a table that is locked goes on alone too', async (t) => {
    const brief = new PipelinedPool({ ...POOL, connectionString: database.url, laneLockTimeoutMs: 50 });
    t.after(() => brief.end());
    await (await holdRow(brief))();
    const migrator = await brief.connect();
    await migrator.query('begin; lock table held');
    const reading = brief.query('select n from held');
    await delay(200);
    await migrator.query('commit');
    migrator.release();
    assert.equal((await reading).rowCount, 1);
  });

  it('that waits too long for a lock is given up', async (t) => {
    const limits = { laneLockTimeoutMs: 50, lock_timeout: 300 };
    const limited = new PipelinedPool({ ...POOL, ...limits, connectionString: database.url });
    t.after(() => limited.end());
    const release = await holdRow(limited);
    const error = await limited.query('update held set n = 2').catch((error) => error);
    assert.equal(error.code, '55P03');
    assert.ok(isLate(error) && !isUnavailable(error));
    await release();
  });

  it('of an owner whose others wait for a lock waits for its turn, and takes neither a lane nor more than its share', async (t) => {
    const shared = new PipelinedPool({ ...POOL, max: 10, connectionString: database.url, laneLockTimeoutMs: 50 });
    t.after(() => shared.end());
    const release = await holdRow(shared);
    const change = () => shared.query('update held set n = n + 1 returning n');
    const waiting = workFor('an owner', () => Array.from({ length: 30 }, change));
    const whole = shared.query('select 1 as one');
    await delay(UNTIL_LATE_MS);
    assert.equal((await whole).rows[0].one, 1);
    assert.equal(shared.connections.used, 1 + 4, 'the one that holds the row, and those of the owner');
    assert.equal(shared.connections.pipelined, 1, 'no lane was late');
    const other = await shared.connect();
    other.release();
    await release();
    const numbers = (await Promise.all(waiting)).map(({ rows }) => rows[0].n).toSorted((a, b) => a - b);
    assert.deepEqual(
      numbers,
      Array.from({ length: 30 }, (_, index) => index + 2),
      'each was done once',
    );
  });

  it('beside a transaction waits for no share that others have, who wait for what the transaction has locked', async (t) => {
    const shared = new PipelinedPool({ ...POOL, max: 4, connectionString: database.url, laneLockTimeoutMs: 50 });
    t.after(() => shared.end());
    await shared.query('create table locked as select 1 as n');
    await shared.query('create table counted (n int)');
    const run = (text: string) =>
      shared.withConnection(
        (client) => client.query(text),
        () => true,
      );
    const locked = Promise.withResolvers<void>();
    const waited = Promise.withResolvers<void>();
    await workFor('an owner', async () => {
      const holding = shared.withConnection(
        async (client) => {
          await client.query('begin');
          await client.query('update locked set n = 2');
          locked.resolve();
          await waited.promise;
          const startedAt = performance.now();
          // Two at a time: only one of an owner would be on a lane.
          const count = () => shared.query('insert into counted values (1)');
          await Promise.all([count(), count(), run('insert into counted values (1)')]);
          assert.ok(performance.now() - startedAt < 4_000, 'they have waited for those that wait for them');
          await client.query('commit');
        },
        () => true,
      );
      await locked.promise;
      // All of its share, and more.
      const waiting = Array.from({ length: 5 }, () => run('update locked set n = 3'));
      waited.resolve();
      await Promise.all([holding, ...waiting]);
    });
    assert.equal((await shared.query('select 1 from counted')).rowCount, 3);
  });

  it('that waits for a lock holds up no later statement: its lane gets no more', async (t) => {
    const waitingLong = new PipelinedPool({ ...POOL, connectionString: database.url });
    t.after(() => waitingLong.end());
    const release = await holdRow(waitingLong);
    let answered = false;
    const waiting = waitingLong.query('update held set n = 2').finally(() => {
      answered = true;
    });
    await delay(UNTIL_LATE_MS);
    for (let n = 0; n < 5; n++) assert.equal((await waitingLong.query('select 1 as one')).rows[0].one, 1);
    assert.equal(answered, false);
    assert.equal(waitingLong.connections.pipelined, 1, 'the spare lane is closed when it is idle');
    await release();
    assert.equal((await waiting).rowCount, 1);
  });

  /** Locks the row of a new table. @returns the function that releases it */
  async function holdRow(held: PipelinedPool): Promise<() => Promise<void>> {
    await held.query('drop table if exists held; create table held (n int); insert into held values (1)');
    const holder = await held.connect();
    await holder.query('begin; select * from held for update');
    return async () => {
      await holder.query('rollback');
      holder.release();
    };
  }
});

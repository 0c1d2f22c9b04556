/** Reads that may be old, against a real streaming replica whose replay the test pauses. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sql } from 'drizzle-orm';
import { createTestClock } from '../../../test/clock.ts';
import { eventually } from '../../../test/conditions.ts';
import { startReplicated } from '../../../test/standby.ts';
import { openDatabase } from './database.ts';
import { createTolerantReads } from './replica.ts';

describe('with a replica', { timeout: 120_000 }, () => {
  it('the primary is asked for what it has not replayed yet, and for what replaying cancelled', async (t) => {
    const replicated = await startReplicated(t);
    const open = (url: string) => {
      const db = openDatabase({
        ...{ url, poolSize: 1, lanes: 1, preparedStatements: true },
        ...{ statementTimeoutMs: 60_000, applicationName: 'replica test' },
      });
      t.after(() => db.$client.end());
      return db;
    };
    const [primary, replica] = [open(replicated.primaryUrl), open(replicated.replicaUrl)];
    const reads = createTolerantReads({ primary, replica, clock: createTestClock() });
    const fromReplica = sql`select pg_is_in_recovery() as old`;
    assert.equal((await reads((db) => db.execute(fromReplica))).rows[0]!.old, true);

    await replicated.pause();
    await primary.execute(sql`create table newer (id int)`);
    const { rows: found } = await reads((db) =>
      db.execute(sql`select pg_is_in_recovery() as old, count(*) from newer`),
    );
    assert.equal(found[0]!.old, false);
    await replicated.resume();
    const known = async () =>
      (await replicated.on(replicated.replicaUrl, `select to_regclass('newer') is not null as known`)).rows[0].known;
    await eventually('the table is replayed', known);

    const slow = sql`
      select pg_is_in_recovery() as old, count(*), pg_sleep(case when pg_is_in_recovery() then 60 else 0 end) from newer`;
    const reading = reads((db) => db.execute(slow));
    const active = `select 1 from pg_stat_activity where query like '%pg_sleep(case%' and state = 'active' and pid <> pg_backend_pid()`;
    await eventually('it runs', async () => (await replicated.on(replicated.replicaUrl, active)).rowCount === 1);
    await primary.execute(sql`truncate newer`);
    assert.equal((await reading).rows[0]!.old, false);

    assert.equal((await reads((db) => db.execute(fromReplica))).rows[0]!.old, true, 'it was not taken for lost');
    let asked = 0;
    const faulty = reads((db) => {
      asked++;
      return db.execute(sql`select 1 / 0`);
    });
    await assert.rejects(faulty, (error: Error) => /division by zero/.test(String(error.cause)));
    assert.equal(asked, 1, 'a fault of the statement is not tried twice');
  });
});

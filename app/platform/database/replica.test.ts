/** Tests tolerant reads against a real streaming replica. The tests pause its replay, so that it shows old data. */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { sql } from 'drizzle-orm';
import { createTestClock } from '../../../test/clock.ts';
import { eventually, rows } from '../../../test/conditions.ts';
import { startTestService, type TestService } from '../../../test/service.ts';
import { type Replicated, startReplicated } from '../../../test/standby.ts';
import { createScene, PATCH, type Scene } from '../../features/organizations/testing/scene.ts';
import { SECOND_MS } from '../clock.ts';
import { openDatabase } from './database.ts';
import { createTolerantReads } from './replica.ts';

describe('with a replica', { timeout: 120_000 }, () => {
  it('lists that may be stale are read from it, and everything else from the primary', async (t) => {
    const { replicated, test, scene } = await start(t);
    await replicated.pause();
    await rename(scene, 'Difference Engines');
    const member = await scene.add('member');
    await addInvoice(test, scene);

    assert.deepEqual(await actions(scene), ['organization.created']);
    assert.deepEqual(await exported(test, scene), ['organization.created']);
    assert.deepEqual(await invoices(scene), []);
    assert.equal((await scene.as(scene.owner, '')).body.name, 'Difference Engines');
    assert.equal((await scene.roles())[member.id], 'member', 'members are not read from it');

    await replicated.resume();
    const renamed = async () => (await actions(scene)).includes('organization.updated');
    await eventually('the replica has caught up', renamed);
    await eventually('with the invoice', async () => (await invoices(scene)).length === 1);
  });

  it('no read fails while the replica is unavailable, and the replica is tried again after a pause', async (t) => {
    const { replicated, test, scene } = await start(t);
    await replicated.stopReplica();
    await rename(scene, 'Difference Engines');
    const newest = ['organization.updated', 'organization.created'];
    assert.deepEqual(await actions(scene), newest, 'the primary answers at once');
    assert.deepEqual(await exported(test, scene), newest);
    assert.ok(test.logs.some((line) => line.includes('replica lost') && line.includes('"warn"')));

    await replicated.startReplica();
    const events = async () =>
      Number((await replicated.on(replicated.replicaUrl, 'select count(*) from audit_events')).rows[0].count);
    const written = (await rows(test, 'select count(*)::int from audit_events'))[0].count;
    await eventually('the replica has caught up', async () => (await events()) === written);
    await replicated.pause();
    await rename(scene, 'Analytical Engines');
    assert.deepEqual((await actions(scene)).length, 3, 'still resting: from the primary');
    test.clock.advance(10 * SECOND_MS);
    assert.deepEqual(await actions(scene), newest, 'rested: from the replica');
  });

  it('the primary serves reads that the replica has not replayed yet, and reads that its replay cancelled', async (t) => {
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

async function start(t: TestContext): Promise<{ replicated: Replicated; test: TestService; scene: Scene }> {
  const replicated = await startReplicated(t);
  const env = { DATABASE_REPLICA_URL: replicated.replicaUrl };
  const test = await startTestService({ databaseUrl: replicated.primaryUrl, env });
  t.after(() => test.close());
  const scene = await createScene(test);
  await eventually('the organization is replayed', async () => (await actions(scene)).length === 1);
  return { replicated, test, scene };
}

async function rename(scene: Scene, name: string): Promise<void> {
  assert.equal((await scene.as(scene.owner, '', PATCH({ name }))).status, 200);
}

async function actions(scene: Scene): Promise<string[]> {
  const { status, body } = await scene.as(scene.owner, '/audit-events');
  assert.equal(status, 200, JSON.stringify(body));
  return body.data.map(({ action }: { action: string }) => action);
}

async function exported(test: TestService, scene: Scene): Promise<string[]> {
  const headers = { authorization: `Bearer ${scene.owner.accessToken}` };
  const response = await fetch(`${test.url}${scene.path}/audit-events/export`, { headers });
  assert.equal(response.status, 200);
  const lines = (await response.text()).trim().split('\n');
  return lines.map((line) => JSON.parse(line).action);
}

async function invoices(scene: Scene): Promise<unknown[]> {
  const { status, body } = await scene.as(scene.owner, '/invoices');
  assert.equal(status, 200, JSON.stringify(body));
  return body.data;
}

async function addInvoice(test: TestService, { id }: Scene): Promise<void> {
  const customer =
    'insert into billing_customers (organization_id, stripe_customer_id, created_at) values ($1, $2, now())';
  await rows(test, customer, id, `cus_${id}`);
  await rows(
    test,
    `insert into billing_invoices (organization_id, id, status, currency, total, amount_paid, amount_remaining, amount_credited,
       description, attempt_count, action_required, created_at)
     values ($1, 'in_1', 'paid', 'usd', 1900, 1900, 0, 0, 'Pro', 1, false, now())`,
    id,
  );
}

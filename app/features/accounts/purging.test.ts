/** The purge of accounts: what it waits for, what waits for it, and how it goes on after a failure. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import pg from 'pg';
import { jobsDone, lockAwaited, rows, value } from '../../../test/conditions.ts';
import { dropCrossOwnerKeys } from '../../../test/cross-owner-keys.ts';
import {
  assertProblem,
  createSignedInUser,
  PASSWORD,
  type SignedInUser,
  signIn,
  startTestService,
  type TestService,
} from '../../../test/service.ts';
import { DAY_MS } from '../../platform/clock.ts';
import { purge } from './queues.ts';

describe('the purge of accounts', () => {
  let test: TestService;
  let other: pg.Client;
  let dangling: () => Promise<Record<string, number>>;
  before(async () => {
    test = await startTestService({ schedules: false });
    dangling = await dropCrossOwnerKeys(test);
    other = new pg.Client({ connectionString: test.service.config.databaseUrl });
    await other.connect();
  });
  after(async () => {
    await other.end();
    await test.close();
  });
  beforeEach(() => rows(test, 'update users set purge_at = null'));

  /** As the job does it, so that its failure is the test's. */
  async function run(): Promise<void> {
    await test.service.accounts.handlers.find(({ queue }) => queue === purge)!.handle({}, {} as never);
  }
  async function isDue({ id }: SignedInUser): Promise<void> {
    await rows(test, 'update users set purge_at = $2 where id = $1', id, test.clock.now());
  }
  const exists = async ({ id }: SignedInUser) =>
    (await value(test, 'select count(*)::int from users where id = $1', id)) === 1;
  it('looks again under the lock: one that is restored meanwhile stays', async () => {
    const ada = await createSignedInUser(test);
    await isDue(ada);
    await other.query('begin');
    await other.query('update users set purge_at = null where id = $1', [ada.id]);
    const running = run();
    await lockAwaited(test);
    await other.query('commit');
    await running;
    assert.ok(await exists(ada));
    assert.ok((await signIn(test, ada.email)).id === ada.id);
  });

  it('that has begun is not undone: the mailed link is void from then on', async () => {
    const ada = await createSignedInUser(test);
    const body = { password: ada.password };
    await test.request('/v1/users/me', { method: 'DELETE', token: ada.accessToken, body });
    const { token } = await test.mail(ada.email, /will be deleted/);
    await isDue(ada);
    // It stops where it has to wait, right after it has begun.
    await other.query('begin');
    await other.query('select from audit_chains where owner_id = $1 for update', [ada.id]);
    const running = run();
    await lockAwaited(test);
    assertProblem(await test.request('/v1/users/me/restore', { body: { token } }), 400, 'invalid_token');
    await other.query('commit');
    await running;
    assert.ok(!(await exists(ada)));
  });

  it('goes on after an account that fails, says so, and tries that one again', async () => {
    const [first, failing, last] = [
      await createSignedInUser(test),
      await createSignedInUser(test),
      await createSignedInUser(test),
    ];
    await signIn(test, first.email).then(({ accessToken: token }) =>
      test.request('/v1/sessions/current', { method: 'DELETE', token }),
    );
    for (const user of [first, failing, last]) {
      await isDue(user);
      test.clock.advance(1);
    }
    await test.service.db.$client.queryAlone(`
      create function refuse() returns trigger language plpgsql as $$ begin raise 'not this one'; end $$;
      create trigger refuse before delete on users for each row when (old.id = '${failing.id}') execute function refuse();`);
    await assert.rejects(run(), /1 of \d+ failed/);
    assert.deepEqual([await exists(first), await exists(failing), await exists(last)], [false, true, false]);
    const said = test.logs
      .map((line) => JSON.parse(line))
      .filter(({ message }) => message === 'an account was not purged');
    assert.deepEqual(
      said.map(({ userId, err }) => [userId, err.message.includes('not this one')]),
      [[failing.id, true]],
    );

    await rows(test, 'drop trigger refuse on users');
    await run();
    assert.ok(!(await exists(failing)));
  });

  it('removes old sessions and links also where accounts fail', async () => {
    const [failing, kept] = [await createSignedInUser(test), await createSignedInUser(test)];
    await isDue(failing);
    await rows(test, `update sessions set refreshed_at = '2000-01-01' where user_id = $1`, kept.id);
    await test.service.db.$client.queryAlone(`
      create or replace function refuse() returns trigger language plpgsql as $$ begin raise 'not this one'; end $$;
      create trigger refuse before delete on users for each row execute function refuse();`);
    try {
      await assert.rejects(run());
      assert.equal(await value(test, 'select count(*)::int from sessions where user_id = $1', kept.id), 0);
    } finally {
      await rows(test, 'drop trigger refuse on users');
    }
  });

  it('removes registrations that nobody verified, and devices that nobody uses, and keeps all others', async () => {
    const register = (email: string) => test.request('/v1/users', { body: { email, password: PASSWORD } });
    const kept = await createSignedInUser(test);
    await register('abandoned@example.com');
    await test.mail('abandoned@example.com', /confirm/i);
    await jobsDone(test, 'email.deliver');
    test.clock.advance(29 * DAY_MS);
    await register('recent@example.com');
    const exists = (email: string) => value(test, 'select count(*)::int from users where email = $1', email);
    const [abandoned] = await rows(test, `select id from users where email = 'abandoned@example.com'`);
    const events = (id: string) => value(test, 'select count(*)::int from audit_events where owner_id = $1', id);
    await run();
    assert.equal(await exists('abandoned@example.com'), 1);
    assert.ok((await events(abandoned!.id)) > 0);
    test.clock.advance(DAY_MS + 1);
    await run();
    assert.deepEqual(
      await Promise.all(['abandoned@example.com', 'recent@example.com', kept.email].map(exists)),
      [0, 1, 1],
    );
    assert.deepEqual([await events(abandoned!.id), (await events(kept.id)) > 0], [0, true], 'the trail goes too');
    for (const [table, column] of [
      ['email_addresses', 'address'] as const,
      ['email_messages', 'to_address'] as const,
    ]) {
      const text = `select count(*)::int from ${table} where ${column} = 'abandoned@example.com'`;
      assert.equal(await value(test, text), 0, table);
    }
    const devices = () => value(test, 'select count(*)::int from devices where user_id = $1', kept.id);
    test.clock.advance(334 * DAY_MS);
    await run();
    assert.equal(await devices(), 1);
    test.clock.advance(DAY_MS * 2);
    await run();
    assert.equal(await devices(), 0);
    await signIn(test, kept.email);
  });

  it('leaves no name of an account that is gone, on a sharded PostgreSQL too, where no key cascades', async () => {
    const [ada, kept] = [await createSignedInUser(test), await createSignedInUser(test)];
    for (const { id } of [ada, kept])
      await rows(
        test,
        `insert into identities (user_id, id, provider, issuer, subject, created_at) values ($1, gen_random_uuid(), 'local', 'issuer', $1::uuid::text, now())`,
        id,
      );
    // A registration that the next one for the address replaces.
    for (const name of ['First', 'Second']) {
      const body = { email: 'twice@example.com', password: PASSWORD, name };
      assert.equal((await test.request('/v1/users', { body })).status, 202);
      test.clock.advance(60_000);
    }
    await isDue(ada);
    await run();
    assert.deepEqual([await exists(ada), await exists(kept)], [false, true]);
    assert.equal(await value(test, `select count(*)::int from users where email = 'twice@example.com'`), 1);
    assert.deepEqual(await dangling(), {});
    assert.equal(await value(test, 'select count(*)::int from identities where user_id = $1', kept.id), 1);
  });

  it('locks nothing for longer than a batch takes, whatever the account has', async () => {
    const ada = await createSignedInUser(test);
    await rows(
      test,
      `insert into audit_events (owner_id, sequence, id, occurred_at, actor_type, action, details, hash)
       select $1, n, gen_random_uuid(), now(), 'system', 'user.updated', '{}', '' from generate_series(1000, 9999) n`,
      ada.id,
    );
    await rows(test, 'update audit_chains set sequence = 9999 where owner_id = $1', ada.id);
    await rows(
      test,
      `insert into sessions (user_id, id, secret, generation, created_at, refreshed_at)
       select $1, gen_random_uuid(), '', 1, now(), now() from generate_series(1, 4000)`,
      ada.id,
    );
    await test.service.db.$client.queryAlone(`
      create table removals (transaction xid8 not null, table_name name not null, number int not null);
      create function note() returns trigger language plpgsql as $$
        begin insert into removals select pg_current_xact_id(), tg_table_name, count(*) from gone; return null; end $$;
      create trigger note after delete on audit_events referencing old table as gone for each statement execute function note();
      create trigger note after delete on sessions referencing old table as gone for each statement execute function note();`);
    await isDue(ada);
    await run();
    await rows(test, 'drop trigger note on audit_events');
    await rows(test, 'drop trigger note on sessions');
    const removed = await rows(
      test,
      'select table_name as name, sum(number)::int as number from removals group by transaction, table_name',
    );
    const most = Math.max(...removed.map(({ number }) => number));
    const total = removed.reduce((sum, { number }) => sum + number, 0);
    assert.ok(total > 13_000 && most <= 1_000, `${total} rows, up to ${most} in one transaction`);
  });
});

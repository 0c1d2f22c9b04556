import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { auditActions, jobsDone, rows, value } from '../../../test/conditions.ts';
import {
  assertProblem,
  createSignedInUser,
  PASSWORD,
  signIn,
  startTestService,
  type TestService,
} from '../../../test/service.ts';
import { DAY_MS, MINUTE_MS } from '../../platform/clock.ts';
import { failedSignIns, purge } from './queues.ts';

describe('deleting an account', () => {
  let test: TestService;
  before(async () => {
    test = await startTestService({ schedules: false });
  });
  after(() => test.close());

  const remove = (token: string, password = PASSWORD) =>
    test.request('/v1/users/me', { method: 'DELETE', token, body: { password } });
  const restore = (token: string) => test.request('/v1/users/me/restore', { body: { token } });
  const attempt = (email: string) => test.request('/v1/sessions', { body: { email, password: PASSWORD } });
  const undo = async (email: string, nth = 1) => (await test.mail(email, /will be deleted/, nth)).token;
  const runPurge = async () => {
    await test.service.jobs.enqueue(test.service.db, purge, {});
    await jobsDone(test, purge.name);
  };

  it('needs the password', async () => {
    const { accessToken: token } = await createSignedInUser(test);
    assertProblem(await remove(token, 'wrong'), 403, 'password_incorrect');
    assert.equal((await test.request('/v1/users/me', { token })).status, 200);
  });

  it('closes it at once: every session ends, nobody signs in, the address stays taken', async () => {
    const { accessToken: token, email, refreshToken } = await createSignedInUser(test);
    const other = await signIn(test, email);
    assert.equal((await remove(token)).status, 204);
    for (const accessToken of [token, other.accessToken]) {
      assertProblem(await test.request('/v1/users/me', { token: accessToken }), 401, 'session_revoked');
    }
    const refreshed = await test.request('/v1/sessions/refresh', { body: { refreshToken } });
    assertProblem(refreshed, 401, 'session_revoked');
    assertProblem(await attempt(email), 401, 'invalid_credentials');
    test.clock.advance(MINUTE_MS);
    await test.request('/v1/users', { body: { email, password: PASSWORD } });
    await test.mail(email, /is closed, and you can restore it/);
  });

  it('is undone by the mailed link, and the person signs in as before', async () => {
    const { accessToken: token, email, id } = await createSignedInUser(test);
    await remove(token);
    const link = await undo(email);
    assert.equal((await restore(link)).status, 204);
    await test.mail(email, /is restored/);
    assert.equal((await signIn(test, email)).id, id);
    assertProblem(await restore(link), 400, 'invalid_token');
    assertProblem(await test.request('/v1/users/me', { token }), 401, 'session_revoked');
    const trail = await auditActions(test, id);
    assert.ok(trail.indexOf('user.restored') > trail.indexOf('user.deletion_requested'));
    await runPurge();
    test.clock.advance(15 * DAY_MS);
    await runPurge();
    assert.equal((await signIn(test, email)).id, id, 'and is not purged later');
  });

  it('voids the links that were mailed before, also for the time after it is undone', async () => {
    const { accessToken: token, email } = await createSignedInUser(test);
    await test.request('/v1/password-resets', { body: { email } });
    const { token: reset } = await test.mail(email, /Reset/);
    const to = `other-${email}`;
    await test.request('/v1/users/me/email-changes', { token, body: { email: to, password: PASSWORD } });
    const { token: change } = await test.mail(to, /Confirm your new/);
    await remove(token);
    const body = { token: reset, password: 'purple monkey dishwasher lamp' };
    const useReset = () => test.request('/v1/password-resets/confirm', { body });
    const useChange = () => test.request('/v1/email-verifications/confirm', { body: { token: change } });
    for (const use of [useReset, useChange]) assertProblem(await use(), 400, 'invalid_token');
    assert.equal((await restore(await undo(email))).status, 204);
    for (const use of [useReset, useChange]) assertProblem(await use(), 400, 'invalid_token');
  });

  it('removes everything about the person after 14 days and not before, and frees the address', async () => {
    const [gone, bystander] = await Promise.all([createSignedInUser(test), createSignedInUser(test)]);
    await attempt(gone.email);
    await test.request('/v1/sessions', { body: { email: gone.email, password: 'wrong' } });
    await remove(gone.accessToken);
    const link = await undo(gone.email);
    await jobsDone(test, 'email.deliver');
    await jobsDone(test, 'accounts.record-failed-sign-in');

    test.clock.advance(14 * DAY_MS - 1);
    await runPurge();
    assert.equal(await value(test, 'select count(*)::int from users where id = $1', gone.id), 1);
    test.clock.advance(1);
    await runPurge();
    assert.deepEqual(await traces(gone), []);
    assertProblem(await restore(link), 400, 'invalid_token');
    assert.equal((await signIn(test, bystander.email)).id, bystander.id);

    await test.request('/v1/users', { body: { email: gone.email, password: PASSWORD } });
    const { token } = await test.mail(gone.email, /Confirm your email/, 2);
    assert.equal((await test.request('/v1/email-verifications/confirm', { body: { token } })).status, 204);
    assert.notEqual((await signIn(test, gone.email)).id, gone.id);
  });

  it('leaves no trail of a failed sign-in that is recorded after the person is gone', async () => {
    const { id } = await createSignedInUser(test);
    await rows(test, 'delete from users where id = $1', id);
    await test.service.db.transaction((tx) => test.service.audit.forget(tx, id));
    const origin = { requestId: null, ipAddress: '203.0.113.1', userAgent: 'Late' };
    const job = { userId: id, occurredAt: test.clock.now().toISOString(), origin };
    await test.service.jobs.enqueue(test.service.db, failedSignIns, job);
    await jobsDone(test, failedSignIns.name);
    assert.equal(await value(test, 'select count(*)::int from audit_events where owner_id = $1', id), 0);
    assert.equal(await value(test, 'select count(*)::int from audit_chains where owner_id = $1', id), 0);
  });

  it('of a suspended person is undone without lifting the suspension', async () => {
    const { accessToken: token, email, id } = await createSignedInUser(test);
    await remove(token);
    const { administration } = test.service.accounts;
    await administration.suspend((await administration.find(id))!);
    assert.equal((await restore(await undo(email))).status, 204);
    assertProblem(await attempt(email), 401, 'invalid_credentials');
  });

  /** Tables that still name the person, but for finished jobs and changes, which go within two hours. */
  async function traces({ id, email }: { id: string; email: string }): Promise<string[]> {
    const tables = await rows(
      test,
      `select format('%I.%I', schemaname, tablename) as name from pg_tables
       where schemaname not in ('pg_catalog', 'information_schema', 'pgboss') and tablename <> 'changes'`,
    );
    const found = [];
    for (const { name } of tables) {
      const text = `select count(*)::int from ${name} t where position($1 in t::text) > 0 or position($2 in t::text) > 0`;
      if ((await value(test, text, id, email)) > 0) found.push(name);
    }
    return found;
  }
});

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { atOnce, eventually, tally, value } from '../../../test/conditions.ts';
import { administer } from '../../../test/database.ts';
import { type ServiceProcess, startServiceProcess } from '../../../test/process.ts';
import {
  assertProblem,
  createSignedInUser,
  createUser,
  PASSWORD,
  request,
  signIn,
  startTestService,
  type TestService,
} from '../../../test/service.ts';

const NEW_PASSWORD = 'purple monkey dishwasher lamp';

describe('an ended session', () => {
  let here: TestService;
  let there: TestService;
  let databaseUrl: string;
  before(async () => {
    here = await startTestService();
    databaseUrl = here.service.config.databaseUrl;
    there = await startTestService({ databaseUrl, jobs: false, clock: here.clock });
  });
  after(async () => {
    await there.close();
    await here.close();
  });

  const me = (on: { url: string }, token: string) => request(`${on.url}/v1/users/me`, { token });
  const signOut = (token: string, which = '/current', on = here) =>
    on.request(`/v1/sessions${which}`, { method: 'DELETE', token });
  const refusedBy = (on: { url: string }, token: string) =>
    eventually('the session is refused', async () => (await me(on, token)).body.code === 'session_revoked', 5_000);

  it('is refused by the next request to the process that ended it', async () => {
    const people = await atOnce(10, () => createSignedInUser(here));
    const codes = await Promise.all(
      people.map(async ({ accessToken: token }) => {
        assert.equal((await signOut(token)).status, 204);
        return (await me(here, token)).body.code;
      }),
    );
    assert.deepEqual(new Set(codes), new Set(['session_revoked']));
  });

  it('is refused by a second process soon after', async (t) => {
    const { accessToken: token } = await createSignedInUser(here);
    assert.equal((await me(there, token)).status, 200);
    assert.equal((await signOut(token)).status, 204);
    const endedAt = performance.now();
    await refusedBy(there, token);
    t.diagnostic(`refused ${(performance.now() - endedAt).toFixed(1)} ms after the answer`);
  });

  it('is refused by a process of its own, and one that starts later', async (t) => {
    const other = await startServiceProcess(databaseUrl);
    t.after(() => other.stop());
    const { accessToken: token, refreshToken } = await createSignedInUser(here);
    assert.equal((await me(other, token)).status, 200, 'tokens of one process are good in the other');
    assert.equal((await signOut(token)).status, 204);
    await refusedBy(other, token);
    const refreshed = await request(`${other.url}/v1/sessions/refresh`, { body: { refreshToken } });
    assertProblem(refreshed, 401, 'session_revoked');

    // And the other way round.
    const { accessToken: second } = await createSignedInUser(here);
    const ended = await request(`${other.url}/v1/sessions/current`, { method: 'DELETE', token: second });
    assert.equal(ended.status, 204);
    await refusedBy(here, second);
    const later: ServiceProcess = await startServiceProcess(databaseUrl);
    t.after(() => later.stop());
    assertProblem(await me(later, token), 401, 'session_revoked');
    assert.deepEqual([await other.stop(), await later.stop()], [0, 0]);
  });

  it('is refused while changes cannot be read, and after they can', async (t) => {
    const { email } = await createUser(here);
    const [before, during, alive] = await Promise.all([signIn(here, email), signIn(here, email), signIn(here, email)]);
    await signOut(before.accessToken);
    await refusedBy(there, before.accessToken);

    // New connections are refused from now on, so that the processes stay deaf; those that are open go on.
    const name = new URL(databaseUrl).pathname.slice(1);
    const allow = (allowed: boolean) =>
      administer(process.env.TEST_DATABASE_URL!, `alter database ${name} allow_connections ${allowed}`);
    t.after(() => allow(true));
    await allow(false);
    const cut = `select count(pg_terminate_backend(pid))::int from pg_stat_activity where datname = $1 and application_name = 'plinth changes'`;
    assert.equal(await value(here, cut, name), 2);
    const reading = (expected: boolean) => async () =>
      (await Promise.all([here, there].map(({ service }) => service.feed.refresh()))).every((is) => is === expected);
    await eventually('both processes notice', reading(false));

    assert.equal((await signOut(during.accessToken)).status, 204);
    for (const on of [here, there]) {
      assertProblem(await me(on, during.accessToken), 401, 'session_revoked');
      assertProblem(await me(on, before.accessToken), 401, 'session_revoked');
      assert.equal((await me(on, alive.accessToken)).status, 200);
    }
    assert.equal(there.service.feed.connected, false, 'all this without reading changes');

    await allow(true);
    await eventually('both processes read changes again', reading(true));
    for (const on of [here, there]) {
      assertProblem(await me(on, during.accessToken), 401, 'session_revoked');
      assert.equal((await me(on, alive.accessToken)).status, 200);
    }
    await signOut(alive.accessToken);
    await refusedBy(there, alive.accessToken);
  });

  it('is any session of a suspended user, who cannot refresh or sign in until the suspension is lifted', async () => {
    const user = await createSignedInUser(here);
    const { administration } = here.service.accounts;
    assert.equal(await administration.suspend((await administration.find(user.id))!), true);
    assertProblem(await me(here, user.accessToken), 401, 'session_revoked');
    await refusedBy(there, user.accessToken);
    const refreshed = await there.request('/v1/sessions/refresh', { body: { refreshToken: user.refreshToken } });
    assertProblem(refreshed, 401, 'session_revoked');
    const attempt = await here.request('/v1/sessions', { body: { email: user.email, password: PASSWORD } });
    assertProblem(attempt, 401, 'invalid_credentials');

    assert.equal(await administration.unsuspend((await administration.find(user.id))!), true);
    assertProblem(await me(here, user.accessToken), 401, 'session_revoked');
    await signIn(here, user.email);
  });

  it('is any other session after a password change, and not the one that made it', async () => {
    const { email } = await createUser(here);
    const [mine, ...others] = await Promise.all([signIn(here, email), signIn(here, email), signIn(here, email)]);
    const body = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
    const changed = await here.request('/v1/users/me/password', { method: 'PUT', token: mine!.accessToken, body });
    assert.equal(changed.status, 204);
    for (const { accessToken } of others) {
      assertProblem(await me(here, accessToken), 401, 'session_revoked');
      await refusedBy(there, accessToken);
    }
    for (const on of [here, there]) assert.equal((await me(on, mine!.accessToken)).status, 200);
    const refreshed = await here.request('/v1/sessions/refresh', { body: { refreshToken: mine!.refreshToken } });
    assert.equal(refreshed.status, 200);
  });

  it('does not come back when many end it at the same time, on both processes', async () => {
    const { accessToken: token } = await createSignedInUser(here);
    const answers = await atOnce(20, (index) => signOut(token, '/current', index % 2 ? here : there));
    assert.ok((tally(answers)[204] ?? 0) >= 1);
    assert.deepEqual(
      Object.keys(tally(answers)).filter((status) => status !== '204' && status !== '401'),
      [],
    );
    assertProblem(await me(here, token), 401, 'session_revoked');
  });
});

/** Requests of one person that wait hold up nobody else. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import { lockAwaited, whileLocked } from '../../../test/conditions.ts';
import {
  assertProblem,
  type Call,
  createSignedInUser,
  type SignedInUser,
  startTestService,
  type TestService,
} from '../../../test/service.ts';

describe('requests that wait for a lock', () => {
  let test: TestService;
  before(async () => {
    test = await startTestService();
  });
  after(() => test.close());

  it('leave everybody else alone, and are answered as unavailable when it takes too long', async () => {
    const [held, other] = [await createSignedInUser(test), await createSignedInUser(test)];
    const holder = new pg.Client({ connectionString: test.service.config.databaseUrl });
    await holder.connect();
    await holder.query('begin');
    await holder.query('select * from sessions where user_id = $1 for update', [held.id]);
    try {
      const refreshes = Array.from({ length: 4 }, () =>
        test.request('/v1/sessions/refresh', { body: { refreshToken: held.refreshToken } }),
      );
      await lockAwaited(test);
      let done = false;
      const answers = Promise.all(refreshes).finally(() => {
        done = true;
      });
      while (!done) {
        assert.equal((await test.request('/v1/users/me', { token: other.accessToken })).status, 200);
        assert.equal((await test.request('/readyz')).status, 200);
      }
      for (const answer of await answers) {
        assertProblem(answer, 503, 'database_unavailable');
        assert.ok(Number(answer.headers.get('retry-after')) > 0);
      }
    } finally {
      await holder.query('rollback');
      await holder.end();
    }
    assert.equal(
      (await test.request('/v1/sessions/refresh', { body: { refreshToken: held.refreshToken } })).status,
      200,
    );
  });

  for (const [what, lock, call] of [
    [
      'refreshes of one session',
      'select * from sessions where user_id = $1 for update',
      ({ refreshToken }: SignedInUser) => ['/v1/sessions/refresh', { body: { refreshToken } }],
    ],
    [
      'sign-ins of one person',
      'select * from users where id = $1 for update',
      ({ email, password }: SignedInUser) => ['/v1/sessions', { body: { email, password } }],
    ],
  ] as const)
    it(`leave connections for everybody else: ${what}`, async () => {
      const [held, other] = [await createSignedInUser(test), await createSignedInUser(test)];
      await whileLocked(test, [lock, held.id], async ({ waiting }) => {
        let answered = 0;
        const calls = Array.from({ length: 10 }, () =>
          test.request(...(call(held) as [string, Call])).finally(() => answered++),
        );
        void Promise.allSettled(calls);
        await waiting(2);
        for (const name of ['A', 'B', 'C']) {
          const change = { method: 'PATCH', token: other.accessToken, body: { name } };
          assert.equal((await test.request('/v1/users/me', change)).status, 200);
        }
        assert.equal(answered, 0, 'all of this was answered while the others waited');
      });
    });

  it('are answered as unavailable too where the server cancels them', async () => {
    const held = await createSignedInUser(test);
    const holder = new pg.Client({ connectionString: test.service.config.databaseUrl });
    await holder.connect();
    await holder.query('begin');
    await holder.query('select * from sessions where user_id = $1 for update', [held.id]);
    const refreshing = test.request('/v1/sessions/refresh', { body: { refreshToken: held.refreshToken } });
    await lockAwaited(test);
    // As statement_timeout does.
    await holder.query(
      `select pg_cancel_backend(pid) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    assertProblem(await refreshing, 503, 'database_unavailable');
    await holder.end();
  });
});

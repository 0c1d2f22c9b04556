import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { auditActions, jobsDone, rows } from '../../../test/conditions.ts';
import {
  assertProblem,
  createSignedInUser,
  createUser,
  signIn,
  startTestService,
  type TestService,
} from '../../../test/service.ts';
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../../platform/clock.ts';
import { purge } from './queues.ts';

describe('sessions', () => {
  let test: TestService;
  before(async () => {
    test = await startTestService({ schedules: false });
  });
  after(() => test.close());

  const list = async (token: string, query = '') => (await test.request(`/v1/sessions${query}`, { token })).body;
  const end = (token: string, which: string) => test.request(`/v1/sessions${which}`, { method: 'DELETE', token });
  const me = (token: string) => test.request('/v1/users/me', { token });

  it('refuse a session that was signed out on the next request', async () => {
    const { accessToken: token, refreshToken, id } = await createSignedInUser(test);
    assert.equal((await me(token)).status, 200);
    assert.equal((await end(token, '/current')).status, 204);
    assertProblem(await me(token), 401, 'session_revoked');
    assertProblem(await test.request('/v1/sessions/refresh', { body: { refreshToken } }), 401, 'session_revoked');
    assert.equal((await auditActions(test, id)).at(-1), 'session.ended');
  });

  it('keep how and when they were proven, and so does every access token of theirs', async () => {
    const claimsOf = (token: string) => {
      const { amr, auth_time: authTime } = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString());
      return { amr, authTime };
    };
    const { accessToken, refreshToken, id } = await createSignedInUser(test);
    const authTime = Math.floor(test.clock.now().getTime() / SECOND_MS);
    assert.deepEqual(claimsOf(accessToken), { amr: ['pwd'], authTime });
    test.clock.advance(DAY_MS);
    const refreshed = (await test.request('/v1/sessions/refresh', { body: { refreshToken } })).body;
    assert.deepEqual(claimsOf(refreshed.accessToken), { amr: ['pwd'], authTime });

    // As a release without these columns began it.
    await rows(test, 'update sessions set amr = null, auth_time = null where user_id = $1', id);
    const again = await test.request('/v1/sessions/refresh', { body: { refreshToken: refreshed.refreshToken } });
    assert.deepEqual(claimsOf(again.body.accessToken), { amr: ['pwd'], authTime });
  });

  it('end by their refresh token alone, with one answer for every text that is sent in its place', async () => {
    const { accessToken: token, refreshToken, id } = await createSignedInUser(test);
    const revoke = (text: string) => test.request('/v1/sessions/revoke', { body: { refreshToken: text } });
    const flipped = refreshToken.slice(0, -2) + (refreshToken.endsWith('AA') ? 'BB' : 'AA');
    for (const text of [flipped, 'x', token.slice(0, 200)]) assert.equal((await revoke(text)).status, 204);
    assert.equal((await me(token)).status, 200);
    assert.equal((await revoke(refreshToken)).status, 204);
    assertProblem(await me(token), 401, 'session_revoked');
    assert.equal((await auditActions(test, id)).at(-1), 'session.ended');
    assert.equal((await revoke(refreshToken)).status, 204, 'a second time');
    assert.equal((await auditActions(test, id)).filter((action) => action === 'session.ended').length, 1);
  });

  it('are listed to their owner, the newest first, page by page, without those that ended or expired', async () => {
    const { email } = await createUser(test);
    const expired = await signIn(test, email);
    test.clock.advance(29 * DAY_MS);
    const people = [];
    for (let index = 0; index < 5; index++) {
      people.push(await signIn(test, email));
      test.clock.advance(SECOND_MS);
    }
    test.clock.advance(DAY_MS);
    const latest = await signIn(test, email);
    const whole = await list(latest.accessToken);
    assert.equal(whole.data.length, 6, 'the one that expired is not listed');
    assert.deepEqual(
      whole.data.map(({ current }: { current: boolean }) => current),
      [true, false, false, false, false, false],
    );
    const times = whole.data.map(({ createdAt }: { createdAt: string }) => createdAt);
    assert.deepEqual(times, times.toSorted().toReversed());

    const ids: string[] = [];
    let cursor = '';
    for (;;) {
      const page = await list(latest.accessToken, `?limit=4${cursor}`);
      ids.push(...page.data.map(({ id }: { id: string }) => id));
      if (page.nextCursor === null) break;
      cursor = `&cursor=${encodeURIComponent(page.nextCursor)}`;
      await signIn(test, email); // a new one does not shift the pages
    }
    assert.deepEqual(
      ids,
      whole.data.map(({ id }: { id: string }) => id),
    );
    assert.equal(people.length + 1, ids.length);
    const stale = await test.request('/v1/sessions/refresh', { body: { refreshToken: expired.refreshToken } });
    assertProblem(stale, 401, 'session_revoked');
  });

  it('are ended one by one, or all others at once', async () => {
    const { email, id } = await createSignedInUser(test);
    const [mine, second, third, fourth] = await Promise.all([1, 2, 3, 4].map(() => signIn(test, email)));
    const [current] = (await list(second!.accessToken)).data.filter((session: { current: boolean }) => session.current);
    assert.equal((await end(mine!.accessToken, `/${current.id}`)).status, 204);
    assertProblem(await me(second!.accessToken), 401, 'session_revoked');
    assertProblem(await end(mine!.accessToken, `/${current.id}`), 404, 'not_found');
    assert.equal((await me(third!.accessToken)).status, 200);

    assert.equal((await end(mine!.accessToken, '')).status, 204);
    for (const { accessToken } of [third!, fourth!]) assertProblem(await me(accessToken), 401, 'session_revoked');
    assert.equal((await me(mine!.accessToken)).status, 200);
    assert.equal((await list(mine!.accessToken)).data.length, 1);
    const reasons = await rows(
      test,
      'select distinct ended_reason from sessions where user_id = $1 and ended_at is not null',
      id,
    );
    assert.deepEqual(reasons, [{ ended_reason: 'ended_by_user' }]);
  });

  it('are ended after a recent proof only, but for the one that asks', async () => {
    const { email } = await createUser(test);
    const [mine, other] = [await signIn(test, email), await signIn(test, email)];
    test.clock.advance(11 * MINUTE_MS);
    const refresh = ({ refreshToken }: typeof mine) => test.request('/v1/sessions/refresh', { body: { refreshToken } });
    const { accessToken } = (await refresh(mine)).body;
    const sessions: { id: string; current: boolean }[] = (await list(accessToken)).data;
    const pathOf = (isCurrent: boolean) => `/${sessions.find(({ current }) => current === isCurrent)!.id}`;
    assertProblem(await end(accessToken, pathOf(false)), 403, 'recent_sign_in_required');
    assertProblem(await end(accessToken, ''), 403, 'recent_sign_in_required');
    assert.equal((await refresh(other)).status, 200, 'it goes on');
    assert.equal((await end(accessToken, pathOf(true))).status, 204);
  });

  it('of another person look as if they did not exist', async () => {
    const [ada, eve] = await Promise.all([createSignedInUser(test), createSignedInUser(test)]);
    const [session] = (await list(ada.accessToken)).data;
    assertProblem(await end(eve.accessToken, `/${session.id}`), 404, 'not_found');
    assert.equal((await me(ada.accessToken)).status, 200);
    assert.deepEqual(
      (await list(eve.accessToken)).data.map(({ id }: { id: string }) => id).includes(session.id),
      false,
    );
  });

  it('refuse a cursor of another list, or one that was altered', async () => {
    const { accessToken: token, email } = await createSignedInUser(test);
    await signIn(test, email);
    const { nextCursor } = await list(token, '?limit=1');
    for (const cursor of ['x', nextCursor.slice(0, -2), `${nextCursor}AA`]) {
      const answer = await test.request(`/v1/sessions?cursor=${encodeURIComponent(cursor)}`, { token });
      assertProblem(answer, 400, 'invalid_cursor');
    }
  });

  it('are purged a month after they ended', async () => {
    const { accessToken: token, id, email } = await createSignedInUser(test);
    await end(token, '/current');
    test.clock.advance(20 * DAY_MS);
    await signIn(test, email);
    test.clock.advance(11 * DAY_MS);
    await test.service.jobs.enqueue(test.service.db, purge, {});
    await jobsDone(test, purge.name);
    assert.equal((await rows(test, 'select id from sessions where user_id = $1', id)).length, 1);
  });
});

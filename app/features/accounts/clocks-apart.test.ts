/** Two processes on one database whose clocks differ, by less than the minute that the service promises to bear. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createTestClock } from '../../../test/clock.ts';
import { atOnce, auditActions, changesHeard, queuedMails, tally } from '../../../test/conditions.ts';
import {
  assertProblem,
  createSignedInUser,
  createUser,
  request,
  signIn,
  startTestService,
  type TestService,
} from '../../../test/service.ts';
import { SECOND_MS } from '../../platform/clock.ts';

const me = (on: TestService, token: string) => request(`${on.url}/v1/users/me`, { token });
const refresh = (on: TestService, refreshToken: string) =>
  on.request('/v1/sessions/refresh', { body: { refreshToken } });

for (const apartMs of [12 * SECOND_MS, 30 * SECOND_MS, 60 * SECOND_MS]) {
  describe(`processes whose clocks are ${apartMs / SECOND_MS} s apart`, () => {
    let ahead: TestService;
    let behind: TestService;
    before(async () => {
      const now = Date.now();
      // The first to start makes the first signing key, which the other one's clock puts into the future.
      ahead = await startTestService({ schedules: false, clock: createTestClock(new Date(now + apartMs)) });
      const databaseUrl = ahead.service.config.databaseUrl;
      behind = await startTestService({ databaseUrl, jobs: false, clock: createTestClock(new Date(now)) });
    });
    after(async () => {
      await behind.close();
      await ahead.close();
    });

    it('trust the tokens of each other', async () => {
      const { email } = await createUser(ahead);
      for (const issuer of [ahead, behind]) {
        const { accessToken } = await signIn(issuer, email);
        for (const on of [ahead, behind]) assert.equal((await me(on, accessToken)).status, 200);
      }
    });

    it('do not take two tabs for a thief, one at each', async () => {
      const user = await createSignedInUser(ahead);
      let current = user.refreshToken;
      for (const order of [
        [ahead, behind],
        [behind, ahead],
        [ahead, behind],
        [behind, ahead],
        [ahead, behind],
      ] as const) {
        for (const on of order) {
          const answer = await refresh(on, current);
          assert.equal(answer.status, 200, JSON.stringify(answer.body));
        }
        const answers = await atOnce(10, (index) => refresh(order[index % 2]!, current));
        assert.deepEqual(tally(answers), { 200: 10 });
        current = answers[0]!.body.refreshToken;
      }
      const actions = await auditActions(ahead, user.id);
      assert.ok(!actions.includes('session.refresh_reused'));
      assert.equal(await queuedMails(ahead, user.email, 'refresh-token-reuse'), 0);
    });

    it('switch to the next key with every token good at both', async () => {
      const { email } = await createUser(ahead);
      const before = await signIn(behind, email);
      await ahead.service.accounts.signingKeys.rotate(0);
      await changesHeard(behind);
      const tokens = [before, await signIn(behind, email), await signIn(ahead, email)];
      for (const { accessToken } of tokens)
        for (const on of [ahead, behind]) assert.equal((await me(on, accessToken)).status, 200);
    });

    it('refuse an ended session as long as its token lives, also in a process that starts late', async (t) => {
      const { accessToken: token } = await createSignedInUser(ahead);
      assert.equal((await behind.request('/v1/sessions/current', { method: 'DELETE', token })).status, 204);
      const clock = createTestClock(new Date(ahead.clock.now().getTime() + 603 * SECOND_MS));
      const late = await startTestService({ databaseUrl: ahead.service.config.databaseUrl, jobs: false, clock });
      t.after(() => late.close());
      assertProblem(await me(late, token), 401, 'session_revoked');
    });

    it('are ready, and the one whose clock is wrong says by how much', async () => {
      // The clocks of the test stand still, while the tests before took their time.
      behind.clock.advance(Date.now() - behind.clock.now().getTime());
      ahead.clock.advance(Date.now() + apartMs - ahead.clock.now().getTime());
      const [right, wrong] = await Promise.all([behind.request('/readyz'), ahead.request('/readyz')]);
      assert.deepEqual([right.status, wrong.status], [200, 200]);
      const named = /^(\d+) ms ahead of the database: repair time synchronisation$/.exec(wrong.body.checks.clock);
      assert.ok(Math.abs(Number(named?.[1]) - apartMs) < 5 * SECOND_MS, wrong.body.checks.clock);
    });
  });
}

describe('processes whose clocks are 300 s apart, which is more than the service promises to bear', () => {
  let ahead: TestService;
  let behind: TestService;
  before(async () => {
    const now = Date.now();
    behind = await startTestService({ schedules: false, clock: createTestClock(new Date(now)) });
    const databaseUrl = behind.service.config.databaseUrl;
    ahead = await startTestService({
      databaseUrl,
      jobs: false,
      clock: createTestClock(new Date(now + 300 * SECOND_MS)),
    });
  });
  after(async () => {
    await ahead.close();
    await behind.close();
  });

  it('refuse tokens as issued in the future, and nothing else goes wrong', async () => {
    const { email } = await createUser(behind);
    const there = await signIn(ahead, email);
    assertProblem(await me(behind, there.accessToken), 401, 'unauthenticated');
    const here = await signIn(behind, email);
    assert.equal((await me(ahead, here.accessToken)).status, 200, 'five minutes are left of its ten');

    // The client refreshes, as after every 401. Where the answer comes from decides which process takes its token.
    const again = await refresh(behind, there.refreshToken);
    assert.equal(again.status, 200);
    assert.equal((await me(behind, again.body.accessToken)).status, 200);
    for (const on of [ahead, behind, ahead]) assert.equal((await refresh(on, again.body.refreshToken)).status, 200);
    assert.ok(!(await auditActions(behind, here.id)).includes('session.refresh_reused'));

    const ended = await behind.request('/v1/sessions', { method: 'DELETE', token: here.accessToken });
    assert.equal(ended.status, 204);
    await changesHeard(ahead);
    for (const on of [ahead, behind]) assert.equal((await refresh(on, again.body.refreshToken)).status, 401);
    assertProblem(await me(ahead, again.body.accessToken), 401, 'session_revoked');
  });

  it('let a token live five minutes longer or shorter', async () => {
    const { accessToken } = await createSignedInUser(behind);
    ahead.clock.advance(306 * SECOND_MS);
    assertProblem(await me(ahead, accessToken), 401, 'token_expired');
    assert.equal((await me(behind, accessToken)).status, 200);
  });
});

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { auditTrail, liftRateLimits, queuedMails } from '../../../test/conditions.ts';
import { assertProblem, createUser, PASSWORD, startTestService, type TestService } from '../../../test/service.ts';
import { DAY_MS, SECOND_MS } from '../../platform/clock.ts';

const HOME = {
  'x-forwarded-for': '203.0.113.7',
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Firefox/145.0',
};
const ELSEWHERE = { 'x-forwarded-for': '198.51.100.20', 'user-agent': 'curl/8.5.0' };

describe('a session', () => {
  let test: TestService;
  before(async () => {
    test = await startTestService({ schedules: false, env: { TRUST_PROXY: '1' } });
    await liftRateLimits(test);
  });
  after(() => test.close());

  const placeOf = (headers: typeof HOME) => ({
    ipAddress: headers['x-forwarded-for'],
    userAgent: headers['user-agent'],
  });
  const refresh = (refreshToken: string, headers: typeof HOME) =>
    test.request('/v1/sessions/refresh', { body: { refreshToken }, headers });
  async function begin() {
    const { email } = await createUser(test);
    const { body } = await test.request('/v1/sessions', { body: { email, password: PASSWORD }, headers: HOME });
    return { email, id: body.user.id as string, token: body.accessToken as string, refreshToken: body.refreshToken };
  }
  const shown = async (token: string) => {
    const [{ ipAddress, userAgent, lastUsedFrom }] = (await test.request('/v1/sessions', { token })).body.data;
    return { signedInFrom: { ipAddress, userAgent }, lastUsedFrom };
  };
  const notices = (email: string) => queuedMails(test, email, 'session-moved');

  it('keeps from where it was signed in and from where it was last used', async () => {
    const { token, refreshToken } = await begin();
    assert.deepEqual(await shown(token), { signedInFrom: placeOf(HOME), lastUsedFrom: placeOf(HOME) });
    assert.equal((await refresh(refreshToken, ELSEWHERE)).status, 200);
    assert.deepEqual(await shown(token), { signedInFrom: placeOf(HOME), lastUsedFrom: placeOf(ELSEWHERE) });
  });

  it('that is refreshed from another network with another program is recorded, and emailed once a day', async () => {
    const { email, id, refreshToken } = await begin();
    const second = (await refresh(refreshToken, ELSEWHERE)).body.refreshToken;
    const mail = await test.mail(email, /used from another place/);
    assert.match(mail.text, /198\.51\.100\.20/);
    const event = (await auditTrail(test, id)).at(-1)!;
    assert.deepEqual([event.action, event.details], ['session.moved', { before: placeOf(HOME) }]);
    test.clock.advance(SECOND_MS);
    const third = (await refresh(second, HOME)).body.refreshToken;
    assert.equal((await auditTrail(test, id)).filter(({ action }) => action === 'session.moved').length, 2);
    assert.equal(await notices(email), 1, 'the second move of the day is recorded only');
    test.clock.advance(DAY_MS);
    assert.equal((await refresh(third, ELSEWHERE)).status, 200);
    assert.equal(await notices(email), 2);
  });

  it('that has moved needs another proof, however recent the last one is', async () => {
    const { token, refreshToken } = await begin();
    const endOthers = (by: string) => test.request('/v1/sessions', { method: 'DELETE', token: by });
    assert.equal((await endOthers(token)).status, 204);
    test.clock.advance(SECOND_MS);
    const { accessToken } = (await refresh(refreshToken, ELSEWHERE)).body;
    for (const by of [token, accessToken]) assertProblem(await endOthers(by), 403, 'recent_sign_in_required');
    test.clock.advance(SECOND_MS);
    const proof = { token: accessToken, body: { password: PASSWORD } };
    assert.equal((await test.request('/v1/sessions/current/confirm', proof)).status, 200);
    assert.equal((await endOthers(accessToken)).status, 204);
  });

  it('whose copy only repeats the lost answer from elsewhere is recorded and emailed too', async () => {
    const { email, token, refreshToken } = await begin();
    const { body } = await refresh(refreshToken, HOME);
    const copy = await refresh(refreshToken, ELSEWHERE);
    assert.equal(copy.body.refreshToken, body.refreshToken);
    assert.deepEqual((await shown(token)).lastUsedFrom, placeOf(ELSEWHERE));
    assert.equal(await notices(email), 1);
  });

  it('is not reported for another network alone, another program alone, or an updated program', async () => {
    const { email, refreshToken } = await begin();
    let next = refreshToken;
    const updated = HOME['user-agent'].replaceAll('145', '146');
    for (const headers of [
      { ...HOME, 'x-forwarded-for': '198.51.100.20' },
      { ...ELSEWHERE, 'x-forwarded-for': '198.51.100.20' },
      { ...HOME, 'x-forwarded-for': '198.51.100.20' },
      { 'x-forwarded-for': '192.0.2.9', 'user-agent': updated },
    ]) {
      const answer = await refresh(next, headers);
      assert.equal(answer.status, 200);
      next = answer.body.refreshToken;
    }
    assert.equal(await notices(email), 0);
  });
});

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { assertProblem, createUser, PASSWORD, startTestService, type TestService } from '../../../test/service.ts';

const APP = 'https://app.example.com';
const OTHER = 'https://admin.example.com';
const NAME = '__Host-refresh_token';

describe('cookie mode', () => {
  let test: TestService;
  let email: string;
  before(async () => {
    test = await startTestService({ env: { CORS_ORIGINS: OTHER } });
    ({ email } = await createUser(test));
  });
  after(() => test.close());

  const setCookie = (answer: { headers: Headers }) => {
    const isOfSession = (line: string) => !line.startsWith('__Host-device_');
    const [whole = '', ...more] = answer.headers.getSetCookie().filter(isOfSession);
    assert.deepEqual(more, []);
    const [pair = '', ...attributes] = whole.split('; ');
    return { pair, value: pair.slice(NAME.length + 1), attributes: attributes.toSorted() };
  };
  async function begin() {
    const answer = await test.request('/v1/sessions', { body: { email, password: PASSWORD, mode: 'cookie' } });
    assert.equal(answer.status, 201);
    return { answer, cookie: setCookie(answer).pair, accessToken: answer.body.accessToken as string };
  }
  const refresh = (cookie: string, headers: Record<string, string> = { origin: APP }, body?: object) =>
    test.request('/v1/sessions/refresh', { method: 'POST', headers: { cookie, ...headers }, ...(body && { body }) });
  const signOut = (headers: Record<string, string>, token?: string) =>
    test.request('/v1/sessions/current', { method: 'DELETE', headers, ...(token && { token }) });
  const me = (token: string) => test.request('/v1/users/me', { token });

  it('puts the refresh token into a cookie that scripts, other hosts and plain HTTP cannot read, and nowhere else', async () => {
    const { answer } = await begin();
    const { pair, value, attributes } = setCookie(answer);
    assert.ok(pair.startsWith(`${NAME}=`));
    const thirtyDays = 30 * 24 * 60 * 60;
    assert.deepEqual(attributes, ['HttpOnly', `Max-Age=${thirtyDays}`, 'Path=/', 'SameSite=Lax', 'Secure']);
    assert.equal(answer.body.refreshToken, undefined);
    assert.ok(!JSON.stringify(answer.body).includes(value));
    assert.equal((await me(answer.body.accessToken)).status, 200);
  });

  it('rotates by the cookie alone, and answers with a new cookie', async () => {
    const { cookie } = await begin();
    const answer = await refresh(cookie);
    assert.equal(answer.status, 200);
    assert.equal(answer.body.refreshToken, undefined);
    const next = setCookie(answer);
    assert.notEqual(next.pair, cookie);
    assert.ok(next.attributes.includes('HttpOnly') && next.attributes.includes('Secure'));
    assert.equal((await refresh(next.pair, { origin: OTHER })).status, 200);
  });

  it('refuses a cookie without an Origin of ours, and neither rotates nor ends the session', async () => {
    const { cookie, accessToken } = await begin();
    const strangers = [
      'https://evil.example.com',
      'https://app.example.com.evil.com',
      'http://app.example.com',
      'null',
      `${APP}:8443`,
    ];
    for (const headers of [{}, { referer: `${APP}/` }, ...strangers.map((origin) => ({ origin }))]) {
      assertProblem(await refresh(cookie, headers), 403, 'forbidden');
      assertProblem(await signOut({ cookie, ...headers }), 403, 'forbidden');
      assertProblem(await signOut({ cookie, ...headers }, accessToken), 403, 'forbidden');
    }
    assert.equal((await me(accessToken)).status, 200);
    assert.equal((await refresh(cookie)).status, 200);
  });

  it('signs out by the cookie, even when the access token is gone or has expired, and takes the cookie away', async () => {
    const { cookie, accessToken } = await begin();
    const answer = await signOut({ cookie, origin: APP });
    assert.equal(answer.status, 204);
    const { value, attributes } = setCookie(answer);
    assert.equal(value, '');
    assert.ok(attributes.includes('Expires=Thu, 01 Jan 1970 00:00:00 GMT'), attributes.join());
    assertProblem(await me(accessToken), 401, 'session_revoked');
    assertProblem(await refresh(cookie), 401, 'session_revoked');
  });

  it('signs out by the access token as well', async () => {
    const { cookie, accessToken } = await begin();
    assert.equal((await signOut({ cookie, origin: APP }, accessToken)).status, 204);
    assertProblem(await refresh(cookie), 401, 'session_revoked');
  });

  it('is not fooled by a forged cookie', async () => {
    const { cookie, accessToken } = await begin();
    const forged = cookie.slice(0, -2) + (cookie.endsWith('AA') ? 'BB' : 'AA');
    const refused = await refresh(forged);
    assertProblem(refused, 401, 'unauthenticated');
    assert.equal(setCookie(refused).value, '');
    assertProblem(await refresh(cookie.replace(NAME, 'refresh_token')), 401, 'unauthenticated');
    assert.equal((await me(accessToken)).status, 200);
  });

  it('signs out and takes any cookie away, whatever the cookie or the access token is worth', async () => {
    const { cookie, accessToken } = await begin();
    const { cookie: ended } = await begin();
    await signOut({ cookie: ended, origin: APP });
    for (const worthless of [ended, `${NAME}=forged`, `${cookie.slice(0, -2)}__`]) {
      const refused = await refresh(worthless);
      assert.equal(refused.status, 401);
      assert.equal(setCookie(refused).value, '');
      const answer = await signOut({ cookie: worthless, origin: APP });
      assert.equal(answer.status, 204);
      assert.equal(setCookie(answer).value, '');
    }
    assert.equal((await me(accessToken)).status, 200);
    const answer = await signOut({ cookie, origin: APP }, 'no.access.token');
    assert.equal(answer.status, 204);
    assert.equal(setCookie(answer).value, '');
    assertProblem(await me(accessToken), 401, 'session_revoked');
  });

  it('treats a token in the body as bearer mode, cookie or not: what scripts hold is not put into the cookie', async () => {
    const bearer = await test.request('/v1/sessions', { body: { email, password: PASSWORD } });
    assert.deepEqual(bearer.headers.getSetCookie(), []);
    const { cookie } = await begin();
    const answer = await refresh(cookie, {}, { refreshToken: bearer.body.refreshToken });
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.headers.getSetCookie(), []);
    assert.match(answer.body.refreshToken, /^[\w-]{91}$/);
  });

  it('ends like any other when a cookie is used again that was copied', async () => {
    const { cookie } = await begin();
    const second = setCookie(await refresh(cookie)).pair;
    const third = setCookie(await refresh(second)).pair;
    assertProblem(await refresh(cookie), 401, 'session_revoked');
    assertProblem(await refresh(third), 401, 'session_revoked');
  });
});

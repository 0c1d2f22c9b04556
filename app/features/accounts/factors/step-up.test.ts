import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { codeAt } from '../../../../scripts/demo/one-time-codes.ts';
import { auditActions, rows, whileLocked } from '../../../../test/conditions.ts';
import {
  type Answer,
  assertProblem,
  createSignedInUser,
  PASSWORD,
  type SignedInUser,
  startTestService,
  type TestService,
} from '../../../../test/service.ts';
import { MINUTE_MS, SECOND_MS } from '../../../platform/clock.ts';
import { addTotp, challenged, claimsOf } from '../testing/authenticator-app.ts';

/** Access tokens outlive the time for which a proof is recent, as they do for a session that goes on. */
const env = { ACCESS_TOKEN_MINUTES: '60' };
const NEXT = 'purple monkey dishwasher lamp';

describe('a change that needs a recent proof', () => {
  let test: TestService;
  before(async () => {
    test = await startTestService({ schedules: false, env });
  });
  after(() => test.close());

  const confirm = (token: string, body: object) => test.request('/v1/sessions/current/confirm', { token, body });
  const secretOf = async (user: SignedInUser) => {
    const secret = await addTotp(test, user);
    test.clock.advance(31 * SECOND_MS);
    return secret;
  };

  /** Every such change of an account, without a password in the request. */
  const changes: Record<string, (token: string) => Promise<Answer>> = {
    'the password': (token) =>
      test.request('/v1/users/me/password', { method: 'PUT', token, body: { newPassword: NEXT } }),
    'the address': (token) =>
      test.request('/v1/users/me/email-changes', { token, body: { email: `next${Math.random()}@example.com` } }),
    'an authenticator app': (token) => test.request('/v1/users/me/totp', { method: 'POST', token }),
    'recovery codes': (token) => test.request('/v1/users/me/recovery-codes', { method: 'POST', token }),
    'the removal of an app': async (token) => {
      const answer = await test.request('/v1/users/me/totp', { method: 'DELETE', token });
      return answer.status === 404 ? { ...answer, status: 204 } : answer;
    },
    'the end of another session': async (token) => {
      const answer = await test.request(`/v1/sessions/${crypto.randomUUID()}`, { method: 'DELETE', token });
      return answer.status === 404 ? { ...answer, status: 204 } : answer;
    },
    'the end of all other sessions': (token) => test.request('/v1/sessions', { method: 'DELETE', token }),
    'the deletion of the account': (token) => test.request('/v1/users/me', { method: 'DELETE', token, body: {} }),
    'the deletion, by POST': (token) => test.request('/v1/users/me/deletion', { token, body: {} }),
  };

  for (const [name, change] of Object.entries(changes)) {
    it(`is ${name}: refused after ten minutes, and made after another proof`, async () => {
      const { accessToken: token, id } = await createSignedInUser(test);
      test.clock.advance(10 * MINUTE_MS);
      const refused = await change(token);
      assertProblem(refused, 403, 'recent_sign_in_required');
      assert.deepEqual(refused.body.proofs, ['password']);
      const confirmed = await confirm(token, { password: PASSWORD });
      assert.equal(confirmed.status, 200, JSON.stringify(confirmed.body));
      const now = Math.floor(test.clock.now().getTime() / SECOND_MS);
      assert.equal(claimsOf(confirmed.body.accessToken).auth_time, now);
      assert.ok((await auditActions(test, id)).includes('session.confirmed'));
      test.clock.advance(10 * MINUTE_MS - 1);
      // The token from before the confirmation is of the same session.
      const { status } = await change(token);
      assert.ok(status < 300, `${status}`);
    });
  }

  it('is made at once after a sign-in, and by the right password in the request at any time', async () => {
    const ada = await createSignedInUser(test);
    assert.equal((await changes['the address']!(ada.accessToken)).status, 202);
    test.clock.advance(30 * MINUTE_MS);
    const change = (password: string) =>
      test.request('/v1/users/me/email-changes', {
        token: ada.accessToken,
        body: { email: 'other@example.com', password },
      });
    assertProblem(await change('wrong'), 403, 'password_incorrect');
    assert.equal((await change(PASSWORD)).status, 202);
  });

  it('gives a password to an account without one', async () => {
    const { accessToken: token, id, email } = await createSignedInUser(test);
    await rows(test, 'update users set password_hash = null where id = $1', id);
    assert.equal((await changes['the password']!(token)).status, 204);
    assert.equal((await test.request('/v1/sessions', { body: { email, password: NEXT } })).status, 201);
  });

  it('of an account with a second factor is not made by its password alone', async () => {
    const user = await createSignedInUser(test);
    const secret = await secretOf(user);
    const { accessToken: token } = user;
    test.clock.advance(11 * MINUTE_MS);
    const refused = await test.request('/v1/users/me/totp', { method: 'DELETE', token });
    assertProblem(refused, 403, 'recent_sign_in_required');
    assert.deepEqual(refused.body.proofs, ['totp']);
    const byPassword = await confirm(token, { password: PASSWORD });
    assertProblem(byPassword, 403, 'recent_sign_in_required');
    assert.deepEqual(byPassword.body.proofs, ['totp']);
    assertProblem(await confirm(token, { totp: codeAt(secret, test.clock.now(), 9) }), 403, 'second_factor_incorrect');
    const confirmed = await confirm(token, { totp: codeAt(secret, test.clock.now()) });
    assert.deepEqual(claimsOf(confirmed.body.accessToken).amr, ['pwd', 'otp', 'mfa']);
    assert.equal((await test.request('/v1/users/me/totp', { method: 'DELETE', token })).status, 204);
  });

  it('is not made by a session on a remembered device, which has not proven the factor', async () => {
    const user = await createSignedInUser(test);
    const secret = await secretOf(user);
    const { email, password } = user;
    const { token: challenge } = await challenged(test, user);
    const body = { challenge, totp: codeAt(secret, test.clock.now()), rememberDevice: true };
    const { deviceToken } = (await test.request('/v1/sessions/second-factor', { body })).body;
    const { body: later } = await test.request('/v1/sessions', { body: { email, password, deviceToken } });
    assert.deepEqual(claimsOf(later.accessToken).amr, ['pwd']);
    const remove = () => test.request('/v1/users/me/totp', { method: 'DELETE', token: later.accessToken });
    assertProblem(await remove(), 403, 'recent_sign_in_required');
    test.clock.advance(31 * SECOND_MS);
    const totp = codeAt(secret, test.clock.now());
    assert.equal((await confirm(later.accessToken, { totp })).status, 200);
    assert.equal((await remove()).status, 204);
  });

  it('costs no try while the proof is not recent enough for a code to be looked at', async () => {
    const { accessToken: token } = await createSignedInUser(test);
    const { body } = await test.request('/v1/users/me/totp', { method: 'POST', token });
    const confirmApp = () =>
      test.request('/v1/users/me/totp/confirm', { token, body: { code: codeAt(body.secret, test.clock.now()) } });
    test.clock.advance(11 * MINUTE_MS);
    for (let tries = 0; tries < 12; tries++) assertProblem(await confirmApp(), 403, 'recent_sign_in_required');
    assert.equal((await confirm(token, { password: PASSWORD })).status, 200);
    assert.equal((await confirmApp()).status, 204);
  });

  it('is confirmed by one right proof, which is guessed at only so often', async () => {
    const user = await createSignedInUser(test);
    const secret = await secretOf(user);
    const { accessToken: token } = user;
    for (const body of [{}, { password: PASSWORD, totp: '123456' }]) {
      assertProblem(await confirm(token, body), 400, 'validation_failed');
    }
    for (let index = 0; index < 10; index++) {
      assertProblem(
        await confirm(token, { totp: codeAt(secret, test.clock.now(), 20 + index) }),
        403,
        'second_factor_incorrect',
      );
    }
    assertProblem(await confirm(token, { totp: codeAt(secret, test.clock.now()) }), 429, 'rate_limited');
  });

  it('is refused where the proof grows old while the request waits', async () => {
    const user = await createSignedInUser(test);
    const { accessToken: token, id } = user;
    const { asking } = await whileLocked(test, ['select 1 from users where id = $1 for update', id], async (held) => {
      const request = changes['the password']!(token);
      await held.waiting(1);
      await held.run(`update sessions set auth_time = auth_time - interval '11 minutes' where user_id = $1`, id);
      return { asking: request };
    });
    assertProblem(await asking, 403, 'recent_sign_in_required');
  });

  describe('of keys and owners', () => {
    let lenient: TestService;
    before(async () => {
      const { databaseUrl } = test.service.config;
      const off = { ...env, RECENT_SIGN_IN_FOR_KEYS_AND_OWNERSHIP: 'false' };
      lenient = await startTestService({ databaseUrl, jobs: false, clock: test.clock, env: off });
    });
    after(() => lenient.close());

    it('is refused to a person after ten minutes, unless a setting says otherwise, and never to an API key', async () => {
      const owner = await createSignedInUser(test);
      const { accessToken: token } = owner;
      const { body } = await test.request('/v1/organizations', { token });
      const base = `/v1/organizations/${body.data[0].id}`;
      const scopes = ['api-keys:write', 'members:invite', 'owners:manage'];
      const create = (by: string, on = test, name = 'deploy') =>
        on.request(`${base}/api-keys`, { token: by, body: { name, scopes } });
      const invite = (by: string, role: string) =>
        test.request(`${base}/invitations`, {
          token: by,
          body: { email: `${role}${Math.random()}@example.com`, role },
        });
      const key = (await create(token)).body;
      test.clock.advance(10 * MINUTE_MS);
      assertProblem(await create(token), 403, 'recent_sign_in_required');
      const rotate = (on: TestService) => on.request(`${base}/api-keys/${key.id}/rotate`, { token, body: {} });
      assertProblem(await rotate(test), 403, 'recent_sign_in_required');
      assertProblem(await invite(token, 'owner'), 403, 'recent_sign_in_required');
      assert.equal((await invite(token, 'member')).status, 201, 'a member is no owner');
      assert.equal((await create(token, lenient)).status, 201);
      assert.equal((await rotate(lenient)).status, 200);
      assert.equal((await create(key.secret)).status, 401, 'the secret was rotated');
      const [{ secret }] = [(await create(token, lenient, 'second')).body];
      assert.equal((await create(secret, test, 'third')).status, 201, 'a key has no sign-in');
      await confirm(token, { password: PASSWORD });
      assert.equal((await create(token)).status, 201);
    });
  });
});

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { codeAt } from '../../../../scripts/demo/one-time-codes.ts';
import { atOnce, auditActions, queuedMails, rows, tally, value } from '../../../../test/conditions.ts';
import {
  assertProblem,
  createSignedInUser,
  type SignedInUser,
  startTestService,
  type TestService,
} from '../../../../test/service.ts';
import { MINUTE_MS, SECOND_MS } from '../../../platform/clock.ts';
import { addTotp, challenged, claimsOf, cookiesOf } from '../testing/authenticator-app.ts';

describe('a second factor', () => {
  let test: TestService;
  let second: TestService;
  before(async () => {
    test = await startTestService({ schedules: false });
    const { databaseUrl } = test.service.config;
    second = await startTestService({ databaseUrl, jobs: false, clock: test.clock });
  });
  after(async () => {
    await second.close();
    await test.close();
  });

  const now = () => test.clock.now();
  const prove = (body: object, headers = {}, on = test) => on.request('/v1/sessions/second-factor', { body, headers });
  const factorsOf = async ({ accessToken: token }: SignedInUser) =>
    (await test.request('/v1/users/me/factors', { token })).body;
  const sessionsOf = ({ id }: SignedInUser) =>
    value(test, 'select count(*)::int from sessions where user_id = $1 and ended_at is null', id);
  /** A person with an app whose next code is unused. */
  async function protectedUser() {
    const user = await createSignedInUser(test);
    const secret = await addTotp(test, user);
    test.clock.advance(31 * SECOND_MS);
    return { user, secret, code: (steps = 0) => codeAt(secret, now(), steps) };
  }

  it('is asked for after the right password alone, and its proof begins a session that says so', async () => {
    const { user, code } = await protectedUser();
    assertProblem(
      await test.request('/v1/sessions', { body: { email: user.email, password: 'wrong' } }),
      401,
      'invalid_credentials',
    );
    const { token: challenge, factors, expiresAt, answer } = await challenged(test, user);
    assert.deepEqual(factors, ['totp']);
    assert.equal(new Date(expiresAt).getTime(), now().getTime() + 10 * MINUTE_MS);
    assert.deepEqual(Object.keys(answer.body).sort(), ['challenge', 'code', 'requestId', 'status', 'title', 'type']);
    assert.equal(await sessionsOf(user), 1, 'the password alone has begun none');

    const { status, body } = await prove({ challenge, totp: code() });
    assert.equal(status, 201, JSON.stringify(body));
    assert.deepEqual(claimsOf(body.accessToken).amr, ['pwd', 'otp', 'mfa']);
    assert.equal((await test.request('/v1/users/me', { token: body.accessToken })).status, 200);
    const refreshed = await test.request('/v1/sessions/refresh', { body: { refreshToken: body.refreshToken } });
    assert.deepEqual(claimsOf(refreshed.body.accessToken).amr, ['pwd', 'otp', 'mfa']);
  });

  it('is not asked for before an app was confirmed by a right code', async () => {
    const user = await createSignedInUser(test);
    const setUp = await test.request('/v1/users/me/totp', { method: 'POST', token: user.accessToken });
    assert.match(setUp.body.qrCode, /^data:image\/svg\+xml;base64,/);
    assert.equal(new URL(setUp.body.uri).searchParams.get('secret'), setUp.body.secret);
    const confirm = (code: string) =>
      test.request('/v1/users/me/totp/confirm', { token: user.accessToken, body: { code } });
    assertProblem(await confirm(codeAt(setUp.body.secret, now(), 5)), 403, 'second_factor_incorrect');
    const { email, password } = user;
    assert.equal((await test.request('/v1/sessions', { body: { email, password } })).status, 201);
    assert.equal((await factorsOf(user)).required, false);
    test.clock.advance(61 * MINUTE_MS);
    assertProblem(await confirm(codeAt(setUp.body.secret, now())), 401, 'token_expired');
  });

  it('takes a code of this time step, the one before and the one after, with blanks or without', async () => {
    for (const [steps, isRight] of [
      [-2, false],
      [-1, true],
      [0, true],
      [1, true],
      [2, false],
    ] as const) {
      const { user, code } = await protectedUser();
      test.clock.advance(31 * SECOND_MS);
      const { token: challenge } = await challenged(test, user);
      const text = code(steps);
      const { status } = await prove({ challenge, totp: `${text.slice(0, 3)} ${text.slice(3)}` });
      assert.equal(status, isRight ? 201 : 403, `${steps} steps`);
    }
  });

  it('takes each code once, in whichever process', async () => {
    const { user, code } = await protectedUser();
    const challenges = await Promise.all(Array.from({ length: 6 }, () => challenged(test, user)));
    const totp = code();
    const answers = await atOnce(6, (index) =>
      prove({ challenge: challenges[index]!.token, totp }, {}, index % 2 ? test : second),
    );
    assert.deepEqual(tally(answers), { 201: 1, 403: 5 });
    const late = await challenged(test, user);
    assertProblem(await prove({ challenge: late.token, totp }), 403, 'second_factor_incorrect');
    assertProblem(await prove({ challenge: late.token, totp: code(-1) }), 403, 'second_factor_incorrect');
  });

  it('answers as for a wrong code while the clock is behind the last code that was taken', async () => {
    const { user, code } = await protectedUser();
    const first = await challenged(test, user);
    assert.equal((await prove({ challenge: first.token, totp: code() })).status, 201);
    test.clock.advance(-5 * MINUTE_MS);
    const { token: challenge } = await challenged(test, user);
    assertProblem(await prove({ challenge, totp: code() }), 403, 'second_factor_incorrect');
    test.clock.advance(6 * MINUTE_MS);
    const { token } = await challenged(test, user);
    assert.equal((await prove({ challenge: token, totp: code() })).status, 201);
  });

  it('begins exactly one session for 50 parallel right answers to one challenge', async () => {
    const { user, code } = await protectedUser();
    const { token: challenge } = await challenged(test, user);
    const sessions = await sessionsOf(user);
    const answers = await atOnce(50, (index) => prove({ challenge, totp: code() }, {}, index % 2 ? test : second));
    assert.equal(tally(answers)[201], 1, JSON.stringify(tally(answers)));
    assert.equal(await sessionsOf(user), sessions + 1);
    assertProblem(await prove({ challenge, totp: code(1) }), 401, 'invalid_challenge');
  });

  it('begins one session for each challenge, also with another code', async () => {
    const { user, code } = await protectedUser();
    const { token: challenge } = await challenged(test, user);
    assert.equal((await prove({ challenge, totp: code() })).status, 201);
    assertProblem(await prove({ challenge, totp: code(1) }), 401, 'invalid_challenge');
  });

  it('allows five wrong answers to a challenge, also if they come at the same time', async () => {
    const { user, code } = await protectedUser();
    const { token: challenge } = await challenged(test, user);
    const left = [];
    for (let index = 0; index < 3; index++) left.push((await prove({ challenge, totp: code(7) })).body.attemptsLeft);
    assert.deepEqual(left, [4, 3, 2]);
    const answers = await atOnce(5, () => prove({ challenge, totp: code(7) }));
    assert.deepEqual(tally(answers), { 403: 2, 401: 3 });
    assertProblem(await prove({ challenge, totp: code() }), 401, 'invalid_challenge');
    assert.ok((await auditActions(test, user.id)).includes('session.second_factor_failed'));
    assert.equal(await queuedMails(test, user.email, 'second-factor-refused'), 1);
  });

  it('counts wrong answers over all challenges of the account, and locks out no known device', async () => {
    const { user, code } = await protectedUser();
    const { email, password } = user;
    const home = await challenged(test, user);
    const { deviceToken } = (await prove({ challenge: home.token, totp: code() })).body;
    for (let index = 0; index < 10; index++) {
      const { token: challenge } = await challenged(test, user);
      assertProblem(await prove({ challenge, totp: code(9) }), 403, 'second_factor_incorrect');
    }
    test.clock.advance(31 * SECOND_MS);
    const stranger = await challenged(test, user);
    const refused = await prove({ challenge: stranger.token, totp: code() });
    assertProblem(refused, 429, 'rate_limited');
    assert.ok(Number(refused.headers.get('retry-after')) > 60);
    const { token: challenge } = await challenged(test, { email, password, deviceToken });
    assert.equal((await prove({ challenge, totp: code(), deviceToken })).status, 201);
  });

  it('is over after ten minutes, and nothing else than a challenge is one', async () => {
    const { user, code } = await protectedUser();
    const { token: challenge } = await challenged(test, user);
    for (const text of [
      'x',
      challenge.slice(0, -2),
      `${challenge.slice(0, -4)}AAAA`,
      'A'.repeat(64),
      user.refreshToken,
    ]) {
      assertProblem(await prove({ challenge: text, totp: code() }), 401, 'invalid_challenge');
    }
    test.clock.advance(10 * MINUTE_MS);
    assertProblem(await prove({ challenge, totp: code() }), 401, 'invalid_challenge');
  });

  it('in cookie mode is taken from the browser alone that got the challenge', async () => {
    const { user, code } = await protectedUser();
    const { email, password } = user;
    const mine = await challenged(test, { email, password, mode: 'cookie' });
    const other = await challenged(test, { email, password, mode: 'cookie' });
    for (const cookie of ['', other.cookie, '__Host-sign_in_challenge=']) {
      assertProblem(await prove({ challenge: mine.token, totp: code() }, { cookie }), 401, 'invalid_challenge');
    }
    const answer = await prove({ challenge: mine.token, totp: code() }, { cookie: mine.cookie });
    assert.equal(answer.status, 201);
    assert.equal(answer.body.refreshToken, undefined);
    assert.match(cookiesOf(answer), /__Host-refresh_token=[\w-]{91}/);
    assert.match(cookiesOf(answer), /__Host-sign_in_challenge=(;|$)/);
    for (const line of answer.headers.getSetCookie()) {
      assert.match(line, /; Path=\/;.* HttpOnly; Secure; SameSite=Lax/, line);
    }
  });

  it('is void as soon as the password changes, the account is suspended, or all sessions are ended', async () => {
    const administration = () => test.service.accounts.administration;
    const losses = {
      'a new password': ({ accessToken: token, password: currentPassword }: SignedInUser) =>
        test.request('/v1/users/me/password', {
          method: 'PUT',
          token,
          body: { currentPassword, newPassword: 'purple monkey dishwasher lamp' },
        }),
      'an end of all sessions': ({ accessToken: token }: SignedInUser) =>
        test.request('/v1/sessions', { method: 'DELETE', token }),
      'a suspension': async ({ id }: SignedInUser) => {
        await administration().suspend((await administration().find(id))!);
        return { status: 204 };
      },
    };
    for (const [name, lose] of Object.entries(losses)) {
      const { user, code } = await protectedUser();
      const { token: challenge } = await challenged(test, user);
      assert.equal((await lose(user)).status, 204, name);
      assertProblem(await prove({ challenge, totp: code() }), 401, 'invalid_challenge');
    }
  });

  it('is asked for after a reset of the password too, which proves the address alone', async () => {
    const { user } = await protectedUser();
    const { email } = user;
    await test.request('/v1/password-resets', { body: { email } });
    const { token } = await test.mail(email, /Reset/);
    const password = 'purple monkey dishwasher lamp';
    await test.request('/v1/password-resets/confirm', { body: { token, password } });
    await challenged(test, { email, password });
  });

  it('is one of the given ones, and one at a time', async () => {
    const { user, code } = await protectedUser();
    const { token: challenge } = await challenged(test, user);
    assertProblem(await prove({ challenge }), 400, 'validation_failed');
    assertProblem(await prove({ challenge, totp: code(), recoveryCode: 'abcd' }), 400, 'validation_failed');
    for (const text of ['12345', '1234567', 'abcdef', '１２３４５６']) {
      assertProblem(await prove({ challenge, totp: text }), 403, 'second_factor_incorrect');
    }
  });

  it('can be replaced by a recovery code, each of which works once, until new ones are made', async () => {
    const { user } = await protectedUser();
    const make = async () => {
      const answer = await test.request('/v1/users/me/recovery-codes', { method: 'POST', token: user.accessToken });
      assert.equal(answer.status, 201);
      return answer.body.codes as string[];
    };
    const old = await make();
    const codes = await make();
    assert.equal(new Set(codes).size, 10);
    for (const code of codes) assert.match(code, /^([0-9a-hjkmnp-tv-z]{4}-){5}[0-9a-hjkmnp-tv-z]{4}$/);
    const { token: challenge, factors } = await challenged(test, user);
    assert.deepEqual(factors, ['totp', 'recovery_code']);
    assertProblem(await prove({ challenge, recoveryCode: old[0]! }), 403, 'second_factor_incorrect');
    const written = codes[0]!.toUpperCase().replaceAll('-', ' ').replaceAll('0', 'O').replaceAll('1', 'I');
    const { body } = await prove({ challenge, recoveryCode: written });
    assert.deepEqual(claimsOf(body.accessToken).amr, ['pwd', 'otp', 'mfa']);
    const challenges = await Promise.all(Array.from({ length: 4 }, () => challenged(test, user)));
    const used = await prove({ challenge: challenges[0]!.token, recoveryCode: codes[0]! });
    assertProblem(used, 403, 'second_factor_incorrect');
    const answers = await atOnce(4, (index) => prove({ challenge: challenges[index]!.token, recoveryCode: codes[1]! }));
    assert.deepEqual(tally(answers), { 201: 1, 403: 3 });
    assert.equal((await factorsOf(user)).recoveryCodes, 8);
  });

  it('ends with its removal, and the recovery codes end with it', async () => {
    const { user } = await protectedUser();
    const { accessToken: token, email, password } = user;
    await test.request('/v1/users/me/recovery-codes', { method: 'POST', token });
    assert.deepEqual(await factorsOf(user), {
      ...{ password: true, totp: true, passkeys: 0, recoveryCodes: 10, rememberedDevices: 0, required: true },
    });
    assert.equal((await test.request('/v1/users/me/totp', { method: 'DELETE', token })).status, 204);
    assertProblem(await test.request('/v1/users/me/totp', { method: 'DELETE', token }), 404, 'not_found');
    assert.equal((await test.request('/v1/sessions', { body: { email, password } })).status, 201);
    assert.equal((await factorsOf(user)).recoveryCodes, 0);
  });

  it('of a new phone replaces the old one only once it is confirmed', async () => {
    const { user, code } = await protectedUser();
    const setUp = (await test.request('/v1/users/me/totp', { method: 'POST', token: user.accessToken })).body;
    const before = await challenged(test, user);
    assertProblem(
      await prove({ challenge: before.token, totp: codeAt(setUp.secret, now()) }),
      403,
      'second_factor_incorrect',
    );
    assert.equal((await prove({ challenge: before.token, totp: code() })).status, 201);
    const confirmed = codeAt(setUp.secret, now());
    const { accessToken: token } = user;
    assert.equal((await test.request('/v1/users/me/totp/confirm', { token, body: { code: confirmed } })).status, 204);
    test.clock.advance(31 * SECOND_MS);
    const after = await challenged(test, user);
    assertProblem(await prove({ challenge: after.token, totp: code() }), 403, 'second_factor_incorrect');
    assertProblem(await prove({ challenge: after.token, totp: confirmed }), 403, 'second_factor_incorrect');
    assert.equal((await prove({ challenge: after.token, totp: codeAt(setUp.secret, now()) })).status, 201);
  });

  it('is stored so that the database alone proves nothing', async () => {
    const { user, secret } = await protectedUser();
    const { codes } = (await test.request('/v1/users/me/recovery-codes', { method: 'POST', token: user.accessToken }))
      .body;
    const { token: challenge } = await challenged(test, user);
    const stored = [];
    for (const table of ['totp_secrets', 'recovery_codes', 'sign_in_challenges', 'devices']) {
      stored.push(...(await rows(test, `select * from ${table} where user_id = $1`, user.id)));
    }
    const text = JSON.stringify(stored, (_key, part) =>
      part?.type === 'Buffer' ? Buffer.from(part).toString('latin1') : part,
    );
    for (const one of [secret, challenge, ...codes, codes[0].replaceAll('-', '')]) assert.ok(!text.includes(one));
  });
});

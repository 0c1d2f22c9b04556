import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { codeAt } from '../../../../scripts/demo/one-time-codes.ts';
import {
  atOnce,
  auditActions,
  comparable,
  jobsDone,
  queuedMails,
  rows,
  tally,
  value,
  whileLocked,
} from '../../../../test/conditions.ts';
import {
  type Answer,
  assertProblem,
  createSignedInUser,
  createUser,
  type Mail,
  PASSWORD,
  type SignedInUser,
  startTestService,
  type TestService,
} from '../../../../test/service.ts';
import { MINUTE_MS, SECOND_MS } from '../../../platform/clock.ts';
import { addTotp, claimsOf, cookiesOf } from '../testing/authenticator-app.ts';

const env = { EMAIL_LINK_SIGN_IN: 'true' };
const codeOf = ({ text }: Mail): string => /\b\d{6}\b/.exec(text)![0];
/** Some other six digits. */
const wrong = (code: string, by = 1): string => String((Number(code) + by) % 1_000_000).padStart(6, '0');

describe('signing in by email', () => {
  let test: TestService;
  let second: TestService;
  before(async () => {
    test = await startTestService({ schedules: false, env });
    const { databaseUrl } = test.service.config;
    second = await startTestService({ databaseUrl, jobs: false, clock: test.clock, env });
  });
  after(async () => {
    await second.close();
    await test.close();
  });

  const ask = (email: string, headers = {}) => test.request('/v1/email-links', { body: { email }, headers });
  const enter = (body: object, headers = {}, on = test) => on.request('/v1/sessions/email-link', { body, headers });
  /** The `nth` link that an address was sent, and the browser that asked for it. */
  async function linkFor(email: string, nth = 1, cookie?: string) {
    const answer = await ask(email, cookie === undefined ? {} : { cookie });
    assert.equal(answer.status, 202, JSON.stringify(answer.body));
    const mail = await test.mail(email, /^Sign in to/, nth);
    return { mail, token: mail.token, code: codeOf(mail), browser: { cookie: cookiesOf(answer) } };
  }
  const sessionsOf = ({ id }: Pick<SignedInUser, 'id'>) =>
    value(test, 'select count(*)::int from sessions where user_id = $1 and ended_at is null', id);

  it('is off unless the setting is on', async () => {
    const off = await startTestService({ databaseUrl: test.service.config.databaseUrl, jobs: false });
    try {
      const { email } = await createUser(test);
      assertProblem(await off.request('/v1/email-links', { body: { email } }), 404, 'not_found');
      const { token, code, browser } = await linkFor(email);
      assertProblem(await enter({ token }, browser, off), 404, 'not_found');
      assertProblem(await enter({ email, code }, browser, off), 404, 'not_found');
      assert.equal((await enter({ token }, browser)).status, 201);
    } finally {
      await off.close();
    }
  });

  it('takes the link once, in the browser that asked for it', async () => {
    const user = await createSignedInUser(test);
    const { mail, token, browser } = await linkFor(user.email);
    assert.ok(mail.text.includes(`https://app.example.com/sign-in/email-link?token=${token}`));
    const { status, body } = await enter({ token }, browser);
    assert.equal(status, 201, JSON.stringify(body));
    assert.equal(body.user.id, user.id);
    assert.deepEqual(claimsOf(body.accessToken).amr, ['otp']);
    assertProblem(await enter({ token }, browser), 400, 'invalid_token');
    const actions = await auditActions(test, user.id);
    assert.deepEqual(actions.slice(-2), ['email_link.requested', 'session.created']);
  });

  it('changes nothing when somebody else opens the link, as programs that scan mail do', async () => {
    const user = await createSignedInUser(test);
    const { token, browser } = await linkFor(user.email);
    const sessions = await sessionsOf(user);
    const other = await linkFor((await createUser(test)).email);
    assertProblem(await enter({ token }), 403, 'other_browser');
    assertProblem(await enter({ token }, other.browser), 403, 'other_browser');
    assert.equal(await sessionsOf(user), sessions);
    assert.equal((await enter({ token }, browser)).status, 201);
  });

  it('takes the code once, in any browser, with blanks or without', async () => {
    const user = await createSignedInUser(test);
    const { code, token, browser } = await linkFor(user.email);
    const { email } = user;
    const { status, body } = await enter({ email, code: `${code.slice(0, 3)} ${code.slice(3)}`, mode: 'bearer' });
    assert.equal(status, 201, JSON.stringify(body));
    assert.deepEqual(claimsOf(body.accessToken).amr, ['otp']);
    assertProblem(await enter({ email, code }), 401, 'invalid_credentials');
    assertProblem(await enter({ token }, browser), 400, 'invalid_token');
  });

  it('refuses a request that is neither a link nor an address with a code', async () => {
    const { email } = await createUser(test);
    const { token, code } = await linkFor(email);
    for (const body of [{}, { email }, { code }, { token, code }, { token, email, code }, { token, email }]) {
      assertProblem(await enter(body), 400, 'validation_failed');
    }
  });

  it('begins exactly one session for 50 parallel uses of a link and its code', async () => {
    const user = await createSignedInUser(test);
    const { email, id } = user;
    const { token, code, browser } = await linkFor(email);
    const sessions = await sessionsOf({ id });
    const answers = await atOnce(50, (index) =>
      enter(index % 5 ? { token } : { email, code }, browser, index % 2 ? test : second),
    );
    assert.equal(tally(answers)[201], 1, JSON.stringify(tally(answers)));
    assert.equal(await sessionsOf(user), sessions + 1);
  });

  it('keeps earlier links for their browsers, but takes the newest code only', async () => {
    const { email } = await createUser(test);
    const first = await linkFor(email);
    const newer = await linkFor(email, 2);
    if (first.code !== newer.code) {
      assertProblem(await enter({ email, code: first.code }), 401, 'invalid_credentials');
    }
    assert.equal((await enter({ token: first.token }, first.browser)).status, 201);
    assertProblem(await enter({ token: newer.token }, newer.browser), 400, 'invalid_token');
    assertProblem(await enter({ email, code: newer.code }), 401, 'invalid_credentials');
  });

  it('ends after ten minutes', async () => {
    const { email } = await createUser(test);
    const { token, code, browser } = await linkFor(email);
    test.clock.advance(10 * MINUTE_MS - SECOND_MS);
    const again = await linkFor((await createUser(test)).email);
    assert.equal((await enter({ token: again.token }, again.browser)).status, 201);
    test.clock.advance(SECOND_MS);
    assertProblem(await enter({ token }, browser), 400, 'token_expired');
    assertProblem(await enter({ email, code }), 401, 'invalid_credentials');
  });

  it('sends one email for a form that was sent twice', async () => {
    const { email } = await createUser(test);
    const { browser, token } = await linkFor(email);
    assert.equal((await ask(email, browser)).status, 202);
    await jobsDone(test, 'accounts.request-email-link');
    assert.equal(await queuedMails(test, email, 'sign-in-link'), 1);
    assert.equal((await enter({ token }, browser)).status, 201);
  });

  it('asks an account with a second factor for it, and says so afterwards', async () => {
    const user = await createSignedInUser(test);
    const secret = await addTotp(test, user);
    test.clock.advance(31 * SECOND_MS);
    const { token, browser } = await linkFor(user.email);
    const answer = await enter({ token }, browser);
    assertProblem(answer, 403, 'second_factor_required');
    assert.deepEqual(answer.body.challenge.factors, ['totp']);
    const body = { challenge: answer.body.challenge.token, totp: codeAt(secret, test.clock.now()) };
    const completed = await test.request('/v1/sessions/second-factor', { body });
    assert.equal(completed.status, 201, JSON.stringify(completed.body));
    assert.deepEqual(claimsOf(completed.body.accessToken).amr, ['otp', 'mfa']);
  });

  it('verifies an address that was not, and voids the password that a stranger may have set', async () => {
    const email = 'not-verified@example.com';
    assert.equal((await test.request('/v1/users', { body: { email, password: PASSWORD } })).status, 202);
    const { token: confirmation } = await test.mail(email, /confirm/i);
    const { token, browser } = await linkFor(email);
    const { status, body } = await enter({ token }, browser);
    assert.equal(status, 201, JSON.stringify(body));
    const actions = await auditActions(test, body.user.id);
    assert.deepEqual(actions.slice(-3), ['password.voided', 'user.email_verified', 'session.created']);
    assertProblem(
      await test.request('/v1/sessions', { body: { email, password: PASSWORD } }),
      401,
      'invalid_credentials',
    );
    const confirmed = await test.request('/v1/email-verifications/confirm', { body: { token: confirmation } });
    assertProblem(confirmed, 400, 'invalid_token');
    const own = await test.request('/v1/users/me/password', {
      ...{ method: 'PUT', token: body.accessToken, body: { newPassword: 'purple monkey dishwasher lamp' } },
    });
    assert.equal(own.status, 204, JSON.stringify(own.body));
  });

  describe('tells nobody whether an address has an account:', () => {
    it('one answer to every request for a link', async () => {
      const { email } = await createUser(test);
      const [known, unknown] = [await ask(email), await ask('nobody@example.com')];
      const shown = ({ headers, ...answer }: Answer) => ({ ...answer, cookies: headers.getSetCookie().length });
      assert.deepEqual(shown(known), shown(unknown));
      await jobsDone(test, 'accounts.request-email-link');
      assert.equal(await queuedMails(test, 'nobody@example.com', 'sign-in-link'), 0);
      assertProblem(await ask('no@address'), 422, 'invalid_email');
    });

    it('one answer to every code that is not right, and the same limits', async () => {
      const [linked, without, suspended] = [
        await createSignedInUser(test),
        await createSignedInUser(test),
        await createSignedInUser(test),
      ];
      const link = await linkFor(linked.email);
      const closed = await linkFor(suspended.email);
      const { administration } = test.service.accounts;
      await administration.suspend((await administration.find(suspended.id))!);
      const people = {
        'a wrong code': { email: linked.email, code: wrong(link.code) },
        'no code': { email: without.email, code: link.code },
        'a suspended account': { email: suspended.email, code: closed.code },
        'an unknown address': { email: 'nobody-with-a-code@example.com', code: link.code },
      };
      const shown = ({ headers, status, body }: Answer) => comparable({ headers, status, body });
      const expected = shown(await enter({ email: 'nobody-at-all@example.com', code: link.code }));
      for (const [name, body] of Object.entries(people)) {
        const answers: Answer[] = [];
        for (let nth = 0; nth < 11; nth++) answers.push(await enter(body));
        assert.deepEqual(shown(answers[0]!), expected, name);
        assert.deepEqual(tally(answers), { 401: 10, 429: 1 }, name);
      }
    });
  });

  describe('counts wrong codes,', () => {
    it('of which a link takes five; then only the link itself is good', async () => {
      const { email } = await createUser(test);
      const { token, code, browser } = await linkFor(email);
      for (let by = 1; by <= 5; by++)
        assertProblem(await enter({ email, code: wrong(code, by) }), 401, 'invalid_credentials');
      assertProblem(await enter({ email, code }), 401, 'invalid_credentials');
      assert.equal((await enter({ token }, browser)).status, 201);
    });

    it('and evaluates no more than ten of 50 parallel guesses, over two processes', async () => {
      const user = await createSignedInUser(test);
      const { email } = user;
      const { code } = await linkFor(email);
      const sessions = await sessionsOf(user);
      const answers = await atOnce(50, (index) =>
        enter({ email, code: wrong(code, index + 1) }, {}, index % 2 ? test : second),
      );
      const counts = tally(answers);
      assert.equal((counts[401] ?? 0) + (counts[429] ?? 0), 50, JSON.stringify(counts));
      assert.ok((counts[401] ?? 0) <= 10, JSON.stringify(counts));
      // Had any of them been left, one of these would get in.
      const right = await atOnce(50, (index) => enter({ email, code }, {}, index % 2 ? test : second));
      assert.deepEqual(tally(right), { 429: 50 });
      assert.equal(await sessionsOf(user), sessions);
    });

    it('and takes no right code after five wrong ones, also of 50 at the same time in two processes', async () => {
      const user = await createSignedInUser(test);
      const { email } = user;
      const { code } = await linkFor(email);
      const sessions = await sessionsOf(user);
      await atOnce(5, (index) => enter({ email, code: wrong(code, index + 1) }, {}, index % 2 ? test : second));
      const answers = await atOnce(50, (index) => enter({ email, code }, {}, index % 2 ? test : second));
      assert.equal(tally(answers)[201], undefined, JSON.stringify(tally(answers)));
      assert.equal(await sessionsOf(user), sessions);
    });

    it('over all links of an account, ten a day, without locking out a device it knows, or the link', async () => {
      const user = await createSignedInUser(test);
      const { email } = user;
      const known = await enterWithDevice(user);
      let made = 1;
      for (let round = 0; round < 2; round++) {
        const { code } = await linkFor(email, ++made);
        for (let by = 1; by <= 5; by++)
          assertProblem(await enter({ email, code: wrong(code, by) }), 401, 'invalid_credentials');
      }
      const spent = await linkFor(email, ++made);
      assertProblem(await enter({ email, code: spent.code }), 429, 'rate_limited');
      const byDevice = await enter({ email, code: spent.code, deviceToken: known });
      assert.equal(byDevice.status, 201, JSON.stringify(byDevice.body));
      const last = await linkFor(email, ++made);
      assert.equal((await enter({ token: last.token }, last.browser)).status, 201);
    });

    /** @returns the token of a device that the account knows from now on */
    async function enterWithDevice({ email }: SignedInUser): Promise<string> {
      const { code } = await linkFor(email);
      const { status, body } = await enter({ email, code });
      assert.equal(status, 201, JSON.stringify(body));
      return body.deviceToken;
    }

    it('and those of a known device only for that device', async () => {
      const user = await createSignedInUser(test);
      const { email } = user;
      const deviceToken = await enterWithDevice(user);
      const { code } = await linkFor(email, 2);
      for (let by = 1; by <= 5; by++)
        assertProblem(await enter({ email, code: wrong(code, by), deviceToken }), 401, 'invalid_credentials');
      assertProblem(await enter({ email, code, deviceToken }), 429, 'rate_limited');
      assert.equal((await enter({ email, code })).status, 201);
    });

    it('and not the right ones', async () => {
      const { email } = await createUser(test);
      for (let nth = 1; nth <= 12; nth++) {
        await liftMailLimits();
        const { code } = await linkFor(email, nth);
        assert.equal((await enter({ email, code })).status, 201);
      }
    });
    const liftMailLimits = () => rows(test, `delete from rate_limits where key like 'mail_%'`);
  });

  describe('is void', () => {
    const changes: Record<string, (user: SignedInUser) => Promise<unknown>> = {
      'when the password is changed': ({ accessToken: token }) =>
        test.request('/v1/users/me/password', {
          ...{ method: 'PUT', token },
          body: { currentPassword: PASSWORD, newPassword: 'purple monkey dishwasher lamp' },
        }),
      'when all other sessions are ended': ({ accessToken: token }) =>
        test.request('/v1/sessions', { method: 'DELETE', token }),
      'when the account is deleted': ({ accessToken: token }) =>
        test.request('/v1/users/me', { method: 'DELETE', token, body: { password: PASSWORD } }),
      'when an operator suspends the account': async ({ id }) => {
        const { administration } = test.service.accounts;
        await administration.suspend((await administration.find(id))!);
      },
      'when the address is no longer that of the account': async ({ accessToken: token, id }) => {
        const email = `moved-${id}@example.com`;
        await test.request('/v1/users/me/email-changes', { token, body: { email, password: PASSWORD } });
        const change = await test.mail(email, /confirm/i);
        await test.request('/v1/email-verifications/confirm', { body: { token: change.token } });
      },
    };
    it('when the account is suspended while the sign-in waits for it', async () => {
      const user = await createSignedInUser(test);
      const { token, browser } = await linkFor(user.email);
      const sessions = await sessionsOf(user);
      const lock = ['select 1 from users where id = $1 for update', user.id] as const;
      const { answered } = await whileLocked(test, [...lock], async (held) => {
        const sent = enter({ token }, browser);
        await held.waiting(1);
        await held.run('update users set suspended_at = now() where id = $1', user.id);
        return { answered: sent };
      });
      assertProblem(await answered, 400, 'invalid_token');
      assert.equal(await sessionsOf(user), sessions);
    });
    for (const [name, change] of Object.entries(changes)) {
      it(name, async () => {
        const user = await createSignedInUser(test);
        const { token, code, browser } = await linkFor(user.email);
        await change(user);
        assertProblem(await enter({ email: user.email, code }), 401, 'invalid_credentials');
        assertProblem(await enter({ token }, browser), 400, 'invalid_token');
      });
    }
  });

  it('rests in the database so that the database alone proves nothing', async () => {
    const { email } = await createUser(test);
    const { token, code } = await linkFor(email);
    const secret = Buffer.from(token, 'base64url').subarray(16);
    const [row] = await rows(test, 'select * from email_links where address = $1', email);
    for (const stored of Object.values(row!)) {
      const bytes = Buffer.isBuffer(stored) ? stored : Buffer.from(String(stored));
      assert.ok(!bytes.includes(secret) && !bytes.includes(code) && !bytes.includes(token));
    }
    assert.ok(!test.logs.join('').includes(token));
  });
});

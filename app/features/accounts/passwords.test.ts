import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  atOnce,
  auditActions,
  auditTrail,
  comparable,
  jobsDone,
  queuedMails,
  tally,
  value,
} from '../../../test/conditions.ts';
import {
  assertProblem,
  createSignedInUser,
  createUser,
  PASSWORD,
  signIn,
  startTestService,
  type TestService,
} from '../../../test/service.ts';
import { MINUTE_MS } from '../../platform/clock.ts';

const NEW_PASSWORD = 'purple monkey dishwasher lamp';

describe('passwords', () => {
  let test: TestService;
  before(async () => {
    test = await startTestService();
  });
  after(() => test.close());

  const change = (token: string, currentPassword: string, newPassword = NEW_PASSWORD) =>
    test.request('/v1/users/me/password', { method: 'PUT', token, body: { currentPassword, newPassword } });
  const ask = (email: string) => test.request('/v1/password-resets', { body: { email } });
  const reset = (token: string, password = NEW_PASSWORD) =>
    test.request('/v1/password-resets/confirm', { body: { token, password } });
  const attempt = (email: string, password: string) => test.request('/v1/sessions', { body: { email, password } });
  const me = (token: string) => test.request('/v1/users/me', { token });
  const link = async (email: string, nth = 1) => (await test.mail(email, /Reset/, nth)).token;

  describe('when they are changed', () => {
    it('need the current one', async () => {
      const { accessToken: token, email } = await createSignedInUser(test);
      assertProblem(await change(token, 'wrong'), 403, 'password_incorrect');
      assertProblem(await change(token, ''), 403, 'password_incorrect');
      await signIn(test, email);
      assertProblem(await attempt(email, NEW_PASSWORD), 401, 'invalid_credentials');
    });

    it('replace the old one, tell the owner and are recorded without it', async () => {
      const { accessToken: token, email, id } = await createSignedInUser(test);
      assert.equal((await change(token, PASSWORD)).status, 204);
      assertProblem(await attempt(email, PASSWORD), 401, 'invalid_credentials');
      await signIn(test, email, NEW_PASSWORD);
      await test.mail(email, /password was changed/);
      const trail = await auditTrail(test, id);
      assert.ok(trail.some(({ action }) => action === 'password.changed'));
      assert.doesNotMatch(JSON.stringify(trail), /argon2|correct horse|purple monkey/);
    });

    it('must be strong, and the old one stays until then', async () => {
      const { accessToken: token, email } = await createSignedInUser(test);
      const answer = await change(token, PASSWORD, 'short');
      assertProblem(answer, 422, 'weak_password');
      assert.deepEqual(answer.body.reasons, ['too_short']);
      assert.equal((await me(token)).status, 200);
      await signIn(test, email);
    });

    it('are changed by one of several requests at the same time', async () => {
      const { accessToken: token, email } = await createSignedInUser(test);
      const answers = await atOnce(5, (index) => change(token, PASSWORD, `${NEW_PASSWORD} ${index}`));
      assert.equal(tally(answers)[204], 1);
      const winner = answers.findIndex(({ status }) => status === 204);
      await signIn(test, email, `${NEW_PASSWORD} ${winner}`);
    });

    it('void the links to reset them and to change the address, which another may have asked for', async () => {
      const { accessToken: token, email } = await createSignedInUser(test);
      const theirs = `thief-of-${email}`;
      const asked = await test.request('/v1/users/me/email-changes', {
        token,
        body: { email: theirs, password: PASSWORD },
      });
      assert.equal(asked.status, 202);
      await ask(email);
      const [changeLink, resetLink] = [(await test.mail(theirs, /Confirm your new/)).token, await link(email)];
      assert.equal((await change(token, PASSWORD)).status, 204);
      const confirmed = await test.request('/v1/email-verifications/confirm', { body: { token: changeLink } });
      assertProblem(confirmed, 400, 'invalid_token');
      assertProblem(await reset(resetLink), 400, 'invalid_token');
      assert.equal((await me(token)).body.email, email);
    });
  });

  describe('when they are forgotten', () => {
    it('are asked for in silence about who has an account', async () => {
      const [known, suspended, deleted] = await Promise.all([
        createUser(test),
        createSignedInUser(test),
        createSignedInUser(test),
      ]);
      const { administration } = test.service.accounts;
      await administration.suspend((await administration.find(suspended.id))!);
      await test.request('/v1/users/me', {
        method: 'DELETE',
        token: deleted.accessToken,
        body: { password: PASSWORD },
      });
      const addresses = [known.email, suspended.email, deleted.email, 'nobody@example.com'];
      const answers = await Promise.all(addresses.map(ask));
      for (const answer of answers) assert.deepEqual(comparable(answer), comparable(answers[0]!));
      await jobsDone(test, 'accounts.request-password-reset');
      const mails = await Promise.all(addresses.map((address) => queuedMails(test, address, 'password-reset')));
      assert.deepEqual(mails, [1, 0, 0, 0]);
      assertProblem(await ask('not an address'), 422, 'invalid_email');
    });

    it('are set by the mailed link, which ends every session and tells the owner', async () => {
      const { email, id, accessToken, refreshToken } = await createSignedInUser(test);
      const other = await signIn(test, email);
      await ask(email);
      assert.equal((await reset(await link(email))).status, 204);
      for (const token of [accessToken, other.accessToken]) assertProblem(await me(token), 401, 'session_revoked');
      const refreshed = await test.request('/v1/sessions/refresh', { body: { refreshToken } });
      assertProblem(refreshed, 401, 'session_revoked');
      assertProblem(await attempt(email, PASSWORD), 401, 'invalid_credentials');
      await signIn(test, email, NEW_PASSWORD);
      await test.mail(email, /password was changed/);
      const trail = await auditActions(test, id);
      assert.ok(trail.indexOf('password.reset') > trail.indexOf('password.reset_requested'));
    });

    it('are reset by the newest link only', async () => {
      const { email } = await createUser(test);
      await ask(email);
      const first = await link(email);
      test.clock.advance(MINUTE_MS);
      await ask(email);
      const second = await link(email, 2);
      assertProblem(await reset(first), 400, 'invalid_token');
      assert.equal((await reset(second)).status, 204);
      assertProblem(await reset(second, `${NEW_PASSWORD} again`), 400, 'invalid_token');
    });

    it('do not use the link up while they are weak', async () => {
      const { email } = await createUser(test);
      await ask(email);
      const token = await link(email);
      assertProblem(await reset(token, 'short'), 422, 'weak_password');
      assert.equal((await reset(token)).status, 204);
    });

    it('verify the address with the link: whoever reads the mail owns it, and a stranger who registered it does not', async () => {
      const email = 'prehijacked@example.com';
      await test.request('/v1/users', { body: { email, password: PASSWORD } });
      const strangersLink = (await test.mail(email, /Confirm your email/)).token;
      await ask(email);
      assert.equal((await reset(await link(email))).status, 204);
      assertProblem(await attempt(email, PASSWORD), 401, 'invalid_credentials');
      const used = await test.request('/v1/email-verifications/confirm', { body: { token: strangersLink } });
      assertProblem(used, 400, 'invalid_token');
      await signIn(test, email, NEW_PASSWORD);
    });

    it('are not reset for one who was suspended after the link was mailed', async () => {
      const { email, id } = await createSignedInUser(test);
      await ask(email);
      const token = await link(email);
      const { administration } = test.service.accounts;
      await administration.suspend((await administration.find(id))!);
      assertProblem(await reset(token), 400, 'invalid_token');
      assert.match(await value(test, 'select password_hash from users where id = $1', id), /^\$argon2id/);
      await administration.unsuspend((await administration.find(id))!);
      await signIn(test, email);
    });
  });
});

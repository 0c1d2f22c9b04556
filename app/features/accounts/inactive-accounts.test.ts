import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { comparable, jobsDone, liftRateLimits, queuedMails } from '../../../test/conditions.ts';
import {
  type Answer,
  assertProblem,
  createSignedInUser,
  PASSWORD,
  type SignedInUser,
  signIn,
  startTestService,
  type TestService,
} from '../../../test/service.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../platform/clock.ts';

const SUPPORT = 'Support <help@example.com>';

describe('an account that is not open', () => {
  let test: TestService;
  let stranger: SignedInUser;
  before(async () => {
    test = await startTestService({ schedules: false, env: { SUPPORT_EMAIL: SUPPORT } });
    await liftRateLimits(test);
    stranger = await createSignedInUser(test);
  });
  after(() => test.close());

  /** Every request after which its owner, or somebody who names the address, waits for an email. */
  const requests: Record<string, (email: string) => Promise<Answer>> = {
    'registering again': (email) => test.request('/v1/users', { body: { email, password: PASSWORD } }),
    'requesting a password reset': (email) => test.request('/v1/password-resets', { body: { email } }),
    'requesting the verification email': (email) => test.request('/v1/email-verifications', { body: { email } }),
    'choosing its address for another account': async (email) => {
      const { accessToken: token } = await signIn(test, stranger.email);
      return test.request('/v1/users/me/email-changes', { token, body: { email, password: PASSWORD } });
    },
  };

  const close = (token: string) =>
    test.request('/v1/users/me', { method: 'DELETE', token, body: { password: PASSWORD } });
  const restore = (token: string) => test.request('/v1/users/me/restore', { body: { token } });
  const suspend = async (id: string) => {
    const { administration } = test.service.accounts;
    await administration.suspend((await administration.find(id))!);
  };
  async function closedAccount(): Promise<{ email: string; id: string; link: string }> {
    const { accessToken, email, id } = await createSignedInUser(test);
    assert.equal((await close(accessToken)).status, 204);
    const { token: link } = await test.mail(email, /will be deleted/);
    test.clock.advance(MINUTE_MS);
    return { email, id, link };
  }

  for (const [name, ask] of Object.entries(requests)) {
    it(`that its owner closed is restored by the link in the email that follows ${name}`, async () => {
      const { email, id, link } = await closedAccount();
      const answer = await ask(email);
      assert.deepEqual(comparable(answer), comparable(await ask(`unknown-${email}`)), 'the answer tells nothing');
      const mail = await test.mail(email, /closed, and you can restore it/);
      assert.match(mail.text, /\/restore-account\?token=/);
      assertProblem(await restore(link), 400, 'invalid_token');
      assert.equal((await restore(mail.token)).status, 204);
      assert.equal((await signIn(test, email)).id, id);
    });

    it(`that is suspended is not opened by ${name}: the email says whom to write to`, async () => {
      const { email, id } = await createSignedInUser(test);
      await suspend(id);
      const answer = await ask(email);
      assert.deepEqual(comparable(answer), comparable(await ask(`unknown-${email}`)), 'the answer tells nothing');
      const mail = await test.mail(email, /suspended/);
      assert.ok(mail.text.includes(SUPPORT), mail.text);
      assert.equal(mail.token, '');
      await jobsDone(test, 'accounts.tell-address-owner');
      assert.deepEqual(
        await Promise.all(['already-registered', 'password-reset'].map((t) => queuedMails(test, email, t))),
        [0, 0],
      );
    });
  }

  it('and suspended is restored without a word about signing in: the email says whom to write to', async () => {
    const { email, id, link } = await closedAccount();
    await suspend(id);
    assert.equal((await restore(link)).status, 204);
    await test.mail(email, /suspended/);
    assert.equal(await queuedMails(test, email, 'account-restored'), 0);
  });

  it('gets links that end with the 14 days of its deletion, and none in the last hour', async () => {
    const { email } = await closedAccount();
    test.clock.advance(14 * DAY_MS - 2 * HOUR_MS - MINUTE_MS);
    await requests['registering again']!(email);
    const late = (await test.mail(email, /closed, and you can restore it/)).token;
    test.clock.advance(HOUR_MS);
    await requests['registering again']!(email);
    const mail = await test.mail(email, /is being deleted/);
    assert.equal(mail.token, '');
    test.clock.advance(HOUR_MS);
    assertProblem(await restore(late), 400, 'token_expired');
  });
});

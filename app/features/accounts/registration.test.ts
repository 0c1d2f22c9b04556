import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import {
  atOnce,
  comparable,
  jobsDone,
  liftRateLimits,
  queuedMails,
  rows,
  tally,
  value,
} from '../../../test/conditions.ts';
import {
  type Answer,
  assertProblem,
  createUser,
  PASSWORD,
  signIn,
  startTestService,
  type TestService,
} from '../../../test/service.ts';
import { DAY_MS, MINUTE_MS } from '../../platform/clock.ts';

const OTHER_PASSWORD = 'purple monkey dishwasher lamp';
const TABLES = ['users', 'email_addresses', 'one_time_tokens', 'sessions', 'audit_chains', 'audit_events'];

describe('registration', () => {
  let test: TestService;
  before(async () => {
    test = await startTestService();
    await liftRateLimits(test);
  });
  after(() => test.close());

  const register = (email: string, password = PASSWORD, more = {}) =>
    test.request('/v1/users', { body: { email, password, ...more } });
  const confirm = (token: string) => test.request('/v1/email-verifications/confirm', { body: { token } });
  const resend = (email: string) => test.request('/v1/email-verifications', { body: { email } });
  const trySignIn = (email: string, password: string) => test.request('/v1/sessions', { body: { email, password } });
  const link = async (email: string, nth = 1) => (await test.mail(email, /confirm/i, nth)).token;
  const counts = async () => {
    const all = TABLES.map(async (table) => [table, await value(test, `select count(*)::int from ${table}`)]);
    return Object.fromEntries(await Promise.all(all));
  };

  it('answers the same for a taken address, tells its owner, and stores nothing about the stranger', async () => {
    await createUser(test, { email: 'owner@example.com' });
    const stored = await counts();
    const taken = await register('owner@example.com', OTHER_PASSWORD, { name: 'Stranger' });
    assert.deepEqual(await counts(), stored);
    assert.deepEqual(comparable(taken), comparable(await register('nobody-yet@example.com', OTHER_PASSWORD)));
    assert.deepEqual([taken.status, taken.body], [202, { status: 'verification_sent' }]);
    const notice = await test.mail('owner@example.com', /already have/);
    assert.equal(notice.token, '');
    assert.doesNotMatch(notice.text + notice.html, /Stranger/);
    await signIn(test, 'owner@example.com');
    assertProblem(await trySignIn('owner@example.com', OTHER_PASSWORD), 401, 'invalid_credentials');
  });

  it('replaces a registration that was never verified, password and all, and voids its link', async () => {
    const email = 'contested@example.com';
    await register(email, PASSWORD, { name: 'Attacker', locale: 'de' });
    const attackersLink = (await test.mail(email, /Adresse/)).token;
    await register(email, OTHER_PASSWORD, { name: 'Owner' });
    const ownersLink = await link(email);

    assertProblem(await confirm(attackersLink), 400, 'invalid_token');
    assertProblem(await trySignIn(email, OTHER_PASSWORD), 403, 'email_not_verified');
    assert.equal((await confirm(ownersLink)).status, 204);
    assertProblem(await trySignIn(email, PASSWORD), 401, 'invalid_credentials');
    await signIn(test, email, OTHER_PASSWORD);
    const found = await rows(test, 'select id, name, locale from users where email = $1', email);
    assert.deepEqual([found.length, found[0].name, found[0].locale], [1, 'Owner', 'en']);
    const orphans =
      'select count(*)::int from audit_events e where not exists (select from users u where u.id = e.owner_id)';
    assert.equal(await value(test, `${orphans} and e.action like 'user.%'`), 0, 'the replaced trail is gone');
  });

  it('is one registration with one email, whose link works, when the same form is sent twice', async () => {
    for (const [email, send] of [
      ['again@example.com', async (form: () => Promise<Answer>) => [await form(), await form()]],
      ['at-once@example.com', (form: () => Promise<Answer>) => atOnce(5, form)],
    ] as const) {
      const answers = await send(() => register(email, PASSWORD, { name: 'Ada', locale: 'en' }));
      for (const answer of answers)
        assert.deepEqual([answer.status, answer.body], [202, { status: 'verification_sent' }]);
      assert.equal(await queuedMails(test, email, 'verify-email'), 1);
      assert.equal((await confirm(await link(email))).status, 204);
      await signIn(test, email);
    }
    // Another password or name is another registration, however soon.
    await register('corrected@example.com', PASSWORD, { name: 'Adda' });
    await register('corrected@example.com', PASSWORD, { name: 'Ada' });
    assert.equal(await queuedMails(test, 'corrected@example.com', 'verify-email'), 2);
    await register('taken@example.com');
    await confirm(await link('taken@example.com'));
    await atOnce(3, () => register('taken@example.com'));
    await jobsDone(test, 'accounts.tell-address-owner');
    assert.equal(await queuedMails(test, 'taken@example.com', 'already-registered'), 1);
  });

  it('keeps a link good for 24 hours and no longer', async () => {
    await Promise.all([register('punctual@example.com'), register('late@example.com')]);
    const [punctual, late] = [await link('punctual@example.com'), await link('late@example.com')];
    test.clock.advance(DAY_MS - 1);
    assert.equal((await confirm(punctual)).status, 204);
    test.clock.advance(1);
    assertProblem(await confirm(late), 400, 'token_expired');
    assertProblem(await trySignIn('late@example.com', PASSWORD), 403, 'email_not_verified');
  });

  it('voids the older link when the mail is sent again', async () => {
    await register('twice@example.com');
    test.clock.advance(MINUTE_MS);
    assert.equal((await resend('Twice@Example.com')).status, 202);
    const [first, second] = [await link('twice@example.com'), await link('twice@example.com', 2)];
    assertProblem(await confirm(first), 400, 'invalid_token');
    assert.equal((await confirm(second)).status, 204);
  });

  it('is silent about whether there is a registration when asked to mail again', async () => {
    await createUser(test, { email: 'verified@example.com' });
    await register('waiting@example.com');
    test.clock.advance(MINUTE_MS);
    const addresses = ['waiting@example.com', 'verified@example.com', 'unknown@example.com'];
    const answers = await Promise.all(addresses.map(resend));
    for (const answer of answers) assert.deepEqual(comparable(answer), comparable(answers[0]!));
    await jobsDone(test, 'accounts.resend-verification');
    const mails = await Promise.all(addresses.map((address) => queuedMails(test, address, 'verify-email')));
    assert.deepEqual(mails, [2, 1, 0]);
  });

  it('takes every spelling of an address for the same one', async () => {
    for (const [given, other, stored] of [
      ['Ada.Lovelace@EXAMPLE.com', ' ada.lovelace@example.COM ', 'ada.lovelace@example.com'],
      ['ada@Bücher.example', 'ADA@xn--bcher-kva.example', 'ada@xn--bcher-kva.example'],
      ['ame\u0301lie@example.com', 'AM\u00c9LIE@example.com', 'am\u00e9lie@example.com'],
    ] as const) {
      await register(given);
      assert.equal((await confirm(await link(stored))).status, 204);
      await register(other, OTHER_PASSWORD);
      await test.mail(stored, /already have/);
      assert.equal((await signIn(test, other)).email, other);
      assert.equal(await value(test, 'select count(*)::int from users where email = $1', stored), 1);
    }
  });

  it('refuses what mail cannot reach', async () => {
    for (const email of [
      'a@b',
      'a b@example.com',
      '"a"@example.com',
      'a@[127.0.0.1]',
      'a..b@example.com',
      'a@1.2.3.4',
      '@x.io',
    ]) {
      assertProblem(await register(email), 422, 'invalid_email');
    }
  });

  it('leaves one claim of 50 parallel registrations, and one link that works', async () => {
    const email = 'crowd@example.com';
    const answers = await atOnce(50, async (index) => {
      for (;;) {
        const answer = await register(email, `${PASSWORD} ${index}`);
        // They wait for one another, and on a busy machine for longer than a connection is waited for: then one asks again.
        if (answer.status !== 503) return answer;
      }
    });
    assert.deepEqual(tally(answers), { 202: 50 });
    assert.equal(await value(test, 'select count(*)::int from users where email = $1', email), 1);
    assert.equal(await value(test, 'select count(*)::int from email_addresses where address = $1', email), 1);
    const links = await atOnce(50, (index) => link(email, index + 1));
    assert.equal(tally(await Promise.all(links.map(confirm)))[204], 1);
  });

  it('verifies an account only with the password of the registration whose link was used', async () => {
    let address = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: 2, maxLength: 6 }), async (steps) => {
        const email = `race${++address}@example.com`;
        await register(email, `${PASSWORD} first`);
        const first = await link(email);
        // Every true registers again, every false confirms the first link; all at the same time.
        const answers = await Promise.all(
          steps.map((again, index) => (again ? register(email, `${PASSWORD} ${index}`) : confirm(first))),
        );
        const confirmed = answers.some(({ status }) => status === 204);
        const [user] = await rows(test, 'select email_verified_at from users where email = $1', email);
        assert.equal(user.email_verified_at !== null, confirmed);
        if (confirmed) await signIn(test, email, `${PASSWORD} first`);
      }),
      { numRuns: 12 },
    );
  });
});

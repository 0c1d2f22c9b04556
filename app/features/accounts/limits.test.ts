import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { atOnce, queuedMails, tally } from '../../../test/conditions.ts';
import {
  type Answer,
  assertProblem,
  createSignedInUser,
  createUser,
  PASSWORD,
  startTestService,
  type TestService,
} from '../../../test/service.ts';

let networks = 0;
/** A network that no other test uses. */
const network = () => `10.${Math.floor(++networks / 250)}.${networks % 250}.1`;

describe('limits', () => {
  let test: TestService;
  let second: TestService;
  before(async () => {
    const env = { TRUST_PROXY: '1', NETWORK_LIMIT_FACTOR: '1' };
    test = await startTestService({ env });
    second = await startTestService({ env, databaseUrl: test.service.config.databaseUrl, jobs: false });
  });
  after(async () => {
    await second.close();
    await test.close();
  });

  interface From {
    deviceToken?: string;
    ip?: string;
    agent?: string;
    on?: TestService;
  }
  const attempt = (
    email: string,
    password: string,
    { ip = network(), agent = 'Stranger', on = test, deviceToken }: From = {},
  ) =>
    on.request('/v1/sessions', {
      body: { email, password, deviceToken },
      headers: { 'x-forwarded-for': ip, 'user-agent': agent },
    });
  const wrong = (email: string, from?: From) => attempt(email, 'wrong', from);
  /** Signs in with the right password. If the process is so busy that it refuses, it says to try again after a second, never later. */
  const patiently = async (email: string, from: From): Promise<Answer> => {
    for (;;) {
      const answer = await attempt(email, PASSWORD, from);
      if (answer.status !== 429) return answer;
      assert.equal(answer.headers.get('retry-after'), '1');
      await delay(1_000);
    }
  };
  const asPerson = async (name: string) => (await createUser(test, { email: `${name}@example.com` })).email;

  function assertLimited(answer: Answer, limit: number): void {
    assertProblem(answer, 429, 'rate_limited');
    const seconds = Number(answer.headers.get('retry-after'));
    // A second would say that attempts under way fill the limit, and not that failures do.
    assert.ok(Number.isInteger(seconds) && seconds > 60 && seconds <= 3_600, `Retry-After: ${seconds}`);
    assert.equal(answer.headers.get('ratelimit-limit'), String(limit));
    assert.equal(answer.headers.get('ratelimit-remaining'), '0');
    assert.equal(answer.headers.get('ratelimit-reset'), String(seconds));
  }

  it('stop guessing at an account from changing networks after ten wrong passwords, even with the right one', async () => {
    const email = await asPerson('guessed');
    for (let index = 0; index < 10; index++) assertProblem(await wrong(email), 401, 'invalid_credentials');
    assertLimited(await wrong(email), 10);
    assertLimited(await attempt(email, PASSWORD), 10);
    assertLimited(await attempt(email.toUpperCase(), PASSWORD), 10);
  });

  it('treat an address without an account the same', async () => {
    for (let index = 0; index < 10; index++)
      assertProblem(await wrong('nobody@example.com'), 401, 'invalid_credentials');
    assertLimited(await wrong('nobody@example.com'), 10);
  });

  it('treat the right password of a suspended user as a wrong one', async () => {
    const { email, id } = await createSignedInUser(test);
    const { administration } = test.service.accounts;
    await administration.suspend((await administration.find(id))!);
    for (let index = 0; index < 10; index++) assertProblem(await attempt(email, PASSWORD), 401, 'invalid_credentials');
    assertLimited(await attempt(email, PASSWORD), 10);
  });

  it('evaluate no more than ten of sixty parallel guesses, over two processes', async () => {
    const email = await asPerson('hammered');
    const answers = await atOnce(60, (index) => wrong(email, { on: index % 2 ? test : second }));
    assert.deepEqual(tally(answers), { 401: 10, 429: 50 });
  });

  it('count attempts in two processes as one', async () => {
    const email = await asPerson('split');
    for (let index = 0; index < 10; index++) {
      assertProblem(await wrong(email, { on: index % 2 ? test : second }), 401, 'invalid_credentials');
    }
    assertLimited(await wrong(email), 10);
    assertLimited(await wrong(email, { on: second }), 10);
  });

  it('charge nothing for a success', async () => {
    const email = await asPerson('forgetful');
    // Always from another network and program, so never from a device that is known.
    for (let index = 0; index < 9; index++) await wrong(email);
    for (let index = 0; index < 5; index++)
      assert.equal((await attempt(email, PASSWORD, { agent: `new ${index}` })).status, 201);
    assertProblem(await wrong(email), 401, 'invalid_credentials');
    assertLimited(await wrong(email), 10);
  });

  it('let everybody in who signs in with the right password at the same time', async () => {
    const email = await asPerson('eager');
    const answers = await atOnce(30, (index) => patiently(email, { on: index % 2 ? test : second }));
    assert.deepEqual(tally(answers), { 201: 30 });
  });

  it('let more people in from one network at the same time than it may fail', async () => {
    const people = await Promise.all(Array.from({ length: 13 }, (_, index) => asPerson(`colleague${index}`)));
    const ip = network();
    const agent = (index: number) => `Browser ${index}`;
    const answers = await atOnce(130, (index) => patiently(people[index % 13]!, { ip, agent: agent(index) }));
    assert.deepEqual(tally(answers), { 201: 130 });
  });

  it('do not lock a person out of a known device, and limit guesses from that device by themselves', async () => {
    const email = await asPerson('locked');
    const place = { ip: network(), agent: 'Home' };
    const { deviceToken } = (await attempt(email, PASSWORD, place)).body;
    await atOnce(11, () => wrong(email));
    assertLimited(await attempt(email, PASSWORD), 10);
    // Who has the same network and program shares the limit of strangers, and so learns nothing from it.
    assertLimited(await attempt(email, PASSWORD, place), 10);
    assertLimited(await attempt(email, PASSWORD, { ...place, deviceToken: deviceToken.replace(/.{4}$/, 'AAAA') }), 10);
    const home = { deviceToken };
    assert.equal((await attempt(email, PASSWORD, home)).status, 201, 'the device after an update, in another network');
    for (let index = 0; index < 10; index++) assertProblem(await wrong(email, home), 401, 'invalid_credentials');
    assertLimited(await attempt(email, PASSWORD, home), 10);
  });

  it('do not charge a network for attempts at an account that is over its own limit', async () => {
    const [locked, colleague] = [await asPerson('over'), await asPerson('beside')];
    for (let index = 0; index < 10; index++) await wrong(locked);
    const ip = network();
    const refused = await atOnce(100, (index) => wrong(locked, { ip, agent: `Tab ${index}` }));
    for (const answer of refused) assertLimited(answer, 10);
    assert.equal((await attempt(colleague, PASSWORD, { ip })).status, 201);
  });

  it('stop a network that tries many accounts, and do not charge the accounts for what it tries then', async () => {
    const email = await asPerson('bystander');
    const host = (index: number) => `2001:db8:77:1::${index.toString(16)}`;
    await atOnce(100, (index) => wrong(`victim${index}@example.com`, { ip: host(index) }));
    const rest = await atOnce(20, (index) => wrong(email, { ip: host(200 + index) }));
    for (const answer of rest) assertLimited(answer, 100);
    // Another /64 is another network, and the account still has its ten.
    for (let index = 0; index < 10; index++) {
      assertProblem(await wrong(email, { ip: `2001:db8:77:2::${index}` }), 401, 'invalid_credentials');
    }
  });

  it('stop mails to one address after ten in an hour, whoever asks and for whatever', async () => {
    const email = await asPerson('mailed');
    const paths = ['/v1/users', '/v1/email-verifications', '/v1/password-resets'];
    const ask = (path: string, ip = network()) => {
      const body = path === '/v1/users' ? { email, password: PASSWORD } : { email };
      return test.request(path, { body, headers: { 'x-forwarded-for': ip } });
    };
    const answers = [];
    for (let index = 0; index < 9; index++) answers.push(await ask(paths[index % 3]!));
    assert.deepEqual(tally(answers), { 202: 9 });
    for (const path of paths) assertProblem(await ask(path), 429, 'rate_limited');
  });

  it('stop a network that registers many accounts, and do not charge the addresses for what it tries then', async () => {
    const ip = network();
    const register = async (email: string, from = ip) => {
      const call = { body: { email, password: PASSWORD }, headers: { 'x-forwarded-for': from } };
      for (;;) {
        const answer = await test.request('/v1/users', call);
        // On a busy machine a hundred at once fill the queue of password hashes. A refusal for that costs no attempt.
        if (answer.status !== 503) return answer;
      }
    };
    const first = await atOnce(100, (index) => register(`mass${index}@example.com`));
    assert.deepEqual(tally(first), { 202: 100 });
    const more = await atOnce(15, () => register('wanted@example.com'));
    assert.deepEqual(tally(more), { 429: 15 });
    assert.equal((await register('wanted@example.com', network())).status, 202);
  });

  it('stop one who is signed in from mailing the world about changes of address', async () => {
    const { accessToken: token } = await createSignedInUser(test);
    const headers = { 'x-forwarded-for': network() };
    const change = (email: string) =>
      test.request('/v1/users/me/email-changes', { token, headers, body: { email, password: PASSWORD } });
    const answers: Answer[] = [];
    // Few at a time: checks of the password that are under way count as well.
    while (answers.length < 105)
      answers.push(...(await atOnce(5, (n) => change(`spam${answers.length + n}@example.com`))));
    assert.deepEqual(tally(answers), { 202: 100, 429: 5 });
  });

  it('stop guessing at the password of an account by one who holds its session', async () => {
    const { accessToken: token, email } = await createSignedInUser(test);
    const calls = [
      () => test.request('/v1/users/me', { method: 'DELETE', token, body: { password: 'wrong' } }),
      () =>
        test.request('/v1/users/me/email-changes', { token, body: { email: 'new@example.com', password: 'wrong' } }),
      () =>
        test.request('/v1/users/me/password', {
          method: 'PUT',
          token,
          body: { currentPassword: 'wrong', newPassword: 'purple monkey dishwasher lamp' },
        }),
    ];
    const answers = await atOnce(30, (index) => calls[index % 3]!());
    assert.deepEqual(tally(answers), { 403: 10, 429: 20 });
    const last = await test.request('/v1/users/me', { method: 'DELETE', token, body: { password: PASSWORD } });
    assertLimited(last, 10);
    assert.equal(await queuedMails(test, email, 'account-deletion-scheduled'), 0);
  });
});

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { hash } from '@node-rs/argon2';
import { type SQL, sql } from 'drizzle-orm';
import {
  atOnce,
  comparable,
  eventually,
  liftRateLimits,
  queuedMails,
  rows,
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

describe('signing in', () => {
  let test: TestService;
  before(async () => {
    test = await startTestService({ env: { TRUST_PROXY: '1' } });
    await liftRateLimits(test);
  });
  after(() => test.close());

  const attempt = (body: object, headers = {}, on = test) => on.request('/v1/sessions', { body, headers });
  const administration = () => test.service.accounts.administration;

  it('has one answer for every refused attempt, whatever the reason', async () => {
    const [{ email }, suspended, deleted, passwordless] = await Promise.all([
      createUser(test),
      createSignedInUser(test),
      createSignedInUser(test),
      createSignedInUser(test),
    ]);
    await administration().suspend((await administration().find(suspended.id))!);
    await test.request('/v1/users/me', { method: 'DELETE', token: deleted.accessToken, body: { password: PASSWORD } });
    await rows(test, 'update users set password_hash = null where id = $1', passwordless.id);

    const attempts = {
      'unknown address': { email: 'nobody@example.com', password: PASSWORD },
      'no address at all': { email: 'no address', password: PASSWORD },
      'wrong password': { email, password: 'wrong' },
      'empty password': { email, password: '' },
      'missing password': { email },
      'suspended user, right password': { email: suspended.email, password: PASSWORD },
      'deleted user, right password': { email: deleted.email, password: PASSWORD },
      'user without a password': { email: passwordless.email, password: PASSWORD },
      'user without a password, none given': { email: passwordless.email },
    };
    const reference = await attempt({ email, password: 'also wrong' });
    assertProblem(reference, 401, 'invalid_credentials');
    for (const [reason, body] of Object.entries(attempts)) {
      assert.deepEqual(comparable(await attempt(body)), comparable(reference), reason);
    }
  });

  it('tells that the address is not verified only to those who know the password', async () => {
    const email = 'unverified@example.com';
    await test.request('/v1/users', { body: { email, password: PASSWORD } });
    assertProblem(await attempt({ email, password: 'wrong' }), 401, 'invalid_credentials');
    assertProblem(await attempt({ email, password: PASSWORD }), 403, 'email_not_verified');
    assert.equal(
      await value(
        test,
        `select count(*)::int from sessions s join users u on u.id = s.user_id where email = $1`,
        email,
      ),
      0,
    );
  });

  it('begins a session that the user sees, and whose tokens are not to be cached', async () => {
    const { email } = await createUser(test, { name: 'Ada' });
    const answer = await attempt(
      { email, password: PASSWORD },
      { 'user-agent': 'Lynx', 'x-forwarded-for': '203.0.113.9' },
    );
    assert.equal(answer.status, 201);
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    const { accessToken: token, refreshToken, tokenType, expiresIn, user } = answer.body;
    assert.deepEqual([tokenType, expiresIn, user.email, user.name], ['Bearer', 600, email, 'Ada']);
    assert.match(refreshToken, /^[\w-]{91}$/);
    const { body } = await test.request('/v1/sessions', { token });
    assert.equal(body.data.length, 1);
    const [{ current, ipAddress, userAgent }] = body.data;
    assert.deepEqual({ current, ipAddress, userAgent }, { current: true, ipAddress: '203.0.113.9', userAgent: 'Lynx' });
  });

  it('is over for an account that is suspended while its password is being checked', async () => {
    const { email, id } = await createSignedInUser(test);
    const user = (await administration().find(id))!;
    const [answers] = await Promise.all([
      atOnce(8, () => attempt({ email, password: PASSWORD })),
      administration().suspend(user),
    ]);
    const alive = await value(test, 'select count(*)::int from sessions where user_id = $1 and ended_at is null', id);
    assert.equal(alive, 0, `after ${JSON.stringify(tally(answers))}`);
  });

  it('is judged anew where the password or the address changes after it was checked', async () => {
    const { email, id } = await createUser(test).then(async (user) => ({
      ...user,
      id: await value(test, 'select id from users where email = $1', user.email),
    }));
    /** Makes a change that the sign-in, its password checked, waits for. */
    const signInMeanwhile = async (change: SQL) => {
      let signingIn: ReturnType<typeof attempt>;
      await test.service.db.transaction(async (tx) => {
        await tx.execute(sql`select 1 from users where id = ${id} for update`);
        signingIn = attempt({ email, password: PASSWORD });
        const waiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
        await eventually('the sign-in waits', async () => (await rows(test, waiting)).length > 0);
        await tx.execute(change);
      });
      return signingIn!;
    };
    const moved = await signInMeanwhile(sql`update users set email = 'moved@example.com' where id = ${id}`);
    assert.deepEqual([moved.status, moved.body.user.email], [201, 'moved@example.com']);
    const other = await hash('another password', { memoryCost: 7168, timeCost: 1, parallelism: 1 });
    const refused = await signInMeanwhile(sql`update users set password_hash = ${other} where id = ${id}`);
    assertProblem(refused, 401, 'invalid_credentials');
    assert.equal(await value(test, 'select count(*)::int from sessions where user_id = $1', id), 1);
  });

  describe('with hashes of other parameters than today', () => {
    let today: TestService;
    before(async () => {
      const databaseUrl = test.service.config.databaseUrl;
      today = await startTestService({ databaseUrl, jobs: false, env: { PASSWORD_HASH_ITERATIONS: '2' } });
    });
    after(() => today.close());
    const hashOf = (email: string) => value(test, 'select password_hash from users where email = $1', email);

    it('renews the hash once, with the same password', async () => {
      const { email } = await createUser(test);
      assert.match(await hashOf(email), /^\$argon2id\$v=19\$m=7168,t=1,p=1\$/);
      assertProblem(await attempt({ email, password: 'wrong' }, {}, today), 401, 'invalid_credentials');
      assert.match(await hashOf(email), /t=1,/);
      await signIn(today, email);
      const renewed = await hashOf(email);
      assert.match(renewed, /^\$argon2id\$v=19\$m=7168,t=2,p=1\$/);
      await signIn(today, email);
      assert.equal(await hashOf(email), renewed);
    });

    it('refuses none of ten sign-ins that renew it at the same time', async () => {
      const { email } = await createUser(test);
      assert.deepEqual(tally(await atOnce(10, () => attempt({ email, password: PASSWORD }, {}, today))), { 201: 10 });
    });
  });

  it('mails a notice of each device that brings no token of an earlier sign-in, and the first one is not news', async () => {
    const { email } = await createUser(test);
    const from = async (ip: string, agent: string, deviceToken?: string) => {
      const headers = { 'x-forwarded-for': ip, 'user-agent': agent };
      const { status, body } = await attempt({ email, password: PASSWORD, deviceToken }, headers);
      assert.equal(status, 201);
      return body.deviceToken as string | undefined;
    };
    const notices = () => queuedMails(test, email, 'new-device-sign-in');
    const token = await from('192.0.2.1', 'Firefox');
    assert.match(token!, /^[\w-]{43}$/);
    // After an update, in another network, a known device is the same; it gets no other token.
    assert.equal(await from('203.0.113.80', 'Chrome', token), undefined);
    assert.equal(await notices(), 0);
    // The same network and program are no device: others may have them.
    assert.notEqual(await from('192.0.2.1', 'Firefox'), undefined);
    assert.equal(await notices(), 1);
    await from('203.0.113.81', 'curl/8.1', 'a'.repeat(43));
    const mail = await test.mail(email, /New sign-in/, 2);
    assert.match(mail.text, /203\.0\.113\.81/);
    // A program that keeps no token is mailed once a day, and not each time.
    await from('203.0.113.81', 'curl/8.1');
    assert.equal(await notices(), 2);
  });

  it('gives the token of a device to a browser in a cookie, one for each account that is used there', async () => {
    const people = [await createUser(test), await createUser(test)];
    const jar = new Map<string, string>();
    const signInHere = async ({ email, password }: { email: string; password: string }) => {
      const cookie = [...jar].map((pair) => pair.join('=')).join('; ');
      const answer = await attempt({ email, password, mode: 'cookie' }, { cookie });
      assert.equal(answer.body.deviceToken, undefined);
      for (const line of answer.headers.getSetCookie()) jar.set(...(line.split(/[=;]/, 2) as [string, string]));
    };
    for (const person of [...people, ...people]) await signInHere(person);
    assert.equal([...jar.keys()].filter((name) => name.startsWith('__Host-device_')).length, 2);
    for (const { email } of people) {
      assert.equal(await queuedMails(test, email, 'new-device-sign-in'), 0);
      const text = 'select count(*)::int from devices d join users u on u.id = d.user_id where email = $1';
      assert.equal(await value(test, text, email), 1);
    }
  });

  it('does not take the token of one person for that of another', async () => {
    const [ada, eve] = [await createUser(test), await createUser(test)];
    const ofEve = (await attempt({ email: eve.email, password: PASSWORD })).body.deviceToken;
    await attempt({ email: ada.email, password: PASSWORD });
    const answer = await attempt({ email: ada.email, password: PASSWORD, deviceToken: ofEve });
    assert.notEqual(answer.body.deviceToken, undefined);
    assert.notEqual(answer.body.deviceToken, ofEve);
    assert.equal(await queuedMails(test, ada.email, 'new-device-sign-in'), 1);
  });

  it('leaves no mark of a refused attempt on what counts as known', async () => {
    const { email } = await createUser(test);
    const from = (password: string) =>
      attempt({ email, password }, { 'x-forwarded-for': '203.0.113.99', 'user-agent': 'Thief' });
    await signIn(test, email);
    await from('wrong');
    assert.equal((await from(PASSWORD)).status, 201);
    assert.equal(await queuedMails(test, email, 'new-device-sign-in'), 1);
  });
});

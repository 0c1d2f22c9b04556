import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { codeAt } from '../../../../scripts/demo/one-time-codes.ts';
import { atOnce, auditActions, comparable, queuedMails, tally, value } from '../../../../test/conditions.ts';
import {
  type Answer,
  assertProblem,
  createSignedInUser,
  PASSWORD,
  type SignedInUser,
  startTestService,
  type TestService,
} from '../../../../test/service.ts';
import { MINUTE_MS } from '../../../platform/clock.ts';
import { addTotp, challenged, claimsOf, cookiesOf } from '../testing/authenticator-app.ts';
import {
  type AuthenticatorTraits,
  createPasskey,
  keyPair,
  type Lies,
  type SoftwarePasskey,
} from '../tools/software-authenticator.ts';

describe('passkeys', () => {
  let test: TestService;
  before(async () => {
    test = await startTestService({ schedules: false, env: { ACCESS_TOKEN_MINUTES: '60' } });
  });
  after(() => test.close());

  const optionsFor = async ({ accessToken: token }: SignedInUser) => {
    const { status, body } = await test.request('/v1/passkeys/options', { method: 'POST', token });
    assert.equal(status, 200, JSON.stringify(body));
    return body;
  };
  const add = async (user: SignedInUser, traits?: AuthenticatorTraits, lies?: Lies, name?: string) => {
    const { challenge, options } = await optionsFor(user);
    const passkey = createPasskey(options, traits, lies);
    const body = { challenge, credential: passkey.created, name };
    return { passkey, body, answer: await test.request('/v1/passkeys', { token: user.accessToken, body }) };
  };
  async function withPasskey(traits?: AuthenticatorTraits, lies?: Lies) {
    const user = await createSignedInUser(test);
    const { passkey, answer } = await add(user, traits, lies);
    assert.equal(answer.status, 201, JSON.stringify(answer.body));
    return { user, passkey, id: answer.body.id as string };
  }
  const ask = async (body: object = {}, headers = {}) =>
    (await test.request('/v1/sessions/passkey/options', { body, headers })).body;
  const signIn = (body: object) => test.request('/v1/sessions/passkey', { body });
  async function signInWith(passkey: SoftwarePasskey, lies?: Lies, more = {}): Promise<Answer> {
    const { challenge, options } = await ask();
    return signIn({ challenge, credential: passkey.sign(options, lies), ...more });
  }

  for (const algorithm of ['ES256', 'EdDSA', 'RS256'] as const) {
    it(`sign in without an address, and are both factors if they verify the person: ${algorithm}`, async () => {
      const { user, passkey } = await withPasskey({ algorithm });
      const { status, body } = await signInWith(passkey);
      assert.equal(status, 201, JSON.stringify(body));
      assert.equal(body.user.id, user.id);
      assert.deepEqual(claimsOf(body.accessToken).amr, ['swk', 'mfa']);
      assert.equal((await test.request('/v1/users/me', { token: body.accessToken })).status, 200);
    });
  }

  it('are offered in three algorithms, as discoverable credentials, and not a second time', async () => {
    const { user, passkey } = await withPasskey();
    const { options } = await optionsFor(user);
    assert.deepEqual(
      options.pubKeyCredParams.map(({ alg }: { alg: number }) => alg),
      [-8, -7, -257],
    );
    assert.equal(options.rp.id, 'app.example.com');
    assert.equal(options.authenticatorSelection.residentKey, 'required');
    assert.deepEqual(
      options.excludeCredentials.map(({ id }: { id: string }) => id),
      [passkey.id],
    );
    const request = await ask();
    assert.deepEqual([request.options.rpId, request.options.allowCredentials], ['app.example.com', undefined]);
  });

  it('tell hardware keys from those that are copied to other devices', async () => {
    const { passkey } = await withPasskey({ backupEligible: false });
    assert.deepEqual(claimsOf((await signInWith(passkey)).body.accessToken).amr, ['hwk', 'mfa']);
  });

  it('sign in to cookie mode too, where the browser gets a token of its device', async () => {
    const { passkey } = await withPasskey();
    const answer = await signInWith(passkey, {}, { mode: 'cookie' });
    assert.equal(answer.body.refreshToken, undefined);
    assert.match(cookiesOf(answer), /__Host-refresh_token=[\w-]{91}/);
    assert.match(cookiesOf(answer), /__Host-device_/);
  });

  it('make the account need two factors: the password, and a signature for this very challenge', async () => {
    const { user, passkey } = await withPasskey();
    const { token: challenge, factors } = await challenged(test, user);
    assert.deepEqual(factors, ['passkey']);
    const prove = (credential: object, token = challenge) =>
      test.request('/v1/sessions/second-factor', { body: { challenge: token, credential } });
    const free = await ask();
    assertProblem(await prove(passkey.sign(free.options)), 403, 'second_factor_incorrect');
    const { options } = await ask({ challenge });
    assert.deepEqual(
      options.allowCredentials.map(({ id }: { id: string }) => id),
      [passkey.id],
    );
    const other = await challenged(test, user);
    const signed = passkey.sign(options, { userVerified: false });
    assertProblem(await prove(signed, other.token), 403, 'second_factor_incorrect');
    const { status, body } = await prove(signed);
    assert.equal(status, 201, JSON.stringify(body));
    assert.deepEqual(claimsOf(body.accessToken).amr, ['pwd', 'swk', 'mfa']);
    assertProblem(
      await test.request('/v1/sessions/passkey/options', { body: { challenge } }),
      401,
      'invalid_challenge',
    );
  });

  it('without verification of the person are one factor, which does not become two by repeating it', async () => {
    const { user, passkey } = await withPasskey();
    const secret = await addTotp(test, user);
    const first = await signInWith(passkey, { userVerified: false });
    assertProblem(first, 403, 'second_factor_required');
    const { token: challenge, factors } = first.body.challenge;
    assert.deepEqual(factors, ['totp']);
    const { options } = await ask({ challenge });
    const credential = passkey.sign(options, { userVerified: false });
    const again = await test.request('/v1/sessions/second-factor', { body: { challenge, credential } });
    assertProblem(again, 403, 'second_factor_incorrect');
    const totp = codeAt(secret, test.clock.now(), 1);
    const { body } = await test.request('/v1/sessions/second-factor', { body: { challenge, totp } });
    assert.deepEqual(claimsOf(body.accessToken).amr, ['swk', 'otp', 'mfa']);
  });

  it('are refused at a sign-in when a single thing about the signature is wrong, with one answer for all', async () => {
    const { user, passkey } = await withPasskey();
    const stranger = await withPasskey();
    const reference = await test.request('/v1/sessions', { body: { email: user.email, password: 'wrong' } });
    const lies: Record<string, Lies> = {
      'another origin': { origin: 'https://app.example.com.evil.test' },
      'another domain': { rpId: 'evil.test' },
      'another challenge': { challenge: Buffer.alloc(32).toString('base64url') },
      'the type of a registration': { type: 'webauthn.create' },
      'a frame of another site': { crossOrigin: true, topOrigin: 'https://evil.test' },
      'a frame of a site that is not named': { crossOrigin: true },
      'a top origin without a frame': { topOrigin: 'https://app.example.com' },
      'nobody present': { userPresent: false, userVerified: false },
      'another key': { key: keyPair('ES256').privateKey },
      'another eligibility for backup': { backupEligible: false },
      'the id of another passkey': { id: stranger.passkey.id },
      'its id with padding': { id: `${passkey.id}=` },
      'the account of another person': {
        userHandle: Buffer.from(stranger.user.id.replaceAll('-', ''), 'hex').toString('base64url'),
      },
      'no account at all': { userHandle: 'AAAA' },
    };
    for (const [name, lie] of Object.entries(lies)) {
      const answer = await signInWith(passkey, lie);
      assert.deepEqual(comparable(answer), comparable(reference), name);
    }
    assert.equal((await signInWith(passkey)).status, 201, 'the honest one');
  });

  it('are refused at their making for the same reasons', async () => {
    const user = await createSignedInUser(test);
    const lies: Lies[] = [
      { origin: 'https://evil.test' },
      { rpId: 'evil.test' },
      { challenge: 'AAAA' },
      { type: 'webauthn.get' },
      { crossOrigin: true, topOrigin: 'https://evil.test' },
      { crossOrigin: true },
      { userPresent: false, userVerified: false },
      { id: Buffer.alloc(20).toString('base64url') },
    ];
    for (const lie of lies) {
      assertProblem((await add(user, {}, lie)).answer, 400, 'passkey_refused');
    }
    const { challenge, options } = await optionsFor(user);
    const other = await createSignedInUser(test);
    const body = { challenge, credential: createPasskey(options).created };
    const stolen = await test.request('/v1/passkeys', { token: other.accessToken, body });
    assertProblem(stolen, 401, 'invalid_challenge');
    assert.equal(
      await value(test, 'select count(*)::int from passkeys where user_id = any($1)', [user.id, other.id]),
      0,
    );
  });

  it('sign once: neither a used challenge nor an old one is taken, also from many at once', async () => {
    const { passkey } = await withPasskey();
    const { challenge, options } = await ask();
    const credential = passkey.sign(options);
    const answers = await atOnce(12, () => signIn({ challenge, credential }));
    assert.deepEqual(tally(answers), { 201: 1, 401: 11 });
    const late = await ask();
    const signed = passkey.sign(late.options);
    test.clock.advance(10 * MINUTE_MS);
    assertProblem(await signIn({ challenge: late.challenge, credential: signed }), 401, 'invalid_challenge');
    assertProblem(await signIn({ challenge: 'x', credential: signed }), 401, 'invalid_challenge');
  });

  it('that count are refused when the counter falls back, and their owner is told', async () => {
    const { user, passkey, id } = await withPasskey({ counts: true, backupEligible: false });
    assert.equal((await signInWith(passkey, { counter: 7 })).status, 201);
    for (const counter of [7, 3, 0]) assertProblem(await signInWith(passkey, { counter }), 401, 'invalid_credentials');
    assert.equal(await value(test, 'select counter::int from passkeys where id = $1', id), 7);
    assert.equal(await queuedMails(test, user.email, 'passkey-refused'), 1, 'once a day');
    assert.equal((await auditActions(test, user.id)).at(-1), 'passkey.counter_fell_back');
    // A signature of nobody must not frighten the owner, nor change the counter.
    const { privateKey: key } = keyPair('ES256');
    const events = (await auditActions(test, user.id)).length;
    await signInWith(passkey, { counter: 1, key });
    await signInWith(passkey, { counter: 99, key });
    assert.equal((await auditActions(test, user.id)).length, events);
    assert.equal((await signInWith(passkey, { counter: 8 })).status, 201);
  });

  it('of a suspended user are refused like one that is not known', async () => {
    const { user, passkey } = await withPasskey();
    const { administration } = test.service.accounts;
    await administration.suspend((await administration.find(user.id))!);
    assertProblem(await signInWith(passkey), 401, 'invalid_credentials');
  });

  it('are a recent proof, once, and only of their own account', async () => {
    const { user, passkey } = await withPasskey();
    const eve = await withPasskey();
    const { accessToken: token } = user;
    test.clock.advance(11 * MINUTE_MS);
    const refused = await test.request('/v1/passkeys/options', { method: 'POST', token });
    assertProblem(refused, 403, 'recent_sign_in_required');
    assert.deepEqual(refused.body.proofs, ['passkey']);
    const confirm = (by: string, body: object) => test.request('/v1/sessions/current/confirm', { token: by, body });
    const { challenge, options } = await ask();
    const credential = passkey.sign(options);
    assertProblem(await confirm(eve.user.accessToken, { challenge, credential }), 403, 'second_factor_incorrect');
    assertProblem(await confirm(token, { credential }), 401, 'invalid_challenge');
    assert.equal((await confirm(token, { challenge, credential })).status, 200);
    assertProblem(await confirm(token, { challenge, credential }), 403, 'second_factor_incorrect');
    assert.equal((await test.request('/v1/passkeys/options', { method: 'POST', token })).status, 200);
  });

  it('are listed, named and removed by their owner alone', async () => {
    const { user, passkey, id } = await withPasskey();
    const eve = await createSignedInUser(test);
    const own = (method: string, by: SignedInUser, body?: object) =>
      test.request(`/v1/passkeys/${id}`, { method, token: by.accessToken, ...(body && { body }) });
    assertProblem(await own('PATCH', eve, { name: 'mine' }), 404, 'not_found');
    assertProblem(await own('DELETE', eve), 404, 'not_found');
    assert.equal((await own('PATCH', user, { name: 'Laptop' })).body.name, 'Laptop');
    await signInWith(passkey);
    const { data } = (await test.request('/v1/passkeys', { token: user.accessToken })).body;
    assert.deepEqual(
      data.map(({ name, backedUp }: { name: string; backedUp: boolean }) => [name, backedUp]),
      [['Laptop', true]],
    );
    assert.deepEqual([data[0].transports, data[0].lastUsedAt !== null], [['internal', 'hybrid'], true]);
    assert.equal((await own('DELETE', user)).status, 204);
    assertProblem(await signInWith(passkey), 401, 'invalid_credentials');
    const { email, password } = user;
    assert.equal((await test.request('/v1/sessions', { body: { email, password } })).status, 201, 'one factor again');
    const actions = (await auditActions(test, user.id)).filter((action) => action.startsWith('passkey.'));
    assert.deepEqual(actions, ['passkey.added', 'passkey.renamed', 'passkey.removed']);
    for (const template of ['passkey-added', 'passkey-removed'])
      assert.equal(await queuedMails(test, email, template), 1);
  });

  it('are not removed where they are the last way in', async () => {
    const { user, id, passkey } = await withPasskey();
    await test.service.db.$client.query('update users set password_hash = null where id = $1', [user.id]);
    await test.service.db.$client.query(`insert into changes (kind, key) values ('*', '')`);
    const remove = (which: string) =>
      test.request(`/v1/passkeys/${which}`, { method: 'DELETE', token: user.accessToken });
    assertProblem(await remove(id), 409, 'last_way_in');
    assert.equal((await signInWith(passkey)).status, 201);
    assert.equal((await add(user)).answer.status, 201);
    assert.equal((await remove(id)).status, 204);
  });

  it('are kept once each, and 20 per account', async () => {
    const { user, passkey } = await withPasskey();
    const repeated = await add(user);
    assert.equal(repeated.answer.status, 201);
    const again = await test.request('/v1/passkeys', { token: user.accessToken, body: repeated.body });
    assertProblem(again, 409, 'passkey_exists');
    for (let index = 2; index < 20; index++) assert.equal((await add(user)).answer.status, 201);
    assertProblem((await add(user)).answer, 409, 'too_many_passkeys');
    assert.equal((await signInWith(passkey)).status, 201);
  });

  describe('in frames and on other domains', () => {
    let lenient: TestService;
    before(async () => {
      const { databaseUrl } = test.service.config;
      const env = {
        PASSKEY_TOP_ORIGINS: 'https://partner.example',
        PASSKEY_RELATED_ORIGINS: 'https://app.example.org',
        ACCESS_TOKEN_MINUTES: '60',
      };
      lenient = await startTestService({ databaseUrl, jobs: false, clock: test.clock, env });
    });
    after(() => lenient.close());

    it('work where settings name them, and /.well-known/webauthn says so', async () => {
      const { passkey } = await withPasskey();
      const attempt = async (lies: Lies, on: TestService) => {
        const { challenge, options } = (await on.request('/v1/sessions/passkey/options', { body: {} })).body;
        return (
          await on.request('/v1/sessions/passkey', { body: { challenge, credential: passkey.sign(options, lies) } })
        ).status;
      };
      const framed = { crossOrigin: true, topOrigin: 'https://partner.example' };
      assert.deepEqual([await attempt(framed, test), await attempt(framed, lenient)], [401, 201]);
      assert.equal(await attempt({ crossOrigin: true, topOrigin: 'https://evil.test' }, lenient), 401);
      const related = { origin: 'https://app.example.org' };
      assert.deepEqual([await attempt(related, test), await attempt(related, lenient)], [401, 201]);
      assert.deepEqual((await lenient.request('/.well-known/webauthn')).body, { origins: ['https://app.example.org'] });
      assertProblem(await test.request('/.well-known/webauthn'), 404, 'not_found');
    });
  });

  it('let a person without another second factor in again by a recovery code', async () => {
    const { user, passkey } = await withPasskey();
    const { accessToken: token } = user;
    const { codes } = (await test.request('/v1/users/me/recovery-codes', { method: 'POST', token })).body;
    const first = await signInWith(passkey, { userVerified: false });
    assertProblem(first, 403, 'second_factor_required');
    assert.deepEqual(first.body.challenge.factors, ['recovery_code']);
    const { token: challenge } = await challenged(test, { ...user, password: PASSWORD });
    const answer = await test.request('/v1/sessions/second-factor', { body: { challenge, recoveryCode: codes[0] } });
    assert.equal(answer.status, 201);
    assert.equal(await queuedMails(test, user.email, 'recovery-code-used'), 1);
  });
});

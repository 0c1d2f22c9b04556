import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { atOnce, auditActions, queuedMails, rows, tally, value } from '../../../../test/conditions.ts';
import { assertProblem, createSignedInUser, createUser, PASSWORD, type TestService } from '../../../../test/service.ts';
import { MINUTE_MS, SECOND_MS } from '../../../platform/clock.ts';
import { makeLocalKey } from './local-provider.ts';
import { Browser, type ProviderScene, persons, startWithProvider } from './testing/scene.ts';

const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString());
let others = 0;

describe('a sign-in with an identity provider', () => {
  let scene: ProviderScene;
  let test: TestService;
  before(async () => {
    scene = await startWithProvider();
    test = scene.test;
  });
  after(() => scene.close());

  /** Somebody whom no test has used. */
  function somebody(domain = 'works.example'): { sub: string; name: string; email: string; email_verified: boolean } {
    const sub = `person-${++others}`;
    const person = { sub, name: 'Some Body', email: `${sub}@${domain}`, email_verified: true };
    persons.push(person);
    return person;
  }

  it('registers a person whose address the provider vouches for, and finds the account by the identity later', async () => {
    const { sub, email } = somebody();
    const { code, returnTo, provider } = await new Browser().prove(test, sub, { returnTo: '/a?b=c' });
    assert.deepEqual([returnTo, provider], ['/a?b=c', 'local']);
    assert.ok(code);
    const browser = new Browser();
    const proven = await browser.prove(test, sub);
    const first = await browser.redeem(test, proven.code);
    assert.equal(first.status, 201, JSON.stringify(first.body));
    assert.deepEqual([first.body.user.email, first.body.user.name], [email, 'Some Body']);
    assert.deepEqual(claimsOf(first.body.accessToken).amr, ['fed']);
    assert.equal((await test.request('/v1/users/me', { token: first.body.accessToken })).status, 200);
    const organizations = await test.request('/v1/organizations', { token: first.body.accessToken });
    assert.equal(organizations.body.data.length, 1, 'as for everybody who is verified');
    // The address at the provider changes hands, or is another one now: the identity stays.
    Object.assign(persons.find((each) => each.sub === sub)!, { email: 'moved@works.example' });
    const again = await browser.redeem(test, (await browser.prove(test, sub)).code);
    assert.equal(again.body.user.id, first.body.user.id);
    assert.equal(again.body.user.email, email);
    assert.deepEqual((await auditActions(test, first.body.user.id)).slice(0, 4), [
      'user.registered',
      'user.email_verified',
      'identity.linked',
      'session.created',
    ]);
  });

  it('keeps the refresh token in the cookie in cookie mode, as it was started', async () => {
    const browser = new Browser();
    const { code } = await browser.prove(test, somebody().sub, { mode: 'cookie' });
    const { status, body, headers } = await browser.redeem(test, code);
    assert.deepEqual([status, body.refreshToken], [201, undefined]);
    assert.match(headers.getSetCookie().join(), /__Host-refresh_token=/);
  });

  it('never takes over an account with the same address: the person signs in the old way once, and both are linked', async () => {
    const { sub, email } = somebody();
    const owner = await createUser(test, { email });
    const browser = new Browser();
    const { code } = await browser.prove(test, sub);
    assertProblem(await browser.redeem(test, code), 409, 'identity_not_linked');
    assert.equal(await value(test, 'select count(*)::int from identities where subject = $1', sub), 0);
    test.clock.advance(5 * MINUTE_MS);
    const signedIn = await browser.call(test, '/v1/sessions', { body: owner });
    const token = signedIn.body.accessToken;
    const linked = await browser.call(test, '/v1/users/me/identities', { token, body: { code } });
    assert.deepEqual([linked.status, linked.body.provider, linked.body.address], [200, 'local', email]);
    assert.equal(await queuedMails(test, email, 'identity-linked'), 1);
    const after = await browser.redeem(test, (await browser.prove(test, sub)).code);
    assert.equal(after.body.user.id, signedIn.body.user.id);
  });

  it('replaces a registration that a stranger has made with the address, password and all', async () => {
    const { sub, email } = somebody();
    const attack = { email, password: PASSWORD, name: 'Mallory' };
    assert.equal((await test.request('/v1/users', { body: attack })).status, 202);
    const { token } = await test.mail(email, /confirm/i);
    const browser = new Browser();
    const signedIn = await browser.redeem(test, (await browser.prove(test, sub)).code);
    assert.deepEqual([signedIn.status, signedIn.body.user.name], [201, 'Some Body']);
    const { password } = attack;
    assertProblem(await test.request('/v1/sessions', { body: { email, password } }), 401, 'invalid_credentials');
    assertProblem(await test.request('/v1/email-verifications/confirm', { body: { token } }), 400, 'invalid_token');
  });

  it('registers nobody without an address, with one that is not verified, or with one that the provider does not vouch for', async () => {
    for (const sub of ['nobody', 'unverified', 'elsewhere']) {
      const browser = new Browser();
      const { code } = await browser.prove(test, sub);
      assertProblem(await browser.redeem(test, code), 422, 'provider_address_unverified');
      assert.equal(await value(test, `select count(*)::int from users where name = any('{Nobody,Linus,Eve}')`), 0);
      const user = await createSignedInUser(test);
      const linked = await browser.call(test, '/v1/users/me/identities', { token: user.accessToken, body: { code } });
      assert.equal(linked.status, 200, 'and is linked to an account that was registered the usual way');
    }
  });

  it('does not tell whether an address that nobody vouches for has an account', async () => {
    await createUser(test, { email: 'eve2@elsewhere.example' });
    persons.push({ sub: 'eve2', name: 'Eve', email: 'eve2@elsewhere.example', email_verified: true });
    const browser = new Browser();
    const { code } = await browser.prove(test, 'eve2');
    assertProblem(await browser.redeem(test, code), 422, 'provider_address_unverified');
  });

  it('belongs to the browser that began: neither the answer nor the code is good in another one', async () => {
    const [ours, theirs] = [new Browser(), new Browser()];
    const { sub } = somebody();
    const answer = await ours.choose(await ours.start(test), sub);
    await theirs.start(test);
    assert.deepEqual(await theirs.comeBack(test, answer), { error: 'provider_sign_in_expired', provider: 'local' });
    assert.deepEqual(await new Browser().comeBack(test, answer), {
      error: 'provider_sign_in_expired',
      provider: 'local',
    });
    const { code } = await ours.comeBack(test, answer);
    assert.ok(code, 'the owner has lost nothing by it');
    assertProblem(await theirs.redeem(test, code), 400, 'provider_sign_in_expired');
    assertProblem(await new Browser().redeem(test, code), 400, 'provider_sign_in_expired');
    const stranger = await createSignedInUser(test);
    const stolen = await theirs.call(test, '/v1/users/me/identities', { token: stranger.accessToken, body: { code } });
    assertProblem(stolen, 400, 'provider_sign_in_expired');
    assert.equal((await ours.redeem(test, code)).status, 201);
  });

  it('works in two tabs of one browser at the same time, each with its own state', async () => {
    const browser = new Browser();
    const [one, two] = [somebody(), somebody()];
    const first = await browser.start(test, { returnTo: '/one' });
    const second = await browser.start(test, { returnTo: '/two' });
    const answers = [await browser.choose(second, two.sub), await new Browser().choose(first, one.sub)];
    const results = [await browser.comeBack(test, answers[0]!), await browser.comeBack(test, answers[1]!)];
    assert.deepEqual(
      results.map(({ returnTo }) => returnTo),
      ['/two', '/one'],
    );
    const users = await Promise.all(results.map(({ code }) => browser.redeem(test, code)));
    assert.deepEqual(
      users.map(({ body }) => body.user.email),
      [two.email, one.email],
    );
  });

  it('takes the state of one sign-in for no other: with a mixed one the provider refuses the proof key', async () => {
    const browser = new Browser();
    const first = await browser.start(test);
    const second = await browser.start(test);
    const answer = await new Browser().choose(first, 'ada');
    const mixed = new URLSearchParams(answer);
    mixed.set('state', new URL(second).searchParams.get('state')!);
    assert.equal((await browser.comeBack(test, mixed)).error, 'provider_answer_invalid');
  });

  it('is finished once, by whichever of 50 parallel callbacks comes first, and so is its code', async () => {
    const browser = new Browser();
    const answer = await browser.choose(await browser.start(test), somebody().sub);
    const results = await atOnce(50, () => browser.comeBack(test, answer));
    const codes = results.flatMap(({ code }) => code ?? []);
    assert.equal(codes.length, 1);
    assert.equal(results.filter(({ error }) => error === 'provider_sign_in_expired').length, 49);
    const answers = await atOnce(20, () => browser.redeem(test, codes[0]));
    assert.deepEqual(tally(answers), { 201: 1, 400: 19 });
  });

  it('makes one account of the first sign-ins of one person that run at the same time', async () => {
    const { sub } = somebody();
    const browsers = Array.from({ length: 8 }, () => new Browser());
    const codes = await Promise.all(browsers.map((browser) => browser.prove(test, sub)));
    const answers = await Promise.all(browsers.map((browser, nth) => browser.redeem(test, codes[nth]!.code)));
    assert.deepEqual(tally(answers), { 201: 8 });
    assert.equal(new Set(answers.map(({ body }) => body.user.id)).size, 1);
  });

  it('expires after ten minutes at the provider, and its code after 60 seconds', async () => {
    const browser = new Browser();
    const slow = await browser.choose(await browser.start(test), 'ada');
    test.clock.advance(10 * MINUTE_MS + SECOND_MS);
    assert.equal((await browser.comeBack(test, slow)).error, 'provider_sign_in_expired');
    const { code } = await browser.prove(test, 'ada');
    test.clock.advance(60 * SECOND_MS + 1);
    assertProblem(await browser.redeem(test, code), 400, 'provider_sign_in_expired');
  });

  it('ends with a name for what the person has decided at the provider', async () => {
    assert.equal((await new Browser().prove(test, '')).error, 'provider_access_denied');
  });

  it('refuses an answer that names another issuer (RFC 9207), or none', async () => {
    const browser = new Browser();
    for (const iss of ['https://attacker.example', undefined]) {
      const answer = await browser.choose(await browser.start(test), 'ada');
      if (iss) answer.set('iss', iss);
      else answer.delete('iss');
      assert.equal((await browser.comeBack(test, answer)).error, 'provider_answer_invalid', String(iss));
    }
  });

  it('takes an answer that is posted as a form', async () => {
    const browser = new Browser();
    const answer = await browser.choose(await browser.start(test), somebody().sub);
    const posted = await browser.fetch(`${test.url}/v1/sessions/provider/local/callback`, {
      method: 'POST',
      body: answer,
    });
    assert.equal(posted.status, 303);
    const code = new URL(posted.headers.get('location')!).searchParams.get('code')!;
    assert.equal((await browser.redeem(test, code)).status, 201);
  });

  it('is refused for an account that is suspended', async () => {
    const browser = new Browser();
    const { sub } = somebody();
    const { body } = await browser.redeem(test, (await browser.prove(test, sub)).code);
    await rows(test, 'update users set suspended_at = now() where id = $1', body.user.id);
    const { code } = await browser.prove(test, sub);
    assertProblem(await browser.redeem(test, code), 401, 'invalid_credentials');
  });

  it('leads to a path of the frontend only', async () => {
    for (const returnTo of [
      'https://attacker.example',
      '//attacker.example',
      '/\\attacker.example',
      'x',
      '/a b',
      '/\n',
    ]) {
      const started = await new Browser().call(test, '/v1/sessions/provider/local/start', { body: { returnTo } });
      assertProblem(started, 400, 'validation_failed');
    }
    assertProblem(await new Browser().call(test, '/v1/sessions/provider/nobody/start', { body: {} }), 404, 'not_found');
  });

  it('survives that the provider changes its keys', async () => {
    const browser = new Browser();
    assert.ok((await browser.prove(test, 'ada')).code);
    await scene.changeKeys([makeLocalKey('second')]);
    assert.ok((await browser.prove(test, 'ada')).code, 'the first one with a key that is not known');
  });

  it('refuses an answer that has expired by a clock that is off by more than the bound', async () => {
    // Id tokens of the provider live for an hour by the real time, which the provider has.
    const offsetMs = test.clock.now().getTime() - Date.now();
    test.clock.advance(60 * MINUTE_MS + 30 * SECOND_MS - offsetMs);
    assert.ok((await new Browser().prove(test, 'ada')).code, 'within the bound');
    test.clock.advance(40 * SECOND_MS);
    assert.equal((await new Browser().prove(test, 'ada')).error, 'provider_answer_invalid');
  });

  it('shows each provider with its label', async () => {
    const { body, headers } = await test.request('/v1/identity-providers');
    assert.deepEqual(body, { data: [{ name: 'local', label: 'local' }] });
    assert.equal(headers.get('cache-control'), 'public, max-age=300');
  });
});

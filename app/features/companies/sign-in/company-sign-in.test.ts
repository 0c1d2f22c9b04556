import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { atOnce, queuedMails, tally, value } from '../../../../test/conditions.ts';
import {
  assertProblem,
  createSignedInUser,
  PASSWORD,
  startTestService,
  type TestService,
} from '../../../../test/service.ts';
import { type LocalPerson, type LocalProvider, startLocalProvider } from '../../accounts/providers/local-provider.ts';
import { Browser } from '../../accounts/providers/testing/scene.ts';
import { createScene, type Scene } from '../../organizations/testing/scene.ts';
import { startZone, verified, type Zone } from '../testing/zone.ts';

const CLIENT = { clientId: 'plinth', clientSecret: 'a client secret of tests, long enough' };
const persons: LocalPerson[] = [];
let names = 0;

interface Company extends Scene {
  readonly domain: string;
  /** The name of its provider. */
  readonly name: string;
  readonly provider: LocalProvider;
}

describe('company sign-in', () => {
  let zone: Zone;
  let test: TestService;
  let second: TestService;
  const providers: LocalProvider[] = [];
  before(async () => {
    zone = await startZone();
    test = await startTestService({ schedules: false, env: zone.env });
    const { databaseUrl } = test.service.config;
    second = await startTestService({ jobs: false, databaseUrl, clock: test.clock, env: zone.env });
  });
  after(async () => {
    await second.close();
    await test.close();
    for (const provider of providers) await provider.close();
    await zone.close();
  });

  function person(company: Pick<Company, 'domain'>, more: Partial<LocalPerson> = {}): LocalPerson {
    const sub = `p${++names}`;
    const one = { sub, name: 'Some Body', email: `${sub}@${company.domain}`, ...more };
    persons.push(one);
    return one;
  }
  const put = (scene: Scene, fields: object) =>
    scene.as(scene.owner, '/identity-provider', {
      method: 'PUT',
      body: { clientId: CLIENT.clientId, defaultRole: 'member', enforced: false, ...fields },
    });

  /** With a verified domain and a provider that nobody has tested. */
  async function connected(): Promise<Company> {
    const scene = await createScene(test);
    const domain = `company-${++names}.example`;
    await verified(zone, scene, domain);
    const name = `company-${scene.id}`;
    const redirectUri = `https://api.example.com/v1/sessions/provider/${name}/callback`;
    const provider = await startLocalProvider({ port: 0, ...CLIENT, redirectUri, people: persons });
    providers.push(provider);
    const stored = await put(scene, { issuer: provider.url, clientSecret: CLIENT.clientSecret });
    assert.equal(stored.status, 200, JSON.stringify(stored.body));
    assert.deepEqual([stored.body.provider, stored.body.redirectUri, stored.body.testedAt], [name, redirectUri, null]);
    assert.equal(stored.body.clientSecret, undefined);
    return { ...scene, domain, name, provider };
  }
  async function runTest({ as, owner, name }: Company, who: string): Promise<Record<string, string>> {
    const browser = new Browser();
    const started = await browser.call(test, `/v1/organizations/${name.slice(8)}/identity-provider/test`, {
      token: owner.accessToken,
      body: {},
    });
    assert.equal(started.status, 200, JSON.stringify(started.body));
    const back = await browser.comeBack(test, await browser.choose(started.body.url, who), name);
    assert.equal((await as(owner, '/identity-provider')).status, 200);
    return back;
  }
  async function enforced(): Promise<Company> {
    const company = await connected();
    assert.equal((await runTest(company, person(company).sub)).test, 'passed');
    const stored = await put(company, { issuer: company.provider.url, enforced: true });
    assert.equal(stored.status, 200, JSON.stringify(stored.body));
    return company;
  }
  async function enter({ name }: Company, who: string, browser = new Browser(), service = test) {
    const { code } = await prove(name, who, browser);
    return browser.call(service, '/v1/sessions/provider', { body: { code } });
  }
  const prove = async (name: string, who: string, browser: Browser) =>
    browser.comeBack(test, await browser.choose(await browser.start(test, {}, name), who), name);

  it('counts only after a test run, which begins no session', async () => {
    const company = await connected();
    const start = () => new Browser().call(test, `/v1/sessions/provider/${company.name}/start`, { body: {} });
    assertProblem(await start(), 404, 'not_found');
    const untested = await put(company, { issuer: company.provider.url, enforced: true });
    assertProblem(untested, 409, 'identity_provider_untested');
    assert.ok((await runTest(company, '')).error, 'a person who cancels has tested nothing');
    assertProblem(await start(), 404, 'not_found');
    const before = await value(test, 'select count(*)::int from users');
    assert.deepEqual((await runTest(company, person(company).sub)).test, 'passed');
    assert.equal(await value(test, 'select count(*)::int from users'), before);
    assert.equal((await start()).status, 200);
    const changed = await put(company, { issuer: company.provider.url, clientId: 'another' });
    assert.equal(changed.body.testedAt, null, 'another client needs another test run');
    assertProblem(await start(), 404, 'not_found');
    assert.ok((await queuedMails(test, company.owner.email, 'company-sign-in-changed')) >= 2);
    for (const issuer of ['http://login.example.com', 'https://login.example.com:8443', 'nonsense'])
      assertProblem(await put(company, { issuer, clientSecret: 'x' }), 422, 'invalid_issuer');
  });

  it('registers people of the domain, who join with the default role, and knows them afterwards', async () => {
    const company = await enforced();
    const ada = person(company);
    const first = await enter(company, ada.sub);
    assert.equal(first.status, 201, JSON.stringify(first.body));
    assert.equal(first.body.user.email, ada.email);
    assert.equal((await company.roles())[first.body.user.id], 'member');
    const again = await enter(company, ada.sub);
    assert.equal(again.body.user.id, first.body.user.id);
  });

  it('is the only way in for addresses of the domain, whether or not they have an account', async () => {
    const company = await enforced();
    const known = (await enter(company, person(company).sub)).body.user.email;
    for (const email of [known, `nobody@${company.domain}`, `NOBODY@${company.domain.toUpperCase()}`]) {
      const answer = await test.request('/v1/sessions', { body: { email, password: PASSWORD } });
      assertProblem(answer, 403, 'company_sign_in_required');
      assert.equal(answer.body.provider, company.name);
    }
    const stranger = await createSignedInUser(test);
    const { status } = await test.request('/v1/sessions', { body: { email: stranger.email, password: PASSWORD } });
    assert.equal(status, 201, 'others sign in as before');
    assert.equal((await company.as(company.owner, '/identity-provider', { method: 'DELETE' })).status, 204);
    const answer = await test.request('/v1/sessions', { body: { email: known, password: PASSWORD } });
    assertProblem(answer, 401, 'invalid_credentials');
  });

  it('believes the provider about addresses of the verified domains alone', async () => {
    const company = await enforced();
    const other = await connected();
    const victim = await createSignedInUser(test);
    for (const more of [
      { email: victim.email },
      { email: `ada@${other.domain}` },
      { email: `ada@sub.${company.domain}` },
      { email: undefined },
      { email_verified: false },
    ] as Partial<LocalPerson>[]) {
      const answer = await enter(company, person(company, more).sub);
      assertProblem(answer, 422, 'provider_address_unverified');
    }
    assert.equal(await value(test, 'select count(*)::int from identities where user_id = $1', victim.id), 0);
  });

  it('takes over an account with the address, and not for another person to whom the address went', async () => {
    const company = await connected();
    const ada = person(company);
    await runTest(company, ada.sub);
    const account = await createSignedInUser(test, { email: ada.email! });
    const first = await enter(company, ada.sub);
    assert.equal(first.status, 201, JSON.stringify(first.body));
    assert.equal(first.body.user.id, account.id);
    assert.equal(await queuedMails(test, ada.email!, 'identity-linked'), 1);
    const successor = person(company, { email: ada.email! });
    assertProblem(await enter(company, successor.sub), 409, 'identity_not_linked');
  });

  it('does not decide about an account whose address is no longer of the domain', async () => {
    const company = await enforced();
    const ada = person(company);
    const { body } = await enter(company, ada.sub);
    await test.service.db.$client.query('update users set email = $2 where id = $1', [
      body.user.id,
      'ada@home.example',
    ]);
    await test.service.db.$client.query(`insert into changes (kind, key) values ('*', '')`);
    assertProblem(await enter(company, ada.sub), 422, 'provider_address_unverified');
  });

  it('redeems a code once, in its own browser, and mixes up no two providers', async () => {
    const [company, other] = [await enforced(), await enforced()];
    const browser = new Browser();
    const address = await browser.start(test, {}, company.name);
    const answer = await browser.choose(address, person(company).sub);
    const mixed = await browser.comeBack(test, answer, other.name);
    assert.equal(mixed.error, 'provider_sign_in_expired', 'an answer for one is none for another');
    const { code } = await prove(company.name, person(company).sub, browser);
    const elsewhere = await new Browser().call(test, '/v1/sessions/provider', { body: { code } });
    assertProblem(elsewhere, 400, 'provider_sign_in_expired');
    const answers = await atOnce(10, () => browser.call(test, '/v1/sessions/provider', { body: { code } }));
    assert.deepEqual(tally(answers), { 201: 1, 400: 9 });
  });

  it('makes one account and one membership of 50 parallel first sign-ins over two processes', async () => {
    const company = await enforced();
    const ada = person(company);
    const browsers = Array.from({ length: 50 }, () => new Browser());
    const codes: string[] = [];
    for (const browser of browsers) codes.push((await prove(company.name, ada.sub, browser)).code!);
    const answers = await atOnce(50, async (nth) => {
      const browser = browsers[nth]!;
      const service = nth % 2 ? test : second;
      browser.cookies.set(new URL(service.url).host, browser.cookies.get(new URL(test.url).host)!);
      for (;;) {
        const answer = await browser.call(service, '/v1/sessions/provider', { body: { code: codes[nth] } });
        // All wait for one organization, which has a share of the connections.
        if (answer.status !== 503) return answer;
      }
    });
    assert.deepEqual(tally(answers), { 201: 50 });
    assert.equal(new Set(answers.map(({ body }) => body.user.id)).size, 1);
    const { id } = answers[0]!.body.user;
    assert.equal(
      await value(
        test,
        'select count(*)::int from memberships where organization_id = $1 and user_id = $2',
        company.id,
        id,
      ),
      1,
    );
    const joined = `select count(*)::int from audit_events where owner_id = $1 and action = 'member.joined'`;
    assert.equal(await value(test, joined, company.id), 1);
  });
});

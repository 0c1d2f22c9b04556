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
import type { LocalPerson } from '../../accounts/providers/local-provider.ts';
import { Browser } from '../../accounts/providers/testing/scene.ts';
import { type CompanyScenes, createCompanyScenes } from '../testing/company.ts';
import { startZone, type Zone } from '../testing/zone.ts';

describe('company sign-in', () => {
  let zone: Zone;
  let test: TestService;
  let second: TestService;
  let scenes: CompanyScenes;
  before(async () => {
    zone = await startZone();
    test = await startTestService({ schedules: false, env: zone.env });
    const { databaseUrl } = test.service.config;
    second = await startTestService({ jobs: false, databaseUrl, clock: test.clock, env: zone.env });
    scenes = createCompanyScenes(test, zone);
  });
  after(async () => {
    await second.close();
    await test.close();
    await scenes.close();
    await zone.close();
  });

  it('counts only after a test run, which begins no session', async () => {
    const company = await scenes.connected();
    const start = () => new Browser().call(test, `/v1/sessions/provider/${company.name}/start`, { body: {} });
    assertProblem(await start(), 404, 'not_found');
    const untested = await scenes.put(company, { issuer: company.provider.url, enforced: true });
    assertProblem(untested, 409, 'identity_provider_untested');
    assert.ok((await scenes.runTest(company, '')).error, 'a person who cancels has tested nothing');
    assertProblem(await start(), 404, 'not_found');
    const before = await value(test, 'select count(*)::int from users');
    assert.deepEqual((await scenes.runTest(company, scenes.person(company).sub)).test, 'passed');
    assert.equal(await value(test, 'select count(*)::int from users'), before);
    assert.equal((await start()).status, 200);
    const changed = await scenes.put(company, { issuer: company.provider.url, clientId: 'another' });
    assert.equal(changed.body.testedAt, null, 'another client needs another test run');
    assertProblem(await start(), 404, 'not_found');
    assert.ok((await queuedMails(test, company.owner.email, 'company-sign-in-changed')) >= 2);
    for (const issuer of ['http://login.example.com', 'https://login.example.com:8443', 'nonsense'])
      assertProblem(await scenes.put(company, { issuer, clientSecret: 'x' }), 422, 'invalid_issuer');
  });

  it('registers people of the domain, who join with the default role, and knows them afterwards', async () => {
    const company = await scenes.enforced();
    const ada = scenes.person(company);
    const first = await scenes.enter(company, ada.sub);
    assert.equal(first.status, 201, JSON.stringify(first.body));
    assert.equal(first.body.user.email, ada.email);
    assert.equal((await company.roles())[first.body.user.id], 'member');
    const again = await scenes.enter(company, ada.sub);
    assert.equal(again.body.user.id, first.body.user.id);
  });

  it('is the only way in for addresses of the domain, whether or not they have an account', async () => {
    const company = await scenes.enforced();
    const known = (await scenes.enter(company, scenes.person(company).sub)).body.user.email;
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
    const company = await scenes.enforced();
    const other = await scenes.connected();
    const victim = await createSignedInUser(test);
    for (const more of [
      { email: victim.email },
      { email: `ada@${other.domain}` },
      { email: `ada@sub.${company.domain}` },
      { email: undefined },
      { email_verified: false },
    ] as Partial<LocalPerson>[]) {
      const answer = await scenes.enter(company, scenes.person(company, more).sub);
      assertProblem(answer, 422, 'provider_address_unverified');
    }
    assert.equal(await value(test, 'select count(*)::int from identities where user_id = $1', victim.id), 0);
  });

  it('takes over an account with the address, and not for another person to whom the address went', async () => {
    const company = await scenes.connected();
    const ada = scenes.person(company);
    await scenes.runTest(company, ada.sub);
    const account = await createSignedInUser(test, { email: ada.email! });
    const first = await scenes.enter(company, ada.sub);
    assert.equal(first.status, 201, JSON.stringify(first.body));
    assert.equal(first.body.user.id, account.id);
    assert.equal(await queuedMails(test, ada.email!, 'identity-linked'), 1);
    const successor = scenes.person(company, { email: ada.email! });
    assertProblem(await scenes.enter(company, successor.sub), 409, 'identity_not_linked');
  });

  it('does not decide about an account whose address is no longer of the domain', async () => {
    const company = await scenes.enforced();
    const ada = scenes.person(company);
    const { body } = await scenes.enter(company, ada.sub);
    await test.service.db.$client.query('update users set email = $2 where id = $1', [
      body.user.id,
      'ada@home.example',
    ]);
    await test.service.db.$client.query(`insert into changes (kind, key) values ('*', '')`);
    assertProblem(await scenes.enter(company, ada.sub), 422, 'provider_address_unverified');
  });

  it('redeems a code once, in its own browser, and mixes up no two providers', async () => {
    const [company, other] = [await scenes.enforced(), await scenes.enforced()];
    const browser = new Browser();
    const address = await browser.start(test, {}, company.name);
    const answer = await browser.choose(address, scenes.person(company).sub);
    const mixed = await browser.comeBack(test, answer, other.name);
    assert.equal(mixed.error, 'provider_sign_in_expired', 'an answer for one is none for another');
    const { code } = await scenes.prove(company.name, scenes.person(company).sub, browser);
    const elsewhere = await new Browser().call(test, '/v1/sessions/provider', { body: { code } });
    assertProblem(elsewhere, 400, 'provider_sign_in_expired');
    const answers = await atOnce(10, () => browser.call(test, '/v1/sessions/provider', { body: { code } }));
    assert.deepEqual(tally(answers), { 201: 1, 400: 9 });
  });

  it('makes one account and one membership of 50 parallel first sign-ins over two processes', async () => {
    const company = await scenes.enforced();
    const ada = scenes.person(company);
    const browsers = Array.from({ length: 50 }, () => new Browser());
    const codes: string[] = [];
    for (const browser of browsers) codes.push((await scenes.prove(company.name, ada.sub, browser)).code!);
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

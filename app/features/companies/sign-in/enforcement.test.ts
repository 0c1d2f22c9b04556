/** Every other way in, for addresses whose organization enforces its provider. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { codeAt } from '../../../../scripts/demo/one-time-codes.ts';
import { queuedMails, value } from '../../../../test/conditions.ts';
import {
  assertProblem,
  createSignedInUser,
  PASSWORD,
  type SignedInUser,
  startTestService,
  type TestService,
} from '../../../../test/service.ts';
import { SECOND_MS } from '../../../platform/clock.ts';
import type { LocalProvider } from '../../accounts/providers/local-provider.ts';
import { Browser, persons, providerOf, settingsOf } from '../../accounts/providers/testing/scene.ts';
import { addTotp, challenged, claimsOf, cookiesOf } from '../../accounts/testing/authenticator-app.ts';
import { createPasskey, type SoftwarePasskey } from '../../accounts/tools/software-authenticator.ts';
import { PATCH } from '../../organizations/testing/scene.ts';
import { type Company, type CompanyScenes, createCompanyScenes } from '../testing/company.ts';
import { startZone, type Zone } from '../testing/zone.ts';

describe('an enforced provider', () => {
  let zone: Zone;
  let other: LocalProvider;
  let test: TestService;
  let scenes: CompanyScenes;
  /** People of the other provider. */
  const people = [...persons];
  before(async () => {
    zone = await startZone();
    other = await providerOf('local', { people });
    const settings = settingsOf({ local: other.url });
    test = await startTestService({ schedules: false, env: { ...zone.env, ...settings, EMAIL_LINK_SIGN_IN: 'true' } });
    scenes = createCompanyScenes(test, zone);
  });
  after(async () => {
    await test.close();
    await scenes.close();
    await other.close();
    await zone.close();
  });

  const password = ({ email }: Pick<SignedInUser, 'email'>, given = PASSWORD) =>
    test.request('/v1/sessions', { body: { email, password: given } });
  const answer = (body: object, cookie = '') =>
    test.request('/v1/sessions/second-factor', { body, headers: { cookie } });
  const sessionsOf = ({ id }: Pick<SignedInUser, 'id'>) =>
    value(test, 'select count(*)::int from sessions where user_id = $1 and ended_at is null', id);
  /** A person with an address of the domain who has a password, from before it was enforced. */
  const employee = (company: Company) => createSignedInUser(test, { email: scenes.person(company).email! });
  async function addPasskey({ accessToken: token }: SignedInUser): Promise<SoftwarePasskey> {
    const { body } = await test.request('/v1/passkeys/options', { method: 'POST', token });
    const passkey = createPasskey(body.options);
    const given = { challenge: body.challenge, credential: passkey.created };
    const added = await test.request('/v1/passkeys', { token, body: given });
    assert.equal(added.status, 201, JSON.stringify(added.body));
    return passkey;
  }
  async function passkeySignIn(passkey: SoftwarePasskey) {
    const { challenge, options } = (await test.request('/v1/sessions/passkey/options', { body: {} })).body;
    return test.request('/v1/sessions/passkey', { body: { challenge, credential: passkey.sign(options) } });
  }
  /** Gives the owner of a company an address of its domain. */
  async function ownerOfDomain(company: Company): Promise<SignedInUser> {
    const owner = await employee(company);
    await company.add('owner', owner);
    return owner;
  }

  it('takes nothing from what a network may try when it leads people to their provider', async () => {
    const company = await scenes.enforced();
    const uses = () =>
      value(test, `select coalesce(sum(points), 0)::int from rate_limits where key like 'sign_in_network%'`);
    const before = await uses();
    const body = { email: scenes.person(company).email, password: 'whatever it is' };
    for (let nth = 0; nth < 3; nth++)
      assertProblem(await test.request('/v1/sessions', { body }), 403, 'company_sign_in_required');
    assert.equal(await uses(), before);
  });

  it('refuses the answer to a challenge of before, and takes one that it has led to itself', async () => {
    const company = await scenes.tested();
    const member = await employee(company);
    const secret = await addTotp(test, member);
    test.clock.advance(31 * SECOND_MS);
    const { token: challenge, cookie } = await challenged(test, { ...member, mode: 'cookie' });
    await scenes.enforce(company);
    const before = await sessionsOf(member);
    const refused = await answer({ challenge, totp: codeAt(secret, test.clock.now()) }, cookie);
    assertProblem(refused, 403, 'company_sign_in_required');
    assert.equal(refused.body.provider, company.name);
    assert.equal(await sessionsOf(member), before);

    const entered = await scenes.enter(company, member.email.split('@')[0]!);
    assertProblem(entered, 403, 'second_factor_required');
    const body = { challenge: entered.body.challenge.token, totp: codeAt(secret, test.clock.now()) };
    const completed = await answer(body, cookiesOf(entered));
    assert.equal(completed.status, 201, JSON.stringify(completed.body));
    assert.deepEqual(claimsOf(completed.body.accessToken).amr, ['fed', 'otp', 'mfa']);
  });

  it('refuses the answer to a challenge that another provider has led to', async () => {
    const company = await scenes.tested();
    const member = await employee(company);
    const secret = await addTotp(test, member);
    const browser = new Browser();
    await linkOther(member, browser);
    test.clock.advance(31 * SECOND_MS);
    const challenge = await browser.redeem(test, (await browser.prove(test, member.id)).code);
    assertProblem(challenge, 403, 'second_factor_required');
    await scenes.enforce(company);
    const body = { challenge: challenge.body.challenge.token, totp: codeAt(secret, test.clock.now()) };
    assertProblem(await answer(body, cookiesOf(challenge)), 403, 'company_sign_in_required');
  });

  /** Links an identity of the other provider, whose subject is the id of the account. */
  async function linkOther(member: SignedInUser, browser: Browser): Promise<void> {
    people.push({ sub: member.id, name: 'Some Body', email: member.email, email_verified: true });
    const { code } = await browser.prove(test, member.id);
    const linked = await browser.call(test, '/v1/users/me/identities', { token: member.accessToken, body: { code } });
    assert.ok(linked.status < 300, JSON.stringify(linked.body));
  }

  it('leaves the passkey of an owner as the way in when it is gone, alone or after a password', async () => {
    const company = await scenes.tested();
    const owner = await ownerOfDomain(company);
    const passkey = await addPasskey(owner);
    await scenes.enforce(company);
    await company.provider.close();
    assertProblem(await password(owner), 403, 'company_sign_in_required');
    const opened = await passkeySignIn(passkey);
    assert.equal(opened.status, 201, JSON.stringify(opened.body));
    const token = opened.body.accessToken;
    const removed = await test.request(`${company.path}/identity-provider`, { method: 'DELETE', token });
    assert.equal(removed.status, 204, 'the owner can remove what locks everybody out');
    assertProblem(await password(owner), 403, 'second_factor_required');
  });

  it('lets the passkey of an owner answer a challenge of before', async () => {
    const company = await scenes.tested();
    const owner = await ownerOfDomain(company);
    const passkey = await addPasskey(owner);
    const { token: signInChallenge } = await challenged(test, owner);
    await scenes.enforce(company);
    const asked = await test.request('/v1/sessions/passkey/options', { body: { challenge: signInChallenge } });
    assert.equal(asked.status, 200, JSON.stringify(asked.body));
    const credential = passkey.sign(asked.body.options);
    assert.equal((await answer({ challenge: signInChallenge, credential })).status, 201);
  });

  it('refuses the passkeys of members, and of an owner who is none any more', async () => {
    const company = await scenes.tested();
    const [member, owner] = [await employee(company), await ownerOfDomain(company)];
    await company.add('admin', member);
    const [ofMember, ofOwner] = [await addPasskey(member), await addPasskey(owner)];
    await scenes.enforce(company);
    const refused = await passkeySignIn(ofMember);
    assertProblem(refused, 403, 'company_sign_in_required');
    assert.equal(refused.body.provider, company.name);
    assert.equal((await passkeySignIn(ofOwner)).status, 201);
    assert.equal((await company.as(company.owner, `/members/${owner.id}`, PATCH({ role: 'admin' }))).status, 200);
    assertProblem(await passkeySignIn(ofOwner), 403, 'company_sign_in_required');
  });

  it('refuses the passkey of an owner of another organization', async () => {
    const [company, elsewhere] = [await scenes.tested(), await scenes.tested()];
    const stranger = await employee(company);
    await elsewhere.add('owner', stranger);
    const passkey = await addPasskey(stranger);
    await scenes.enforce(company);
    assertProblem(await passkeySignIn(passkey), 403, 'company_sign_in_required');
  });

  it('refuses links and codes by email, those of before included', async () => {
    const company = await scenes.tested();
    const member = await employee(company);
    const link = async (nth: number) => {
      const asked = await test.request('/v1/email-links', { body: { email: member.email } });
      assert.equal(asked.status, 202);
      const mail = await test.mail(member.email, /^Sign in to/, nth);
      return { token: mail.token, code: /\b\d{6}\b/.exec(mail.text)![0], cookie: cookiesOf(asked) };
    };
    const early = await link(1);
    await scenes.enforce(company);
    const enter = (body: object, cookie: string) =>
      test.request('/v1/sessions/email-link', { body, headers: { cookie } });
    assertProblem(await enter({ token: early.token }, early.cookie), 403, 'company_sign_in_required');
    const late = await link(2);
    assertProblem(await enter({ email: member.email, code: late.code }, ''), 403, 'company_sign_in_required');
    const latest = await link(3);
    assertProblem(await enter({ token: latest.token }, latest.cookie), 403, 'company_sign_in_required');
    assert.equal(await sessionsOf(member), 1, 'the one of before');
  });

  it('refuses other providers, that are linked already', async () => {
    const company = await scenes.tested();
    const member = await employee(company);
    const browser = new Browser();
    await linkOther(member, browser);
    assert.equal((await browser.redeem(test, (await browser.prove(test, member.id)).code)).status, 201);
    await scenes.enforce(company);
    const refused = await browser.redeem(test, (await browser.prove(test, member.id)).code);
    assertProblem(refused, 403, 'company_sign_in_required');
    assert.equal(refused.body.provider, company.name);
  });

  it('refuses a password that was reset a moment ago', async () => {
    const company = await scenes.enforced();
    const { body } = await scenes.enter(company, scenes.person(company).sub);
    const { email } = body.user;
    assert.equal((await test.request('/v1/password-resets', { body: { email } })).status, 202);
    const { token } = await test.mail(email, /password/i);
    const given = { token, password: 'a new password of tests' };
    const reset = await test.request('/v1/password-resets/confirm', { body: given });
    assert.equal(reset.status, 204, JSON.stringify(reset.body));
    assertProblem(await password({ email }, given.password), 403, 'company_sign_in_required');
    assert.equal(await queuedMails(test, email, 'identity-linked'), 0);
    assert.equal((await scenes.enter(company, email.split('@')[0])).status, 201);
  });
});

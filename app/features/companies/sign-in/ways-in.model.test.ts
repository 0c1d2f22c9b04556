/**
 * Ways into an account of a company against a model: random walks in which the company enforces its provider, changes its policy, loses its domain,
 * removes and invites the person, and the person adds and removes factors and leaves. After each step, every way in gets the answer that the
 * model predicts. So nobody is locked out of an account that they can prove, and nobody acts in the organization with less proof than its policy wants.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { codeAt } from '../../../../scripts/demo/one-time-codes.ts';
import { liftRateLimits } from '../../../../test/conditions.ts';
import { type Answer, createSignedInUser, PASSWORD, type TestService } from '../../../../test/service.ts';
import { SECOND_MS } from '../../../platform/clock.ts';
import { addTotp, claimsOf } from '../../accounts/testing/authenticator-app.ts';
import { createPasskey, type SoftwarePasskey } from '../../accounts/tools/software-authenticator.ts';
import type { Role } from '../../organizations/organizations.ts';
import { DELETE } from '../../organizations/testing/scene.ts';
import { type Company, type CompanyScenes, createCompanyScenes } from '../testing/company.ts';
import { startWithZone, type Zone } from '../testing/zone.ts';

const WALKS = Number(process.env.WALKS ?? 2);

const actions = [
  ...['enforce', 'stop enforcing', 'accept factors', 'refuse factors', 'require factors', 'require nothing'],
  ...['lose the domain', 'verify the domain', 'remove', 'leave', 'invite as member', 'invite as owner'],
  ...['add totp', 'remove totp', 'add passkey', 'remove passkey'],
] as const;
type Action = (typeof actions)[number];

const ways = ['password', 'passkey', 'provider', 'provider with a factor'] as const;
type Way = (typeof ways)[number];
/** The proof that follows, where one is asked for. */
type Second = 'totp' | 'passkey' | undefined;

/** What the model knows of the person of a walk. */
interface Person {
  readonly email: string;
  /** The person as the provider knows them. */
  readonly known: { sub: string; amr?: readonly string[] };
  id: string;
  totp: string | undefined;
  passkey: { key: SoftwarePasskey; id: string } | undefined;
  role: Role | undefined;
  /** Somebody else has taken the membership. */
  isRemoved: boolean;
}

/** And of the company. */
interface State {
  enforced: boolean;
  accepts: boolean;
  requires: boolean;
  governs: boolean;
}

describe('the ways into an account of a company', () => {
  let zone: Zone;
  let test: TestService;
  let scenes: CompanyScenes;
  let company: Company;
  let ownerSecret: string;
  let ownerToken: string;
  const state: State = { enforced: false, accepts: false, requires: false, governs: true };
  const met = new Set<string>();
  before(async () => {
    const env = { ACCESS_TOKEN_MINUTES: '60', RECENT_SIGN_IN_MINUTES: '1440' };
    ({ test, zone } = await startWithZone({ schedules: false, env }));
    await liftRateLimits(test);
    scenes = createCompanyScenes(test, zone);
    company = await scenes.tested();
    ownerSecret = await addTotp(test, company.owner);
  });
  after(async () => {
    await test.close();
    await scenes.close();
    await zone.close();
  });

  const nextCode = (secret: string) => {
    // No code is a repetition of the last one.
    test.clock.advance(31 * SECOND_MS);
    return codeAt(secret, test.clock.now());
  };
  const ok = (answer: Answer, ...expected: number[]) => {
    assert.ok(expected.includes(answer.status), JSON.stringify(answer.body));
    return answer.body;
  };
  const asOwner = (path: string, call?: object) =>
    test.request(`${company.path}${path}`, { ...call, token: ownerToken });

  async function complete(answer: Answer, person: Pick<Person, 'totp' | 'passkey'>, second: Second): Promise<Answer> {
    if (answer.body.code !== 'second_factor_required' || !second) return answer;
    const cookie = answer.headers
      .getSetCookie()
      .map((line) => line.split(';')[0]!)
      .join('; ');
    const { token: challenge } = answer.body.challenge;
    if (second === 'totp') {
      const body = { challenge, totp: nextCode(person.totp!) };
      return test.request('/v1/sessions/second-factor', { body, headers: { cookie } });
    }
    const asked = { body: { challenge }, headers: { cookie } };
    const { options } = ok(await test.request('/v1/sessions/passkey/options', asked), 200);
    const body = { challenge, credential: person.passkey!.key.sign(options) };
    return test.request('/v1/sessions/second-factor', { body, headers: { cookie } });
  }

  async function attempt(person: Person, way: Way, second: Second): Promise<Answer> {
    if (way === 'password')
      return complete(
        await test.request('/v1/sessions', { body: { email: person.email, password: PASSWORD } }),
        person,
        second,
      );
    if (way === 'passkey') {
      const { challenge, options } = (await test.request('/v1/sessions/passkey/options', { body: {} })).body;
      return test.request('/v1/sessions/passkey', {
        body: { challenge, credential: person.passkey!.key.sign(options) },
      });
    }
    person.known.amr = way === 'provider' ? ['pwd'] : ['pwd', 'mfa'];
    const answer = await scenes.enter(company, person.known.sub);
    // By the first proof, which is the company's own.
    if (state.governs && !person.isRemoved) person.role ??= 'member';
    return complete(answer, person, second);
  }

  /** @returns the methods that a session has proven, or the code of the refusal */
  function predict({ totp, passkey, role }: Person, way: Way, second: Second): string[] | string {
    const needsTwo = totp !== undefined || passkey !== undefined;
    const isClosed = state.enforced && state.governs;
    if (way === 'passkey') return isClosed && role !== 'owner' ? 'company_sign_in_required' : ['swk', 'mfa'];
    if (way === 'password' && isClosed) return 'company_sign_in_required';
    if (way !== 'password' && !state.governs) return 'provider_address_unverified';
    const first = way === 'password' ? 'pwd' : 'fed';
    if (needsTwo) return second ? [first, second === 'totp' ? 'otp' : 'swk', 'mfa'] : 'second_factor_required';
    return way === 'provider with a factor' && state.accepts ? [first, 'mfa'] : [first];
  }

  /** Tries one way. @returns the access token, if it leads in */
  async function judge(person: Person, way: Way, second: Second): Promise<string | undefined> {
    const predicted = predict(person, way, second);
    const answer = await attempt(person, way, second);
    const said = `${way}, ${second ?? 'nothing else'} where ${JSON.stringify({ ...state, ...person, passkey: !!person.passkey })}`;
    met.add(`${way}: ${typeof predicted === 'string' ? predicted : 'in'}`);
    if (typeof predicted === 'string') {
      assert.equal(answer.body.code, predicted, said);
      return undefined;
    }
    assert.equal(answer.status, 201, `${said}: ${JSON.stringify(answer.body)}`);
    const { accessToken: token } = answer.body;
    const { amr } = claimsOf(token);
    // The software authenticator may be of hardware.
    assert.deepEqual(
      amr.map((method) => (method === 'hwk' ? 'swk' : method)),
      predicted,
      said,
    );
    const { status, body } = await test.request(company.path, { token });
    const isEnough = !state.requires || predicted.includes('mfa');
    const expected = person.role === undefined ? 'not_found' : isEnough ? 'in' : 'organization_second_factor_required';
    met.add(`organization: ${expected}`);
    assert.equal(status === 200 ? 'in' : body.code, expected, said);
    return token;
  }

  const waysOf = (person: Person): [Way, Second][] =>
    ways.flatMap((way): [Way, Second][] => {
      if (way === 'passkey') return person.passkey ? [[way, undefined]] : [];
      const seconds: Second[] = [
        undefined,
        ...(person.totp ? (['totp'] as const) : []),
        ...(person.passkey ? (['passkey'] as const) : []),
      ];
      return seconds.map((second) => [way, second]);
    });

  async function judgeAll(person: Person): Promise<void> {
    for (const [way, second] of waysOf(person)) await judge(person, way, second);
  }

  /** The strongest way in that there is. */
  async function enter(person: Person): Promise<string> {
    const open = waysOf(person).filter(([way, second]) => typeof predict(person, way, second) !== 'string');
    const isStrong = ([way, second]: [Way, Second]) => predict(person, way, second).includes('mfa');
    const way = open.find(isStrong) ?? open[0];
    assert.ok(way, `the person is locked out: ${JSON.stringify({ ...state, ...person })}`);
    return (await judge(person, ...way))!;
  }

  const put = async (fields: Partial<Pick<State, 'enforced' | 'accepts'>>) => {
    Object.assign(state, fields);
    const { enforced, accepts: acceptsSecondFactor } = state;
    const body = {
      issuer: company.provider.url,
      clientId: 'plinth',
      defaultRole: 'member',
      enforced,
      acceptsSecondFactor,
    };
    ok(await asOwner('/identity-provider', { method: 'PUT', body }), 200);
  };
  const setPolicy = async (requires: boolean) => {
    state.requires = requires;
    const body = { requireSecondFactor: requires, sessionMinutes: null, inviters: 'permitted' };
    ok(await asOwner('/policy', { method: 'PUT', body }), 200);
  };
  const invite = async (person: Person, role: Role) => {
    if (person.role) return;
    const accessToken = await enter(person);
    // Signing in may have made the person a member.
    if (person.role) return;
    const earlier = test.mails.filter(({ to, subject }) => to === person.email && /invites you/.test(subject)).length;
    ok(await asOwner('/invitations', { body: { email: person.email, role } }), 201);
    const { token } = await test.mail(person.email, /invites you/, earlier + 1);
    ok(await test.request('/v1/invitations/accept', { token: accessToken, body: { token } }), 200);
    Object.assign(person, { role, isRemoved: false });
  };

  const acts: Record<Action, (person: Person) => Promise<void>> = {
    enforce: () => put({ enforced: true }),
    'stop enforcing': () => put({ enforced: false }),
    'accept factors': () => put({ accepts: true }),
    'refuse factors': () => put({ accepts: false }),
    'require factors': () => setPolicy(true),
    'require nothing': () => setPolicy(false),
    async 'lose the domain'() {
      await test.service.companies.domains.release(company.domain);
      state.governs = false;
    },
    async 'verify the domain'() {
      const [claim] = ok(await asOwner('/domains'), 200).data;
      ok(await asOwner(`/domains/${claim.id}/verify`, { method: 'POST' }), 200);
      state.governs = true;
    },
    async remove(person) {
      if (!person.role) return;
      ok(await asOwner(`/members/${person.id}`, DELETE), 204);
      Object.assign(person, { role: undefined, isRemoved: true });
    },
    async leave(person) {
      if (!person.role) return;
      const token = await enter(person);
      const { status, body } = await test.request(`${company.path}/members/${person.id}`, { ...DELETE, token });
      if (status === 403) return assert.equal(body.code, 'organization_second_factor_required');
      assert.equal(status, 204, JSON.stringify(body));
      person.role = undefined;
    },
    'invite as member': (person) => invite(person, 'member'),
    'invite as owner': (person) => invite(person, 'owner'),
    async 'add totp'(person) {
      person.totp = await addTotp(test, { accessToken: await enter(person) });
    },
    async 'remove totp'(person) {
      if (!person.totp) return;
      ok(await test.request('/v1/users/me/totp', { method: 'DELETE', token: await enter(person) }), 204);
      person.totp = undefined;
    },
    async 'add passkey'(person) {
      if (person.passkey) return;
      const token = await enter(person);
      const { options, challenge } = ok(await test.request('/v1/passkeys/options', { method: 'POST', token }), 200);
      const key = createPasskey(options);
      const { id } = ok(
        await test.request('/v1/passkeys', { token, body: { challenge, credential: key.created } }),
        201,
      );
      person.passkey = { key, id };
    },
    async 'remove passkey'(person) {
      if (!person.passkey) return;
      const path = `/v1/passkeys/${person.passkey.id}`;
      ok(await test.request(path, { method: 'DELETE', token: await enter(person) }), 204);
      person.passkey = undefined;
    },
  };

  async function walk(steps: readonly Action[]): Promise<void> {
    const { email, password } = company.owner;
    const begun = await test.request('/v1/sessions', { body: { email, password } });
    ownerToken = ok(await complete(begun, { totp: ownerSecret, passkey: undefined }, 'totp'), 201).accessToken;
    if (!state.governs) await acts['verify the domain'](undefined as never);
    await put({ enforced: false, accepts: false });
    await setPolicy(false);
    const known = scenes.person(company);
    const { email: address, id } = await createSignedInUser(test, { email: known.email! });
    const person: Person = {
      ...{ email: address, known: known as Person['known'], id, role: undefined, isRemoved: false },
      ...{ totp: undefined, passkey: undefined },
    };
    for (const step of steps) {
      await acts[step](person);
      await judgeAll(person);
    }
  }

  const timeout = 120_000 + WALKS * 30_000;
  it('are open to who has enough proof, and to nobody with less, whatever the company and the person change', {
    timeout,
  }, async () => {
    // Written down, so that every run meets them.
    await walk(['require factors', 'enforce', 'accept factors', 'add totp', 'remove', 'invite as owner']);
    await walk(['add passkey', 'enforce', 'lose the domain', 'verify the domain', 'leave', 'remove passkey']);
    await fc.assert(fc.asyncProperty(fc.array(fc.constantFrom(...actions), { minLength: 4, maxLength: 8 }), walk), {
      numRuns: WALKS,
    });
    const outcomes = [
      ...['password: in', 'password: company_sign_in_required', 'password: second_factor_required'],
      ...['passkey: in', 'passkey: company_sign_in_required', 'provider: in', 'provider: second_factor_required'],
      ...['provider: provider_address_unverified', 'provider with a factor: in', 'organization: in'],
      ...['organization: not_found', 'organization: organization_second_factor_required'],
    ];
    assert.deepEqual(
      outcomes.filter((outcome) => !met.has(outcome)),
      [],
      'every outcome is met',
    );
  });
});

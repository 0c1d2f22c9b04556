/** What counts of before the provider of a company was enforced, and of what the provider has asked for. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { codeAt } from '../../../../scripts/demo/one-time-codes.ts';
import { eventually, value } from '../../../../test/conditions.ts';
import { assertProblem, createSignedInUser, type SignedInUser, type TestService } from '../../../../test/service.ts';
import { SECOND_MS } from '../../../platform/clock.ts';
import { addTotp, claimsOf, cookiesOf } from '../../accounts/testing/authenticator-app.ts';
import { type Company, type CompanyScenes, createCompanyScenes } from '../testing/company.ts';
import { startWithZone, verified, type Zone } from '../testing/zone.ts';

describe('the provider of a company', () => {
  let zone: Zone;
  let test: TestService;
  let scenes: CompanyScenes;
  before(async () => {
    ({ test, zone } = await startWithZone({ schedules: false }));
    scenes = createCompanyScenes(test, zone);
  });
  after(async () => {
    await test.close();
    await scenes.close();
    await zone.close();
  });

  const statusOf = async ({ accessToken: token }: Pick<SignedInUser, 'accessToken'>) =>
    (await test.request('/v1/users/me', { token })).status;
  const isOut = (person: Pick<SignedInUser, 'accessToken'>) =>
    eventually('the session ends', async () => (await statusOf(person)) === 401);
  const employee = async (company: Pick<Company, 'domain' | 'add'>) =>
    company.add('member', await createSignedInUser(test, { email: scenes.person(company).email! }));

  describe('once it is the only way in', () => {
    it('ends the sessions of its members that began before, and those of nobody else', async () => {
      const company = await scenes.tested();
      const [member, guest] = [await employee(company), await company.add('member')];
      const outsider = await createSignedInUser(test, { email: scenes.person(company).email! });
      test.clock.advance(SECOND_MS);
      await scenes.enforce(company);
      await isOut(member);
      const { accessToken: after } = (await scenes.enter(company, member.email.split('@')[0]!)).body;
      assert.equal(await statusOf({ accessToken: after }), 200);
      assert.equal(await statusOf(company.owner), 200, 'who enforces it can undo it');
      assert.equal(await statusOf(guest), 200, 'the address is of another domain');
      assert.equal(await statusOf(outsider), 200, 'no member');
      const reasons = `select string_agg(distinct ended_reason, ',') from sessions where user_id = $1 and ended_at is not null`;
      assert.equal(await value(test, reasons, member.id), 'company_sign_in');
    });

    it('ends those of a domain that is verified later', async () => {
      const company = await scenes.enforced();
      const domain = `later-${company.domain}`;
      const member = await employee({ ...company, domain });
      test.clock.advance(SECOND_MS);
      assert.equal(await statusOf(member), 200);
      await verified(zone, company, domain);
      await isOut(member);
    });

    it('ends none when it is changed otherwise, or nobody has to use it', async () => {
      const company = await scenes.enforced();
      const { sub } = scenes.person(company);
      const { body } = await scenes.enter(company, sub);
      test.clock.advance(SECOND_MS);
      const fields = { issuer: company.provider.url, enforced: true, defaultRole: 'admin' };
      assert.equal((await scenes.put(company, fields)).status, 200);
      const jobs = `select count(*)::int from pgboss.job where name = 'companies.end-sessions' and data->>'organizationId' = $1`;
      // One with the domain, one as it was enforced.
      assert.equal(await value(test, jobs, company.id), 2);
      assert.equal(await statusOf(body), 200);
    });
  });

  describe('that has asked for a second factor', () => {
    const requireFactor = async (company: Company, owner: SignedInUser) => {
      const policy = { requireSecondFactor: true, sessionMinutes: null, inviters: 'permitted' };
      const { status, body } = await company.as(owner, '/policy', { method: 'PUT', body: policy });
      assert.equal(status, 200, JSON.stringify(body));
    };
    /** An organization whose policy wants a second factor. @param accepts that of the provider */
    async function strict(accepts: boolean): Promise<Company> {
      const company = await scenes.enforced();
      const fields = { issuer: company.provider.url, enforced: true, acceptsSecondFactor: accepts };
      const stored = await scenes.put(company, fields);
      assert.equal(stored.body.acceptsSecondFactor, accepts, JSON.stringify(stored.body));
      const owner = await company.add('owner');
      const secret = await addTotp(test, owner);
      test.clock.advance(31 * SECOND_MS);
      const code = codeAt(secret, test.clock.now());
      const confirmed = await test.request('/v1/sessions/current/confirm', {
        token: owner.accessToken,
        body: { totp: code },
      });
      assert.equal(confirmed.status, 200, JSON.stringify(confirmed.body));
      await requireFactor(company, { ...owner, accessToken: confirmed.body.accessToken });
      return company;
    }
    const enterAs = async (company: Company, amr?: string[]) => {
      const { sub } = scenes.person(company, amr ? { amr } : {});
      const { status, body } = await scenes.enter(company, sub);
      assert.equal(status, 201, JSON.stringify(body));
      return { sub, accessToken: body.accessToken as string, id: body.user.id as string };
    };
    const open = ({ path }: Company, { accessToken: token }: { accessToken: string }) => test.request(path, { token });

    it('has proven it where the organization says so, and the provider says that it did', async () => {
      const company = await strict(true);
      const proven = await enterAs(company, ['pwd', 'mfa']);
      assert.deepEqual(claimsOf(proven.accessToken).amr, ['fed', 'mfa']);
      assert.equal((await open(company, proven)).status, 200);
      for (const amr of [undefined, ['pwd'], ['otp']]) {
        const other = await enterAs(company, amr);
        assert.deepEqual(claimsOf(other.accessToken).amr, ['fed']);
        assertProblem(await open(company, other), 403, 'organization_second_factor_required');
      }
    });

    it('has proven nothing where the organization does not say so', async () => {
      const company = await strict(false);
      const person = await enterAs(company, ['pwd', 'mfa']);
      assert.deepEqual(claimsOf(person.accessToken).amr, ['fed']);
      assertProblem(await open(company, person), 403, 'organization_second_factor_required');
    });

    it('does not stand in for the factor that an account has itself', async () => {
      const company = await strict(true);
      const person = await enterAs(company, ['mfa']);
      const secret = await addTotp(test, person);
      test.clock.advance(31 * SECOND_MS);
      const challenge = await scenes.enter(company, person.sub);
      assertProblem(challenge, 403, 'second_factor_required');
      const body = { challenge: challenge.body.challenge.token, totp: codeAt(secret, test.clock.now()) };
      const completed = await test.request('/v1/sessions/second-factor', {
        body,
        headers: { cookie: cookiesOf(challenge) },
      });
      assert.equal(completed.status, 201, JSON.stringify(completed.body));
      assert.deepEqual(claimsOf(completed.body.accessToken).amr, ['fed', 'otp', 'mfa']);
    });
  });
});

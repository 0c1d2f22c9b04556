/** Signing in with the provider of an organization, by people who are no members of it any more. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { value } from '../../../../test/conditions.ts';
import { assertProblem, createSignedInUser, type SignedInUser, type TestService } from '../../../../test/service.ts';
import { DELETE } from '../../organizations/testing/scene.ts';
import { type Company, type CompanyScenes, createCompanyScenes } from '../testing/company.ts';
import { startWithZone, type Zone } from '../testing/zone.ts';

describe('a person whose membership has ended', () => {
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

  const roleOf = async (company: Company, id: string) => (await company.roles())[id];
  /** Somebody who has signed in with the provider. */
  async function member(company: Company) {
    const { sub, email } = scenes.person(company);
    const signIn = async () => {
      const { status, body } = await scenes.enter(company, sub);
      assert.equal(status, 201, JSON.stringify(body));
      return { id: body.user.id, email: email!, accessToken: body.accessToken } as SignedInUser;
    };
    const person = await signIn();
    assert.equal(await roleOf(company, person.id), 'member');
    return { person, signIn };
  }

  it('joins again with the default role after leaving, once however often they sign in', async () => {
    const company = await scenes.enforced();
    const { person, signIn } = await member(company);
    assert.equal((await company.as(person, `/members/${person.id}`, DELETE)).status, 204);
    assert.equal(await roleOf(company, person.id), undefined);
    const [again] = await Promise.all([signIn(), signIn(), signIn()]);
    assert.equal(again.id, person.id);
    assert.equal(await roleOf(company, person.id), 'member');
    const joined = `select count(*)::int from audit_events where owner_id = $1 and action = 'member.joined'
      and details->>'role' = 'member' and target_id = $2`;
    assert.equal(await value(test, joined, company.id, person.id), 2);
  });

  it('stays outside after being removed, signs in all the same, and comes back by an invitation', async () => {
    const company = await scenes.enforced();
    const { person, signIn } = await member(company);
    assert.equal((await company.as(company.owner, `/members/${person.id}`, DELETE)).status, 204);
    const again = await signIn();
    assert.equal(await roleOf(company, person.id), undefined);
    assert.equal((await test.request('/v1/users/me', { token: again.accessToken })).status, 200);
    assert.equal((await test.request(company.path, { token: again.accessToken })).status, 404);
    const exported = await test.request('/v1/users/me/export', { token: again.accessToken });
    assert.equal(exported.body.removals[0].organizationId, company.id);

    await company.add('admin', again);
    assert.equal((await company.as(again, `/members/${person.id}`, DELETE)).status, 204);
    await signIn();
    assert.equal(await roleOf(company, person.id), 'member', 'the removal ended with the invitation');
  });

  it('stays outside after being removed as a member by invitation, before the first sign-in with the provider', async () => {
    const company = await scenes.tested();
    const { sub, email } = scenes.person(company);
    const person = await company.add('admin', await createSignedInUser(test, { email: email! }));
    assert.equal((await company.as(company.owner, `/members/${person.id}`, DELETE)).status, 204);
    assert.equal((await scenes.enter(company, sub)).body.user.id, person.id);
    assert.equal(await roleOf(company, person.id), undefined);
  });

  it('is not let in by a removal elsewhere, nor kept out by one', async () => {
    const [company, elsewhere] = [await scenes.enforced(), await scenes.governing()];
    const { person, signIn } = await member(company);
    await elsewhere.add('member', person);
    assert.equal((await elsewhere.as(elsewhere.owner, `/members/${person.id}`, DELETE)).status, 204);
    assert.equal((await company.as(person, `/members/${person.id}`, DELETE)).status, 204);
    await signIn();
    assert.equal(await roleOf(company, person.id), 'member');
  });

  it('does not join by a sign-in that is refused', async () => {
    const company = await scenes.enforced();
    const { person } = await member(company);
    assert.equal((await company.as(person, `/members/${person.id}`, DELETE)).status, 204);
    await test.service.db.$client.query('update users set suspended_at = now() where id = $1', [person.id]);
    await test.service.db.$client.query(`insert into changes (kind, key) values ('*', '')`);
    assertProblem(await scenes.enter(company, person.email.split('@')[0]!), 401, 'invalid_credentials');
    assert.equal(await roleOf(company, person.id), undefined);
  });
});

/** What the directory says of a person, and what the provider of the same company says. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { assertProblem, createSignedInUser, type TestService } from '../../../test/service.ts';
import { type Company, type CompanyScenes, createCompanyScenes } from '../companies/testing/company.ts';
import { startWithZone, type Zone } from '../companies/testing/zone.ts';
import { DELETE } from '../organizations/testing/scene.ts';
import { createToken, patchOp, scimCall } from './testing/scene.ts';

describe('signing in with the provider of a company that has a directory', () => {
  let test: TestService;
  let zone: Zone;
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

  async function directoryOf(company: Company) {
    const { secret } = await createToken(company);
    return async (path: string, call: object, expected: number) => {
      const answer = await scimCall(test, secret, path, call);
      assert.equal(answer.status, expected, JSON.stringify(answer.body));
      return answer.body;
    };
  }
  const activate = (isActive: boolean) => patchOp({ op: 'replace', path: 'active', value: isActive });

  it('admits nobody whom the directory has created as inactive, until it activates them', async () => {
    const company = await scenes.enforced();
    const scim = await directoryOf(company);
    const { sub, email } = scenes.person(company);
    const { id } = await scim('/Users', { body: { userName: email, active: false } }, 201);
    const first = await scenes.enter(company, sub);
    assert.equal(first.status, 201, JSON.stringify(first.body));
    assert.equal((await company.roles())[first.body.user.id], undefined);
    assert.equal((await scenes.enter(company, sub)).status, 201);
    assert.equal((await company.roles())[first.body.user.id], undefined);
    await scim(`/Users/${id}`, activate(true), 200);
    assert.equal((await company.roles())[first.body.user.id], 'member');
  });

  it('opens no account that the directory has closed, and the directory opens it', async () => {
    const company = await scenes.enforced();
    const scim = await directoryOf(company);
    const { sub, email } = scenes.person(company);
    const { id } = await scim('/Users', { body: { userName: email, active: true } }, 201);
    const { body } = await scenes.enter(company, sub);
    await scim(`/Users/${id}`, activate(false), 200);
    assertProblem(await scenes.enter(company, sub), 401, 'invalid_credentials');
    assert.equal((await company.roles())[body.user.id], undefined);
    await scim(`/Users/${id}`, activate(true), 200);
    assert.equal((await scenes.enter(company, sub)).status, 201);
    assert.equal((await company.roles())[body.user.id], 'member');
  });

  it('does not bring back a member who has left, for whom the directory then has to speak', async () => {
    const company = await scenes.enforced();
    const scim = await directoryOf(company);
    const { sub, email } = scenes.person(company);
    const { id } = await scim('/Users', { body: { userName: email, active: true } }, 201);
    const { body } = await scenes.enter(company, sub);
    const person = { ...(await createSignedInUser(test)), id: body.user.id, accessToken: body.accessToken };
    assert.equal((await company.as(person, `/members/${person.id}`, DELETE)).status, 204);
    assert.equal((await scenes.enter(company, sub)).status, 201);
    assert.equal((await company.roles())[person.id], undefined);
    assert.equal((await scim(`/Users/${id}`, {}, 200)).active, false);
  });
});

/** Governance by domains as companies verify them, with nothing in their place. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createSignedInUser, type TestService } from '../../../test/service.ts';
import { startWithZone, verified, type Zone } from '../companies/testing/zone.ts';
import { createScene, DELETE } from '../organizations/testing/scene.ts';
import { createToken, patchOp, scimCall } from './testing/scene.ts';

describe('the directory of a company', () => {
  let test: TestService;
  let zone: Zone;
  before(async () => {
    ({ test, zone } = await startWithZone({ schedules: false }));
  });
  after(async () => {
    await test.close();
    await zone.close();
  });

  it('ends the sessions of a person with an address of a verified domain, and no longer once the domain is gone', async () => {
    const scene = await createScene(test);
    const domain = await verified(zone, scene, 'directory.example');
    const { secret } = await createToken(scene);
    const me = (token: string) => test.request('/v1/users/me', { token }).then(({ status }) => status);
    for (const isGoverned of [true, false]) {
      if (!isGoverned) assert.equal((await scene.as(scene.owner, `/domains/${domain.id}`, DELETE)).status, 204);
      const person = await createSignedInUser(test, { email: `person${isGoverned}@directory.example` });
      const created = await scimCall(test, secret, '/Users', { body: { userName: person.email } });
      assert.equal(created.status, 201, JSON.stringify(created.body));
      const off = patchOp({ op: 'Replace', path: 'active', value: 'False' });
      assert.equal((await scimCall(test, secret, `/Users/${created.body.id}`, off)).status, 200);
      assert.equal(await me(person.accessToken), isGoverned ? 401 : 200);
    }
  });
});

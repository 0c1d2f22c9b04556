/** Clients of other makes write UUIDs in capitals: `app/platform/http/clients.test.ts` tests what else they do. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createSignedInUser, type SignedInUser, startTestService, type TestService } from '../../../test/service.ts';
import { createScene } from './testing/scene.ts';

describe('a client that writes UUIDs in capitals', () => {
  let test: TestService;
  let user: SignedInUser;
  before(async () => {
    test = await startTestService();
    user = await createSignedInUser(test);
  });
  after(() => test.close());

  const as = (path: string, call: Parameters<TestService['request']>[1] = {}) =>
    test.request(path, { token: user.accessToken, ...call });

  it('reaches the same organization, by person and by key, and everything below it', async () => {
    const { body: organization } = await as('/v1/organizations', { body: { name: 'Capitals' } });
    const path = `/v1/organizations/${organization.id.toUpperCase()}`;
    assert.equal((await as(path)).body.id, organization.id);
    assert.equal((await as(`${path}/members`)).status, 200);
    const { body: key } = await as(`${path}/api-keys`, { body: { name: 'k', scopes: ['members:read'] } });
    assert.equal((await as(`${path}/members`, { token: key.secret })).status, 200);
    assert.equal((await as(`${path}/api-keys/${key.id.toUpperCase()}`, { method: 'DELETE' })).status, 204);
  });

  it('names the same person in a body', async () => {
    const scene = await createScene(test, user);
    const { id } = await scene.add('member');
    const transfer = { body: { userId: id.toUpperCase() } };
    const answer = await as(`/v1/organizations/${scene.id}/ownership-transfers`, transfer);
    assert.ok(answer.status < 300, JSON.stringify(answer.body));
    assert.equal((await scene.roles())[id], 'owner');
  });
});

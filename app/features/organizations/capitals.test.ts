/** Clients of other makes write UUIDs in capitals: `app/platform/http/clients.test.ts` tests what else they do. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createSignedInUser, type SignedInUser, startTestService, type TestService } from '../../../test/service.ts';

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

  it('names the same person in a body and in a query', async () => {
    const { body: organization } = await as('/v1/organizations', { body: { name: 'Bodies' } });
    const path = `/v1/organizations/${organization.id}`;
    const transfer = { method: 'POST', body: { userId: user.id.toUpperCase() } };
    const capital = await as(`${path}/ownership-transfers`, transfer);
    const plain = await as(`${path}/ownership-transfers`, { ...transfer, body: { userId: user.id } });
    assert.deepEqual([capital.status, capital.body.code], [plain.status, plain.body.code]);
  });
});

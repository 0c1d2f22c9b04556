import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { assertProblem, createSignedInUser, startTestService, type TestService } from '../../../test/service.ts';

describe('sessions', () => {
  let test: TestService;
  before(async () => {
    test = await startTestService();
  });
  after(() => test.close());

  it('refuse a session that was signed out on the next request', async () => {
    const { accessToken: token } = await createSignedInUser(test);
    assert.equal((await test.request('/v1/users/me', { token })).status, 200);
    assert.equal((await test.request('/v1/sessions/current', { method: 'DELETE', token })).status, 204);
    assertProblem(await test.request('/v1/users/me', { token }), 401, 'session_revoked');
  });
});

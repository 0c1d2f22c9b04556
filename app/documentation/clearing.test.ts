/** Generated clients of some languages cannot send null. Whatever null clears, an empty string clears too. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { resourcesOf } from '../../test/resources.ts';
import { assertProblem, createSignedInUser, startTestService, type TestService } from '../../test/service.ts';
import { dereference, type OpenApiDocument, operationsOf } from './openapi.ts';

interface Field {
  type?: string;
  anyOf?: Field[];
}

describe('a field of a request that null clears', () => {
  let test: TestService;
  before(async () => {
    test = await startTestService({ jobs: true });
  });
  after(() => test.close());

  const patch = (path: string, token: string, body: unknown) => test.request(path, { method: 'PATCH', token, body });

  /** How to clear each field with a value, by operation and name. @returns what the field is afterwards */
  const clear: Record<string, (value: unknown) => Promise<unknown>> = {
    async 'updateMe.name'(value) {
      const { accessToken } = await createSignedInUser(test, { name: 'Ada' });
      const { status, body } = await patch('/v1/users/me', accessToken, { name: value });
      assert.equal(status, 200, JSON.stringify(body));
      return body.name;
    },
    async 'updateApiKey.expiresAt'(value) {
      const { accessToken: token } = await createSignedInUser(test);
      const { body: founded } = await test.request('/v1/organizations', { token, body: { name: 'Engines' } });
      const path = `/v1/organizations/${founded.id}/api-keys`;
      const expiresAt = new Date(test.clock.now().getTime() + 3_600_000).toISOString();
      const { body: key } = await test.request(path, { token, body: { name: 'deploy', scopes: [], expiresAt } });
      assert.equal(key.expiresAt, expiresAt);
      for (const wrong of ['never', ' ', '2026-13-01T00:00:00Z'])
        assertProblem(await patch(`${path}/${key.id}`, token, { expiresAt: wrong }), 400, 'validation_failed');
      const { status, body } = await patch(`${path}/${key.id}`, token, { expiresAt: value });
      assert.equal(status, 200, JSON.stringify(body));
      return body.expiresAt;
    },
    async 'updateScimGroup.role'(value) {
      const { accessToken: token } = await createSignedInUser(test);
      const { body: founded } = await test.request('/v1/organizations', { token, body: { name: 'Engines' } });
      const { scimGroupId } = await resourcesOf(test, founded.id);
      const path = `/v1/organizations/${founded.id}/scim-groups/${scimGroupId}`;
      assert.equal((await patch(path, token, { role: 'admin' })).body.role, 'admin');
      const { status, body } = await patch(path, token, { role: value });
      assert.equal(status, 200, JSON.stringify(body));
      return body.role;
    },
  };

  it('is cleared by an empty string too, at every operation of the document', async () => {
    const { body } = await test.request('/openapi.json');
    const nullable = operationsOf(dereference(body as OpenApiDocument)).flatMap(
      ({ operationId, method, requestBody }) => {
        const schema = requestBody?.content['application/json']?.schema as
          | { properties?: Record<string, Field>; required?: string[] }
          | undefined;
        // What a replacement leaves out is cleared.
        const isLeftOut = (name: string) => method.toUpperCase() === 'PUT' && !schema?.required?.includes(name);
        return (
          Object.entries(schema?.properties ?? {})
            // A list is cleared by leaving it out, or by an empty one.
            .filter(
              ([, { anyOf = [] }]) =>
                anyOf.some(({ type }) => type === 'null') && !anyOf.some(({ type }) => type === 'array'),
            )
            .filter(([name]) => !isLeftOut(name))
            .map(([name]) => `${operationId}.${name}`)
        );
      },
    );
    assert.deepEqual(nullable.sort(), Object.keys(clear).sort());
    for (const [field, run] of Object.entries(clear))
      for (const value of [null, '']) assert.equal(await run(value), null, `${field} with ${JSON.stringify(value)}`);
  });
});

/** The client with operations that take an Idempotency-Key, which it makes itself. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createClient, memoryStorage } from '@plinth/client';
import { createOrganization, listMembers, listOrganizations } from '@plinth/client/operations';
import { createSignedInUser, startTestService, type TestService } from '../../../test/service.ts';

describe('the client and organizations', () => {
  let test: TestService;
  before(async () => {
    test = await startTestService();
  });
  after(() => test.close());

  it('creates one organization although the answers are lost', async () => {
    const user = await createSignedInUser(test);
    let lost = 0;
    const client = createClient({
      ...{ baseUrl: test.url, mode: 'bearer', storage: memoryStorage(), name: 'organizations' },
      platform: {
        backoffMs: 1,
        async fetch(...input: Parameters<typeof fetch>) {
          const answer = await fetch(...input);
          if (answer.status !== 201 || !String(input[0]).endsWith('/organizations') || lost++ >= 2) return answer;
          throw new TypeError('the answer was lost');
        },
      },
    });
    await client.session.signIn(user);
    const created = await client.call(createOrganization, { body: { name: 'Analytical Engines', slug: 'engines' } });
    assert.equal(lost, 3);
    const all = await Array.fromAsync(client.each(listOrganizations, { limit: 1 }));
    assert.deepEqual(
      all.map(({ id }) => id).filter((id) => id === created.id),
      [created.id],
    );
    const { data } = await client.call(listMembers, { organizationId: created.id });
    assert.equal(data.length, 1);
    const { error } = await client.attempt(createOrganization, { body: { name: 'Another', slug: 'engines' } });
    assert.equal(error?.code, 'slug_taken');
    // Without its last part this would be another address.
    await assert.rejects(client.call(listMembers, { organizationId: '' }), /organizationId is missing/);
  });
});

/** What one organization waits for, no other one does. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { whileLocked } from '../../../test/conditions.ts';
import { createSignedInUser, PASSWORD, startTestService, type TestService } from '../../../test/service.ts';
import { createScene } from './testing/scene.ts';

describe('an organization whose row is locked', () => {
  let test: TestService;
  before(async () => {
    test = await startTestService();
  });
  after(() => test.close());

  it('leaves connections for everybody else, however many calls to it wait', async () => {
    const [held, free] = [await createScene(test), await createScene(test)];
    const person = await createSignedInUser(test);
    const lock = 'select * from organizations where id = $1 for update';
    const calls = await whileLocked(test, [lock, held.id], async ({ waiting }) => {
      let answered = 0;
      const calls = Array.from({ length: 100 }, (_, index) =>
        held.as(held.owner, '', { method: 'PATCH', body: { name: `Name ${index}` } }).finally(() => answered++),
      );
      await waiting(2);
      for (let round = 0; round < 5; round++) {
        const { status } = await free.as(free.owner, '', { method: 'PATCH', body: { name: `Name ${round}` } });
        assert.equal(status, 200);
        const signIn = { body: { email: person.email, password: PASSWORD } };
        assert.equal((await test.request('/v1/sessions', signIn)).status, 201);
        assert.equal((await test.request('/v1/users/me', { token: held.owner.accessToken })).status, 200);
        assert.equal((await test.request('/readyz')).status, 200);
      }
      assert.equal(answered, 0, 'all of this was answered while the calls waited');
      return calls;
    });
    const statuses = new Set((await Promise.all(calls)).map(({ status }) => status));
    assert.deepEqual([...statuses], [200], 'none was lost');
  });
});

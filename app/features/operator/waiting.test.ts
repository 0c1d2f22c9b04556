/**
 * An operator loses the right while a request waits: at every operation of operators that changes something, whichever feature has it. The operations
 * come from the OpenAPI document, so a new one is tested from its first day.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { eventually, rows } from '../../../test/conditions.ts';
import { type Operation, readOperations } from '../../../test/faults/operations.ts';
import { createHalfSender } from '../../../test/half-sent.ts';
import {
  assertProblem,
  createSignedInUser,
  type SignedInUser,
  startTestService,
  type TestService,
} from '../../../test/service.ts';
import { createOperator, REASON } from './testing/scene.ts';

describe('a request of an operator whose right ends', () => {
  const sender = createHalfSender();
  let test: TestService;
  let operations: Operation[];
  let user: SignedInUser;
  before(async () => {
    test = await startTestService({ routes: sender.routes, schedules: false, env: { DATABASE_POOL_SIZE: '20' } });
    user = await createSignedInUser(test);
    const described = await readOperations(test);
    operations = described.operations.filter(
      ({ path, method }) => path.startsWith('/v1/operator/') && method !== 'GET',
    );
  });
  after(() => test.close());

  const pathOf = ({ path }: Operation) =>
    path.replace('{userId}', user.id).replace(/\{\w+\}/g, '01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b2f');
  const contents = async () =>
    (
      await rows(
        test,
        `select (select jsonb_agg(s order by id) from sessions s) sessions, (select jsonb_agg(u order by id) from users u) users,
          (select sum(sequence) from audit_chains) events`,
      )
    )[0];

  it('is refused when its body arrives afterwards, at every operation', async () => {
    const operator = await createOperator(test);
    assert.ok(operations.length >= 10);
    const held = await Promise.all(
      operations.map(async (operation) => {
        const call = { method: operation.method, token: operator.accessToken, body: operation.body?.example ?? {} };
        return { operation, request: await sender.send(test.url, pathOf(operation), call) };
      }),
    );
    await test.service.operator.operators.revoke(operator);
    const before = await contents();
    for (const { operation, request } of held) {
      const answer = await request.finish();
      assert.equal(answer.body?.code, 'forbidden', `${operation.id} ${answer.status}`);
    }
    assert.deepEqual(await contents(), before);
  });

  for (const action of ['suspend', 'reset-factors', 'impersonations'])
    it(`is refused when it waits for a lock meanwhile: ${action}`, async () => {
      const operator = await createOperator(test);
      const holder = await test.service.db.$client.connect();
      await holder.query('begin');
      await holder.query('select from users where id = $1 for update', [operator.id]);
      const sent = test.request(`/v1/operator/users/${user.id}/${action}`, {
        token: operator.accessToken,
        body: { reason: REASON },
      });
      await eventually('the request waits for the lock', async () => {
        const waiting = await rows(
          test,
          `select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
        );
        return waiting.length > 0;
      });
      // As revoking does, which takes the same lock.
      await holder.query('delete from operators where user_id = $1', [operator.id]);
      await holder.query(`insert into changes (kind, key) values ('operator', $1)`, [operator.id]);
      await holder.query('commit');
      holder.release();
      assertProblem(await sent, 403, 'forbidden');
      assert.equal((await test.request('/v1/users/me', { token: user.accessToken })).status, 200);
    });
});

/** The list of invoices, against a real streaming replica whose replay the test pauses. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { eventually, rows } from '../../../../test/conditions.ts';
import { startTestService } from '../../../../test/service.ts';
import { startReplicated } from '../../../../test/standby.ts';
import { createScene } from '../../organizations/testing/scene.ts';

describe('with a replica', { timeout: 120_000 }, () => {
  it('invoices are listed from it', async (t) => {
    const replicated = await startReplicated(t);
    const env = { DATABASE_REPLICA_URL: replicated.replicaUrl };
    const test = await startTestService({ databaseUrl: replicated.primaryUrl, env });
    t.after(() => test.close());
    const scene = await createScene(test);
    const invoices = async () => {
      const { status, body } = await scene.as(scene.owner, '/invoices');
      assert.equal(status, 200, JSON.stringify(body));
      return body.data as unknown[];
    };
    await replicated.pause();
    const customer =
      'insert into billing_customers (organization_id, stripe_customer_id, created_at) values ($1, $2, now())';
    await rows(test, customer, scene.id, `cus_${scene.id}`);
    await rows(
      test,
      `insert into billing_invoices (organization_id, id, status, currency, total, amount_paid, amount_remaining, amount_credited,
         description, attempt_count, action_required, created_at)
       values ($1, 'in_1', 'paid', 'usd', 1900, 1900, 0, 0, 'Pro', 1, false, now())`,
      scene.id,
    );
    assert.deepEqual(await invoices(), []);
    await replicated.resume();
    await eventually('the replica has caught up', async () => (await invoices()).length === 1);
  });
});

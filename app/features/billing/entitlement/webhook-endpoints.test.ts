import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { atOnce, tally } from '../../../../test/conditions.ts';
import { assertProblem } from '../../../../test/service.ts';
import { type BillingService, createBillingScene, startBillingService } from '../testing/scene.ts';

describe('the webhook endpoints of a plan', () => {
  let billing: BillingService;
  before(async () => {
    billing = await startBillingService();
  });
  after(() => billing.close());

  it('are as many as it allows, also when they are created at once', async () => {
    const scene = await createBillingScene(billing);
    const create = () => scene.ask('/webhook-endpoints', { body: { url: 'https://hooks.example.com/' } });
    assert.deepEqual(tally(await atOnce(5, create)), { 201: 2, 402: 3 });
    const refused = await create();
    assertProblem(refused, 402, 'limit_reached');
    assert.deepEqual([refused.body.limit, refused.body.allowed, refused.body.plan], ['webhookEndpoints', 2, 'pro']);
    await scene.subscribe({ plan: 'pro' });
    await billing.deliver();
    assert.equal((await create()).status, 201);
  });
});

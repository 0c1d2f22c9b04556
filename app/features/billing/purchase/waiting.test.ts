/** Requests that wait for Stripe while their caller loses the permission. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { assertProblem, type Call } from '../../../../test/service.ts';
import { DELETE, PATCH } from '../../organizations/testing/scene.ts';
import {
  type BillingScene,
  type BillingService,
  createBillingScene,
  RETURNS,
  startBillingService,
} from '../testing/scene.ts';

describe('a request that waits for Stripe', () => {
  let billing: BillingService;
  before(async () => {
    billing = await startBillingService();
  });
  after(() => billing.close());

  const customerOf = async ({ id }: BillingScene) => {
    const { data } = await billing.stripe.customers.list({ limit: 100 });
    return data.find(({ metadata }) => metadata.organization_id === id)!;
  };

  it('buys and changes nothing after the caller has been removed', async () => {
    /** Removes somebody who may manage billing while their request asks Stripe for the first time. */
    const refuse = async (scene: BillingScene, path: string, call: Call) => {
      const accountant = await scene.add('billing');
      await billing.settle();
      billing.whileAsking(async () =>
        assert.equal((await scene.as(scene.owner, `/members/${accountant.id}`, DELETE)).status, 204),
      );
      assertProblem(await scene.as(accountant, path, call), 404, 'not_found');
    };
    for (const [path, body] of [
      ['/portal-sessions', { returnUrl: RETURNS.cancelUrl }],
      ['/purchases', { product: 'projectPack', ...RETURNS }],
      ['/checkout-sessions', { plan: 'scale', interval: 'month', ...RETURNS }],
    ] as const) {
      const scene = await createBillingScene(billing);
      await refuse(scene, path, { body });
      const { id: customer } = await customerOf(scene);
      assert.deepEqual((await billing.stripe.checkout.sessions.list({ customer })).data, [], path);
    }

    const scene = await createBillingScene(billing);
    await scene.subscribe({ plan: 'scale' });
    await billing.deliver();
    await refuse(scene, '/subscription', PATCH({ plan: 'pro' }));
    await refuse(scene, '/subscription', PATCH({ cancelAtPeriodEnd: true }));
    const { id: customer } = await customerOf(scene);
    const [subscription] = (await billing.stripe.subscriptions.list({ customer })).data;
    assert.equal(subscription!.cancel_at_period_end, false);
    await billing.deliver();
    assert.equal(await scene.access(), 'scale active');
  });
});

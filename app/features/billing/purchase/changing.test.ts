import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type Stripe from 'stripe';
import { assertProblem } from '../../../../test/service.ts';
import { type BillingScene, type BillingService, createBillingScene, startBillingService } from '../testing/scene.ts';

describe('changing a subscription', () => {
  let billing: BillingService;
  let addOn: Stripe.Price;
  before(async () => {
    billing = await startBillingService();
    const { id: product } = await billing.stripe.products.create({ name: 'Phone support' });
    const price = { product, currency: 'usd', unit_amount: 500 };
    addOn = await billing.stripe.prices.create({ ...price, recurring: { interval: 'month' } });
  });
  after(() => billing.close());

  async function subscribed(fields: object): Promise<{ scene: BillingScene; id: string }> {
    const scene = await createBillingScene(billing);
    await scene.subscribe({ plan: 'scale', ...fields });
    await billing.deliver();
    return { scene, id: (await scene.ask('/subscription')).body.id };
  }

  async function add(id: string, price: string, quantity: number): Promise<void> {
    await billing.stripe.subscriptionItems.create({ subscription: id, price, quantity, proration_behavior: 'none' });
    await billing.deliver();
  }

  /** `3 × pro_month_usd`, by lookup key, or by id without one. */
  async function items(id: string): Promise<string[]> {
    const { data } = (await billing.stripe.subscriptions.retrieve(id)).items;
    return data.map(({ quantity, price }) => `${quantity ?? 'metered'} × ${price.lookup_key ?? price.id}`).sort();
  }

  it('to another plan replaces what the plan consists of, and keeps what was added beside it', async () => {
    const { scene, id } = await subscribed({ plan: 'scale' });
    await add(id, addOn.id, 7);
    assert.deepEqual(await items(id), ['1 × scale_month_usd', `7 × ${addOn.id}`, 'metered × scale_apiCalls_month_usd']);
    const change = { plan: 'pro' };
    const preview = await scene.ask('/subscription/preview', { body: change });
    assert.ok(!JSON.stringify(preview.body.lines).includes('Phone support'), JSON.stringify(preview.body.lines));
    const changed = await scene.change(change);
    assert.equal(changed.status, 200, JSON.stringify(changed.body));
    assert.deepEqual(await items(id), ['1 × pro_month_usd', `7 × ${addOn.id}`]);
    assert.equal((await scene.change({ plan: 'scale', interval: 'year' })).body.interval, 'year');
    assert.deepEqual(await items(id), ['1 × scale_year_usd', `7 × ${addOn.id}`, 'metered × scale_apiCalls_year_usd']);
    assert.equal(await scene.access(), 'scale active');
  });

  it('that is for several plans at once is refused, and changes nothing', async () => {
    const { scene, id } = await subscribed({ plan: 'scale' });
    const [pro] = (await billing.stripe.prices.list({ lookup_keys: ['pro_month_usd'] })).data;
    await add(id, pro!.id, 1);
    const before = await items(id);
    const refused = await scene.change({ plan: 'pro' });
    assertProblem(refused, 409, 'change_not_possible');
    assert.match(refused.body.detail, /several plans/);
    assert.deepEqual(await items(id), before);
  });
});

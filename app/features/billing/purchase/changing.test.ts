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

  it('is receipted by the name of the plan that was bought, not by the credit for the old one', async () => {
    const { scene } = await subscribed({ plan: 'scale' });
    billing.advanceDays(1);
    assert.equal((await scene.change({ interval: 'year' })).status, 200);
    const receipt = await billing.test.mail(scene.owner.email, /receipt/i, 2);
    assert.match(receipt.text, /For: 1 × Scale \(at 4990\.00 USD \/ year\)\n/);
    const [invoice] = (await scene.ask('/invoices')).body.data;
    assert.equal(invoice.description, '1 × Scale (at 4990.00 USD / year)');
    billing.advanceDays(1);
    await scene.change({ plan: 'pro', interval: 'month' });
    assert.match((await scene.ask('/invoices')).body.data[0].description, /Pro/);
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

  it('costs what the preview showed, if its date is sent, whatever time has passed', async () => {
    const { scene } = await subscribed({ plan: 'scale' });
    billing.advanceDays(10);
    const shown = (await scene.ask('/subscription/preview', { body: { interval: 'year' } })).body;
    billing.advanceDays(0.04);
    const { prorationDate } = shown;
    const now = (await scene.ask('/subscription/preview', { body: { interval: 'year' } })).body;
    assert.notEqual(now.dueNow, shown.dueNow);
    const pinned = (await scene.ask('/subscription/preview', { body: { interval: 'year', prorationDate } })).body;
    assert.deepEqual(pinned, shown);
    assert.equal((await scene.change({ interval: 'year', prorationDate })).body.interval, 'year');
    assert.equal((await scene.ask('/invoices')).body.data[0].total, shown.dueNow);
    assert.equal((await scene.change({ prorationDate })).status, 200, 'a date alone changes nothing');
  });

  it('is refused for a date that nobody was shown, which could make it cheaper', async () => {
    const { scene, id } = await subscribed({ plan: 'scale' });
    billing.advanceDays(10);
    const before = await items(id);
    for (const days of [-5, -0.1, 0.1, 15]) {
      const prorationDate = new Date(billing.test.clock.now().getTime() + days * 86_400_000).toISOString();
      assertProblem(await scene.change({ interval: 'year', prorationDate }), 400, 'invalid_period');
      assertProblem(
        await scene.ask('/subscription/preview', { body: { interval: 'year', prorationDate } }),
        400,
        'invalid_period',
      );
    }
    assert.deepEqual(await items(id), before);
  });

  it('in a currency that is not sold is refused by name, and can be ended', async () => {
    const scene = await createBillingScene(billing);
    const customer = await billing.stripe.customers.create({ metadata: { organization_id: scene.id } });
    const { id: method } = await billing.stripe.paymentMethods.attach('pm_card_visa', { customer: customer.id });
    const [plan] = (await billing.stripe.prices.list({ lookup_keys: ['pro_month_usd'] })).data;
    const { product, metadata } = plan!;
    const price = await billing.stripe.prices.create({
      ...{ product: product as string, currency: 'gbp', unit_amount: 1_500, metadata },
      recurring: { interval: 'month' },
    });
    const terms = { customer: customer.id, items: [{ price: price.id }], default_payment_method: method };
    await billing.stripe.subscriptions.create(terms);
    await billing.deliver();
    assert.equal(await scene.access(), 'pro active');
    for (const change of [{ plan: 'scale' }, { interval: 'year' }]) {
      const refused = await scene.change(change);
      assertProblem(refused, 409, 'change_not_possible');
      assert.match(refused.body.detail, /in GBP, in which no plan is sold/);
    }
    assert.ok((await scene.change({ cancelAtPeriodEnd: true })).body.cancelAt);
  });
});

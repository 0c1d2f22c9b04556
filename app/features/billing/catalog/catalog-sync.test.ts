import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import Stripe from 'stripe';
import { createStripeSandbox } from 'stripe-sandbox';
import { type BillingService, createBillingScene, startBillingService } from '../testing/scene.ts';
import { syncCatalog } from './catalog-sync.ts';
import { MARK } from './wanted.ts';

const YEAR = { interval: 'year' } as const;

interface Fault {
  what: string;
  cause(stripe: Stripe): Promise<unknown>;
  /** `action object key` of each step that repairs it. */
  steps: string[];
}

const priceOf = async (stripe: Stripe, key: string) => (await stripe.prices.list({ lookup_keys: [key] })).data[0]!;
const productOf = async (stripe: Stripe, key: string) => (await priceOf(stripe, key)).product as string;
const meterOf = async (stripe: Stripe) => (await stripe.billing.meters.list()).data[0]!;
const portalOf = async (stripe: Stripe) => (await stripe.billingPortal.configurations.list()).data[0]!;
/** Another price under a lookup key, with some of its fields changed. */
async function replace(stripe: Stripe, key: string, fields: Partial<Stripe.PriceCreateParams>) {
  const { product, currency, unit_amount, metadata } = await priceOf(stripe, key);
  const given = { product: product as string, currency, metadata, ...(unit_amount !== null && { unit_amount }) };
  return stripe.prices.create({ ...given, lookup_key: key, transfer_lookup_key: true, ...fields });
}
const portal = (features: Stripe.BillingPortal.ConfigurationUpdateParams.Features) => async (stripe: Stripe) =>
  stripe.billingPortal.configurations.update((await portalOf(stripe)).id, { features });

const faults: Fault[] = [
  {
    what: 'a price that does not say its plan',
    cause: async (stripe) =>
      stripe.prices.update((await priceOf(stripe, 'pro_month_usd')).id, { metadata: { plan: '' } }),
    steps: ['update price pro_month_usd'],
  },
  {
    what: 'a price that says nothing',
    cause: async (stripe) => stripe.prices.update((await priceOf(stripe, 'pro_month_usd')).id, { metadata: '' }),
    steps: ['update price pro_month_usd'],
  },
  {
    what: 'a price that is archived',
    cause: async (stripe) => stripe.prices.update((await priceOf(stripe, 'pro_month_usd')).id, { active: false }),
    steps: ['update price pro_month_usd'],
  },
  {
    what: 'a price in a currency that nobody wants besides',
    cause: async (stripe) =>
      stripe.prices.update((await priceOf(stripe, 'pro_month_usd')).id, {
        currency_options: { gbp: { unit_amount: 1 } },
      }),
    steps: ['update price pro_month_usd'],
  },
  {
    what: 'another amount',
    cause: (stripe) => replace(stripe, 'pro_month_usd', { unit_amount: 1, recurring: { interval: 'month' } }),
    steps: ['update price pro_month_usd', 'archive price'],
  },
  {
    what: 'a price of every two years',
    cause: (stripe) => replace(stripe, 'pro_year_usd', { recurring: { ...YEAR, interval_count: 2 } }),
    steps: ['update price pro_year_usd', 'archive price'],
  },
  {
    what: 'a price for each ten seats',
    cause: (stripe) =>
      replace(stripe, 'pro_year_usd', { recurring: YEAR, transform_quantity: { divide_by: 10, round: 'up' } }),
    steps: ['update price pro_year_usd', 'archive price'],
  },
  {
    what: 'a price of another product',
    async cause(stripe) {
      const { id: product } = await stripe.products.create({ name: 'Else' });
      return replace(stripe, 'pro_year_usd', { product, recurring: YEAR });
    },
    steps: ['update price pro_year_usd', 'archive price'],
  },
  {
    what: 'a fee in a price by usage',
    async cause(stripe) {
      const { id: meter } = await meterOf(stripe);
      return replace(stripe, 'scale_apiCalls_month_usd', {
        ...{ billing_scheme: 'tiered', tiers_mode: 'graduated' },
        tiers: [
          { up_to: 1_000_000, unit_amount: 0, flat_amount: 100 },
          { up_to: 'inf', unit_amount_decimal: '0.02' as never },
        ],
        recurring: { interval: 'month', usage_type: 'metered', meter },
      });
    },
    steps: ['update price scale_apiCalls_month_usd', 'archive price'],
  },
  {
    what: 'a product that is archived',
    cause: async (stripe) => stripe.products.update(await productOf(stripe, 'pro_month_usd'), { active: false }),
    steps: ['update product pro'],
  },
  {
    what: 'a product with another description and without its mark',
    cause: async (stripe) =>
      stripe.products.update(await productOf(stripe, 'pro_month_usd'), { description: 'Less', metadata: '' }),
    steps: ['update product pro'],
  },
  {
    what: 'an empty twin of a product that is archived',
    async cause(stripe) {
      await stripe.products.update(await productOf(stripe, 'pro_month_usd'), { active: false });
      return stripe.products.create({ name: 'Pro', metadata: { [MARK]: 'pro' } });
    },
    steps: ['update product pro', 'archive product pro'],
  },
  {
    what: 'a meter that is inactive and has another name',
    async cause(stripe) {
      const { id } = await meterOf(stripe);
      await stripe.billing.meters.update(id, { display_name: 'Calls' });
      return stripe.billing.meters.deactivate(id);
    },
    steps: ['update meter apiCalls', 'update meter apiCalls'],
  },
  {
    what: 'a portal in which nobody can cancel',
    cause: portal({ subscription_cancel: { enabled: false } }),
    steps: ['update portal default'],
  },
  {
    what: 'a portal that changes plans',
    cause: portal({ subscription_update: { enabled: true } }),
    steps: ['update portal default'],
  },
];

describe('the catalog', () => {
  async function synced(): Promise<Stripe> {
    const sandbox = createStripeSandbox({ seed: 1 });
    const stripe = new Stripe('sk_test_sandbox', { httpClient: sandbox.httpClient, maxNetworkRetries: 0 });
    await syncCatalog(stripe, { apply: true });
    return stripe;
  }

  for (const { what, cause, steps } of faults) {
    it(`finds and repairs ${what}, and then finds nothing`, async () => {
      const stripe = await synced();
      await cause(stripe);
      const told = await syncCatalog(stripe, { apply: false });
      const lines = (await syncCatalog(stripe, { apply: true })).map(({ action, object, key }) => {
        return /^price_/.test(key) ? `${action} ${object}` : `${action} ${object} ${key}`;
      });
      assert.deepEqual(lines, steps);
      assert.equal(told.length, steps.length, 'it says beforehand what it will do');
      assert.deepEqual(await syncCatalog(stripe, { apply: false }), []);
      const price = await priceOf(stripe, 'pro_month_usd');
      const customer = await stripe.customers.create();
      const session = { customer: customer.id, mode: 'subscription', success_url: 'https://example.com' } as const;
      await stripe.checkout.sessions.create({ ...session, line_items: [{ price: price.id, quantity: 1 }] });
    });
  }

  it('tells what a price that is no longer sold is for, to those who still pay it', async () => {
    const stripe = await synced();
    const { id } = await priceOf(stripe, 'pro_month_usd');
    await replace(stripe, 'pro_month_usd', { recurring: { interval: 'month' } });
    await stripe.prices.update(id, { active: false, metadata: { plan: '' } });
    await syncCatalog(stripe, { apply: true });
    assert.equal((await stripe.prices.retrieve(id)).metadata.plan, 'pro');
    assert.deepEqual(await syncCatalog(stripe, { apply: false }), []);
  });
});

describe('a plan', () => {
  let billing: BillingService;
  before(async () => {
    billing = await startBillingService();
  });
  after(() => billing.close());

  it('is granted by the lookup key of its price where the metadata is gone, and can be changed', async () => {
    const scene = await createBillingScene(billing);
    await scene.subscribe({ plan: 'scale' });
    await billing.deliver();
    const prices = await billing.stripe.prices.list({ lookup_keys: ['scale_month_usd', 'pro_month_usd'] });
    for (const { id } of prices.data) await billing.stripe.prices.update(id, { metadata: '' });
    await billing.test.service.billing.operations.reconcile({ apply: true });
    await billing.settle();
    assert.equal(await scene.access(), 'scale active');
    await scene.add('member');
    assert.equal((await scene.change({ plan: 'pro' })).body.plan, 'pro');
    await scene.add('member');
    await billing.settle();
    await billing.deliver();
    assert.equal((await scene.ask('/subscription')).body.quantity, 3, 'seats follow');
  });

  it('that is paid every two years is not shown as yearly, nor counted as revenue of a year', async () => {
    const scene = await createBillingScene(billing);
    await scene.subscribe({ plan: 'scale' });
    await billing.deliver();
    const revenue = async () => {
      const { values } = await billing.test.service.metrics.billing_mrr_minor_units.get();
      return values.find(({ labels }) => labels.currency === 'usd')!.value;
    };
    const before = await revenue();
    const subscription = await billing.stripe.subscriptions.retrieve((await scene.ask('/subscription')).body.id);
    const [item] = subscription.items.data.filter(({ price }) => price.lookup_key === 'scale_month_usd');
    const { product, metadata } = item!.price;
    const price = await billing.stripe.prices.create({
      ...{ product: product as string, currency: 'usd', unit_amount: 240_000, metadata: { ...metadata, kind: 'plan' } },
      recurring: { interval: 'year', interval_count: 2 },
    });
    await billing.stripe.subscriptions.update(subscription.id, { items: [{ id: item!.id, price: price.id }] });
    await billing.deliver();
    assert.equal((await scene.ask('/subscription')).body.interval, null);
    assert.equal(await revenue(), before - 49_900);
  });
});

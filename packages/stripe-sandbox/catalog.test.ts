import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addIntervals, periodAt } from './billing/invoices/periods.ts';
import { bench, customerWith, monthly } from './testing.ts';

test('a price is found by its lookup key', async (t) => {
  const { stripe } = await bench(t);
  const price = await monthly(stripe, 1000, { lookup_key: 'pro_monthly' });
  const { data } = await stripe.prices.list({ lookup_keys: ['pro_monthly', 'other'] });
  assert.deepEqual(
    data.map((one) => one.id),
    [price.id],
  );
});

test('a lookup key is refused to a second price, unless it is transferred', async (t) => {
  const { stripe } = await bench(t);
  const first = await monthly(stripe, 1000, { lookup_key: 'pro' });
  await assert.rejects(monthly(stripe, 1200, { lookup_key: 'pro' }), { param: 'lookup_key' });
  const second = await monthly(stripe, 1200, { lookup_key: 'pro', transfer_lookup_key: true });
  assert.equal(second.lookup_key, 'pro');
  assert.equal((await stripe.prices.retrieve(first.id)).lookup_key, null);
});

test('a product with prices cannot be deleted, only archived', async (t) => {
  const { stripe } = await bench(t);
  const price = await monthly(stripe, 1000);
  await assert.rejects(stripe.products.del(price.product as string));
  assert.equal((await stripe.products.update(price.product as string, { active: false })).active, false);
});

test('an archived price cannot be subscribed to', async (t) => {
  const { stripe } = await bench(t);
  const price = await monthly(stripe, 1000);
  await stripe.prices.update(price.id, { active: false });
  const customer = await customerWith(stripe);
  await assert.rejects(
    stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] }),
    /inactive/,
  );
});

const tiers = [
  { up_to: 5, unit_amount: 700 },
  { up_to: 10, unit_amount: 650 },
  { up_to: 'inf' as const, unit_amount: 600 },
];

for (const [mode, quantity, amount] of [
  ['volume', 5, 3500],
  ['volume', 6, 3900],
  ['volume', 20, 12000],
  ['graduated', 5, 3500],
  ['graduated', 6, 4150],
  ['graduated', 20, 12750],
] as const) {
  test(`${quantity} units of a ${mode} price cost ${amount}, as in Stripe's documentation`, async (t) => {
    const { stripe } = await bench(t);
    const product = await stripe.products.create({ name: 'Tiered' });
    const price = await stripe.prices.create({
      product: product.id,
      currency: 'usd',
      recurring: { interval: 'month' },
      billing_scheme: 'tiered',
      tiers_mode: mode,
      tiers,
    });
    const customer = await customerWith(stripe);
    const invoice = await stripe.invoices.createPreview({
      customer: customer.id,
      subscription_details: { items: [{ price: price.id, quantity }] },
    });
    assert.equal(invoice.total, amount);
  });
}

test('a price bills in another of its currencies', async (t) => {
  const { stripe } = await bench(t);
  const price = await monthly(stripe, 1000, { currency_options: { eur: { unit_amount: 900 } } });
  const customer = await customerWith(stripe);
  const subscription = await stripe.subscriptions.create({
    customer: customer.id,
    currency: 'eur',
    items: [{ price: price.id }],
    expand: ['latest_invoice'],
  });
  assert.deepEqual([subscription.currency, (subscription.latest_invoice as { total: number }).total], ['eur', 900]);
});

test('a coupon takes off its share, and a promotion code that is used up is refused', async (t) => {
  const { stripe } = await bench(t);
  const price = await monthly(stripe, 1000);
  const coupon = await stripe.coupons.create({ percent_off: 25, duration: 'once' });
  const code = await stripe.promotionCodes.create({
    promotion: { type: 'coupon', coupon: coupon.id },
    code: 'FALL',
    max_redemptions: 1,
  });
  const subscribe = async () =>
    stripe.subscriptions.create({
      customer: (await customerWith(stripe)).id,
      items: [{ price: price.id }],
      discounts: [{ promotion_code: code.id }],
      expand: ['latest_invoice'],
    });
  const subscription = await subscribe();
  assert.equal((subscription.latest_invoice as { total: number }).total, 750);
  assert.deepEqual(subscription.discounts, [], 'a discount that lasts once is gone after its invoice');
  assert.equal((await stripe.promotionCodes.retrieve(code.id)).active, false);
  await assert.rejects(subscribe(), { param: 'promotion_code' });
});

test('one month after 31 January is the last day of February, and two months after it is 31 March', () => {
  const at = (iso: string) => Date.parse(iso) / 1000;
  assert.equal(addIntervals(at('2027-01-31T10:00:00Z'), 'month', 1), at('2027-02-28T10:00:00Z'));
  assert.deepEqual(
    periodAt(at('2027-01-31T10:00:00Z'), { interval: 'month', interval_count: 1 }, at('2027-03-01T00:00:00Z')),
    {
      start: at('2027-02-28T10:00:00Z'),
      end: at('2027-03-31T10:00:00Z'),
    },
  );
});

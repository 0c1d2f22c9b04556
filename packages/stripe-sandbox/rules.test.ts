import assert from 'node:assert/strict';
import { test } from 'node:test';
import type Stripe from 'stripe';
import type { About, Shape } from './protocol/parameters.ts';
import { compileRules } from './protocol/rule-table.ts';
import { ROUTES } from './resources/all.ts';
import { RULES } from './resources/rules.ts';
import { bench, customerWith, DAY, monthly, START } from './testing.ts';

type Params = Record<string, unknown>;

/** Every parameter that is a text or a number, in every place where a route accepts one, with a value that is far too large. */
function* excesses(): Iterable<{ operation: string; shape: Shape; name: string; params: Params }> {
  for (const route of ROUTES) {
    const operation = `${route.method} /${route.segments.join('/')}`;
    for (const [name, params] of within(route.shape)) yield { operation, shape: route.shape, name, params };
  }
}

function* within(shape: Shape): Iterable<[string, Params]> {
  for (const [key, field] of Object.entries(shape)) {
    for (const [path, value] of valuesOf(field.about)) yield [`${key}${path}`, { [key]: value }];
  }
}

function* valuesOf(about: About): Iterable<[string, unknown]> {
  if (about.type === 'text') yield ['', 'x'.repeat(50_000)];
  else if (about.type === 'integer' || about.type === 'decimal') yield ['', 1e15];
  else if (about.type === 'list') for (const [path, value] of valuesOf(about.of)) yield [`[0]${path}`, [value]];
  else if (about.type === 'hash')
    for (const [path, value] of valuesOf(about.of)) yield [`[usd]${path}`, { usd: value }];
  else if (about.type === 'choice' && about.or) yield* valuesOf(about.or);
  else if (about.type === 'object') {
    for (const [name, value] of within(about.shape)) yield [`[${name.replace(/(\[|$)/, ']$1')}`, value];
  }
}

test('every text and every number of every operation has a limit', () => {
  let places = 0;
  for (const { operation, shape, name, params } of excesses()) {
    places++;
    assert.throws(() => compileRules(operation, shape, RULES)(params, START), `${operation} accepts any ${name}`);
  }
  assert.ok(places > 500, `${places} places`);
});

test('no text may be empty, unless an empty one clears the field', async (t) => {
  const { stripe } = await bench(t);
  const { id } = await stripe.customers.create({ name: 'Ada' });
  assert.equal((await stripe.customers.update(id, { name: '' })).name, null);
  const subscribing = stripe.subscriptions.create({ customer: '', items: [{ price: 'price_x' }] });
  await assert.rejects(subscribing, { code: 'parameter_invalid_empty', param: 'customer' });
});

/** Requests that Stripe refuses, each with the parameter that the refusal names. */
const REFUSED: [
  string,
  (stripe: Stripe, at: { price: string; product: string; customer: string }) => Promise<unknown>,
][] = [
  ['currency', (stripe, { product }) => stripe.prices.create({ product, currency: 'xyz', unit_amount: 5 })],
  ['unit_amount', (stripe, { product }) => stripe.prices.create({ product, currency: 'usd', unit_amount: -100 })],
  [
    'product',
    (stripe, { product }) => stripe.prices.create({ product, product_data: { name: 'Two' }, currency: 'usd' }),
  ],
  [
    'recurring[interval_count]',
    (stripe, { product }) =>
      stripe.prices.create({ product, currency: 'usd', recurring: { interval: 'month', interval_count: 37 } }),
  ],
  [
    'tiers[0][up_to]',
    (stripe, { product }) =>
      stripe.prices.create({
        product,
        currency: 'usd',
        billing_scheme: 'tiered',
        tiers_mode: 'volume',
        tiers: [
          { up_to: 'inf', unit_amount: 5 },
          { up_to: 10, unit_amount: 2 },
        ],
      }),
  ],
  ['percent_off', (stripe) => stripe.coupons.create({ percent_off: 101 })],
  ['percent_off', (stripe) => stripe.coupons.create({ percent_off: 0 })],
  ['amount_off', (stripe) => stripe.coupons.create({ amount_off: -1, currency: 'usd' })],
  ['redeem_by', (stripe) => stripe.coupons.create({ percent_off: 5, redeem_by: START - 1 })],
  ['name', (stripe) => stripe.coupons.create({ percent_off: 5, name: 'x'.repeat(41) })],
  [
    'metadata',
    (stripe) =>
      stripe.customers.create({ metadata: Object.fromEntries(Array.from({ length: 51 }, (_, n) => [n, '1'])) }),
  ],
  ['metadata[a]', (stripe) => stripe.customers.create({ metadata: { a: 'x'.repeat(501) } })],
  ['metadata', (stripe) => stripe.customers.create({ metadata: { ['x'.repeat(41)]: 'a' } })],
  ['email', (stripe) => stripe.customers.create({ email: 'nobody' })],
  ['address[country]', (stripe) => stripe.customers.create({ address: { country: 'Atlantis' } })],
  [
    'items[0][quantity]',
    (stripe, { customer, price }) => stripe.subscriptions.create({ customer, items: [{ price, quantity: -1 }] }),
  ],
  [
    'trial_period_days',
    (stripe, { customer, price }) =>
      stripe.subscriptions.create({ customer, items: [{ price }], trial_period_days: 800 }),
  ],
  [
    'trial_end',
    (stripe, { customer, price }) =>
      stripe.subscriptions.create({ customer, items: [{ price }], trial_end: START - DAY }),
  ],
  [
    'cancel_at',
    (stripe, { customer, price }) =>
      stripe.subscriptions.create({ customer, items: [{ price }], cancel_at: START - DAY }),
  ],
  [
    'billing_cycle_anchor',
    (stripe, { customer, price }) =>
      stripe.subscriptions.create({ customer, items: [{ price }], billing_cycle_anchor: START - DAY }),
  ],
  [
    'cancel_at',
    (stripe, { customer, price }) =>
      stripe.subscriptions.create({ customer, items: [{ price }], cancel_at: START + DAY, cancel_at_period_end: true }),
  ],
  [
    'days_until_due',
    (stripe, { customer, price }) =>
      stripe.subscriptions.create({ customer, items: [{ price }], collection_method: 'send_invoice' }),
  ],
  ['amount', (stripe) => stripe.paymentIntents.create({ amount: 30, currency: 'usd' })],
  ['amount', (stripe) => stripe.paymentIntents.create({ amount: 100_000_000, currency: 'usd' })],
  ['success_url', (stripe) => stripe.checkout.sessions.create({ mode: 'setup', success_url: '/done' })],
  [
    'customer_email',
    (stripe) =>
      stripe.checkout.sessions.create({ mode: 'setup', success_url: 'https://example.com', customer_email: 'nobody' }),
  ],
  [
    'subscription_data',
    (stripe) =>
      stripe.checkout.sessions.create({
        mode: 'setup',
        success_url: 'https://example.com',
        subscription_data: { description: 'x' },
      }),
  ],
  [
    'restrictions[minimum_amount]',
    (stripe) =>
      stripe.promotionCodes.create({ promotion: { type: 'coupon', coupon: 'x' }, restrictions: { minimum_amount: 5 } }),
  ],
  ['url', (stripe) => stripe.webhookEndpoints.create({ url: 'ftp://example.com', enabled_events: ['*'] })],
  [
    'enabled_events[0]',
    (stripe) => stripe.webhookEndpoints.create({ url: 'https://example.com', enabled_events: ['no.such' as '*'] }),
  ],
  ['limit', (stripe) => stripe.customers.list({ limit: 101 })],
  ['starting_after', (stripe) => stripe.customers.list({ starting_after: 'cus_a', ending_before: 'cus_b' })],
];

test('what Stripe refuses is refused, and the parameter is named', async (t) => {
  const { stripe } = await bench(t);
  const customer = (await customerWith(stripe)).id;
  const price = await monthly(stripe, 1000);
  const at = { customer, price: price.id, product: price.product as string };
  for (const [param, request] of REFUSED) {
    await assert.rejects(request(stripe, at), (error: Stripe.errors.StripeError) => {
      assert.equal(error.type, 'StripeInvalidRequestError', `${param}: ${error.message}`);
      assert.equal(error.param, param, error.message);
      return true;
    });
  }
});

test('a metadata key that is a number stays that key', async (t) => {
  const { stripe } = await bench(t);
  const { metadata } = await stripe.customers.create({ metadata: { 7: 'seven' } });
  assert.deepEqual(metadata, { 7: 'seven' });
});

test('times are compared with the test clock of the customer', async (t) => {
  const { stripe } = await bench(t);
  const clock = await stripe.testHelpers.testClocks.create({ frozen_time: START + 100 * DAY });
  const customer = await customerWith(stripe, 'pm_card_visa', { test_clock: clock.id });
  const { id: price } = await monthly(stripe, 1000);
  const ends = (trial_end: number) =>
    stripe.subscriptions.create({ customer: customer.id, items: [{ price }], trial_end });
  await assert.rejects(ends(START + 50 * DAY), { param: 'trial_end' });
  assert.equal((await ends(START + 150 * DAY)).status, 'trialing');
});

test('an idempotency key of more than 255 characters is refused', async (t) => {
  const { stripe } = await bench(t);
  await assert.rejects(stripe.customers.create({}, { idempotencyKey: 'k'.repeat(300) }), { statusCode: 400 });
  await stripe.customers.create({}, { idempotencyKey: 'k'.repeat(255) });
});

test('a number, a flag or a word that is given as an object is refused with 400', async (t) => {
  const { sandbox } = await bench(t);
  for (const wrong of ['limit[a]=1', 'created[gt][a]=1', 'email[a]=1']) {
    const answer = await fetch(`${sandbox.url}/v1/customers?${wrong}`, {
      headers: { authorization: 'Bearer sk_test_x' },
    });
    assert.equal(answer.status, 400, wrong);
  }
});

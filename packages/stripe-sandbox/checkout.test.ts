import assert from 'node:assert/strict';
import { test } from 'node:test';
import type Stripe from 'stripe';
import { bench, customerWith, DAY, eventTypes, monthly, START } from './testing.ts';

async function session(
  stripe: Stripe,
  params: Partial<Stripe.Checkout.SessionCreateParams> = {},
): Promise<Stripe.Checkout.Session> {
  const price = await monthly(stripe, 1000);
  return stripe.checkout.sessions.create({
    mode: 'subscription',
    line_items: [{ price: price.id, quantity: 2 }],
    success_url: 'https://example.com/done?session={CHECKOUT_SESSION_ID}',
    ...params,
  });
}

test('a session is open for a day on a page of the sandbox, and then expires', async (t) => {
  const { stripe, sandbox } = await bench(t);
  const open = await session(stripe);
  assert.deepEqual(
    [open.status, open.payment_status, open.amount_total, open.expires_at],
    ['open', 'unpaid', 2000, START + DAY],
  );
  assert.equal(open.url, `${sandbox.url}/c/pay/${open.id}`);
  sandbox.clock.advance({ days: 1 });
  const expired = await stripe.checkout.sessions.retrieve(open.id);
  assert.deepEqual([expired.status, expired.url], ['expired', null]);
  assert.equal((await eventTypes(stripe)).at(-1), 'checkout.session.expired');
});

test('paying completes the session: customer, card, active subscription, paid invoice, and the given metadata', async (t) => {
  const { stripe, sandbox } = await bench(t);
  const { id } = await session(stripe, {
    client_reference_id: 'org',
    subscription_data: { metadata: { organization: '7' } },
  });
  sandbox.customer.completeCheckout(id, { card: '4242 4242 4242 4242', email: 'ada@example.com', name: 'Ada' });
  const done = await stripe.checkout.sessions.retrieve(id, { expand: ['subscription', 'invoice', 'customer'] });
  const subscription = done.subscription as Stripe.Subscription;
  assert.deepEqual([done.status, done.payment_status, done.client_reference_id], ['complete', 'paid', 'org']);
  assert.deepEqual([subscription.status, subscription.metadata.organization], ['active', '7']);
  assert.equal((done.invoice as Stripe.Invoice).amount_paid, 2000);
  assert.equal((done.customer as Stripe.Customer).email, 'ada@example.com');
  assert.equal((await eventTypes(stripe)).at(-1), 'checkout.session.completed');
});

test('a declined card leaves the session open and creates nothing', async (t) => {
  const { stripe, sandbox } = await bench(t);
  const { id } = await session(stripe);
  assert.throws(
    () => sandbox.customer.completeCheckout(id, { card: '4000000000009995', email: 'a@example.com' }),
    /insufficient funds/,
  );
  assert.equal((await stripe.checkout.sessions.retrieve(id)).status, 'open');
  assert.deepEqual(
    [(await stripe.customers.list()).data, (await stripe.subscriptions.list({ status: 'all' })).data],
    [[], []],
  );
});

test('3-D Secure comes before the purchase, and is remembered for renewals', async (t) => {
  const { stripe, sandbox } = await bench(t);
  const { id } = await session(stripe);
  const form = { card: '4000002500003155', email: 'a@example.com' };
  assert.deepEqual(sandbox.customer.completeCheckout(id, form), { status: 'requires_action' });
  assert.throws(() => sandbox.customer.completeCheckout(id, { ...form, authentication: 'failed' }), { status: 402 });
  sandbox.customer.completeCheckout(id, { ...form, authentication: 'passed' });
  sandbox.clock.advance({ days: 32 });
  const { data } = await stripe.invoices.list({ status: 'paid' });
  assert.equal(data.length, 2);
});

test('3184 passes 3-D Secure at checkout, and its renewal asks again', async (t) => {
  const { stripe, sandbox } = await bench(t);
  const { id } = await session(stripe);
  sandbox.customer.completeCheckout(id, { card: '4000002760003184', email: 'a@example.com', authentication: 'passed' });
  sandbox.clock.advance({ days: 32 });
  assert.ok((await eventTypes(stripe)).includes('invoice.payment_action_required'));
  assert.equal((await stripe.subscriptions.list()).data[0]!.status, 'past_due');
});

test('0341 starts a trial and fails when the trial ends', async (t) => {
  const { stripe, sandbox } = await bench(t);
  const { id } = await session(stripe, { subscription_data: { trial_period_days: 7 } });
  sandbox.customer.completeCheckout(id, { card: '4000000000000341', email: 'a@example.com' });
  const done = await stripe.checkout.sessions.retrieve(id, { expand: ['subscription'] });
  assert.deepEqual(
    [done.payment_status, (done.subscription as Stripe.Subscription).status],
    ['no_payment_required', 'trialing'],
  );
  sandbox.clock.advance({ days: 8 });
  assert.equal((await stripe.subscriptions.list()).data[0]!.status, 'past_due');
});

test('a trial without a card needs payment_method_collection: if_required', async (t) => {
  const { stripe, sandbox } = await bench(t);
  const asking = await session(stripe, { subscription_data: { trial_period_days: 7 } });
  assert.throws(() => sandbox.customer.completeCheckout(asking.id, { email: 'a@example.com' }), /card number/);
  const free = await session(stripe, {
    subscription_data: { trial_period_days: 7 },
    payment_method_collection: 'if_required',
  });
  assert.equal(sandbox.customer.completeCheckout(free.id, { email: 'a@example.com' }).status, 'complete');
});

test('a customer can enter a promotion code if the session allows it', async (t) => {
  const { stripe, sandbox } = await bench(t);
  const coupon = await stripe.coupons.create({ percent_off: 50, duration: 'forever' });
  await stripe.promotionCodes.create({ promotion: { type: 'coupon', coupon: coupon.id }, code: 'HALF' });
  const strict = await session(stripe);
  const form = { card: '4242424242424242', email: 'a@example.com', promotionCode: 'half' };
  assert.throws(() => sandbox.customer.completeCheckout(strict.id, form), /promotion codes/);
  const open = await session(stripe, { allow_promotion_codes: true });
  assert.throws(() => sandbox.customer.completeCheckout(open.id, { ...form, promotionCode: 'NONE' }), /invalid/);
  sandbox.customer.completeCheckout(open.id, form);
  const done = await stripe.checkout.sessions.retrieve(open.id, { expand: ['invoice'] });
  assert.deepEqual([done.amount_total, (done.invoice as Stripe.Invoice).amount_paid], [1000, 1000]);
});

test('a session that is refused is not stored', async (t) => {
  const { stripe } = await bench(t);
  const coupon = await stripe.coupons.create({ percent_off: 50, duration: 'once' });
  const stranger = await stripe.customers.create({});
  const promotion = { type: 'coupon', coupon: coupon.id } as const;
  const code = await stripe.promotionCodes.create({ promotion, customer: stranger.id });
  const customer = await stripe.customers.create({});
  const terms = { customer: customer.id, discounts: [{ promotion_code: code.id }] };
  await assert.rejects(session(stripe, terms), /cannot be redeemed/);
  assert.equal((await stripe.checkout.sessions.list()).data.length, 0);
});

test('a one-off payment leaves a payment intent and no subscription', async (t) => {
  const { stripe, sandbox } = await bench(t);
  const product = await stripe.products.create({
    name: 'Book',
    default_price_data: { currency: 'usd', unit_amount: 1500 },
  });
  const { id } = await session(stripe, {
    mode: 'payment',
    line_items: [{ price: product.default_price as string, quantity: 2 }],
  });
  sandbox.customer.completeCheckout(id, { card: '4242424242424242', email: 'a@example.com' });
  const done = await stripe.checkout.sessions.retrieve(id, { expand: ['payment_intent'] });
  assert.deepEqual([(done.payment_intent as Stripe.PaymentIntent).amount_received, done.subscription], [3000, null]);
});

test('setup mode saves a card', async (t) => {
  const { stripe, sandbox } = await bench(t);
  const customer = await stripe.customers.create({});
  const { id } = await stripe.checkout.sessions.create({
    mode: 'setup',
    customer: customer.id,
    currency: 'usd',
    success_url: 'https://example.com',
  });
  sandbox.customer.completeCheckout(id, { card: '5555555555554444' });
  const [method] = (await stripe.customers.listPaymentMethods(customer.id)).data;
  assert.equal(method!.card!.brand, 'mastercard');
});

test('a session can be expired once, and never completed after', async (t) => {
  const { stripe, sandbox } = await bench(t);
  const { id } = await session(stripe);
  assert.equal((await stripe.checkout.sessions.expire(id)).status, 'expired');
  await assert.rejects(stripe.checkout.sessions.expire(id), { type: 'StripeInvalidRequestError' });
  assert.throws(() => sandbox.customer.completeCheckout(id, { card: '4242424242424242' }), /expired/);
});

test('payment mode refuses recurring prices, and subscription mode refuses one-off prices alone', async (t) => {
  const { stripe } = await bench(t);
  await assert.rejects(session(stripe, { mode: 'payment' }), { param: 'line_items' });
  const product = await stripe.products.create({
    name: 'Book',
    default_price_data: { currency: 'usd', unit_amount: 1500 },
  });
  await assert.rejects(session(stripe, { line_items: [{ price: product.default_price as string, quantity: 1 }] }), {
    param: 'line_items',
  });
});

test('automatic tax follows the country: German VAT on top, reverse charge for a business abroad', async (t) => {
  const { stripe } = await bench(t);
  const price = await monthly(stripe, 1000);
  const subscribe = async (customer: string) => {
    const made = await stripe.subscriptions.create({
      customer,
      items: [{ price: price.id }],
      automatic_tax: { enabled: true },
      expand: ['latest_invoice'],
    });
    return made.latest_invoice as Stripe.Invoice;
  };
  const person = await customerWith(stripe, 'pm_card_visa', { address: { country: 'DE' } });
  const taxed = await subscribe(person.id);
  assert.deepEqual([taxed.total, taxed.total_taxes![0]!.amount, taxed.automatic_tax.status], [1190, 190, 'complete']);
  const business = await customerWith(stripe, 'pm_card_visa', {
    address: { country: 'DE' },
    tax_id_data: [{ type: 'eu_vat', value: 'DE123456789' }],
  });
  const reverse = await subscribe(business.id);
  assert.deepEqual([reverse.total, reverse.total_taxes![0]!.taxability_reason], [1000, 'reverse_charge']);
});

test('a portal session opens at a page of the sandbox, with the default configuration or a named one', async (t) => {
  const { stripe, sandbox } = await bench(t);
  const customer = await stripe.customers.create({});
  const plain = await stripe.billingPortal.sessions.create({
    customer: customer.id,
    return_url: 'https://example.com/back',
  });
  assert.match(plain.url, new RegExp(`^${sandbox.url}/p/session/test_`));
  assert.equal((await stripe.billingPortal.configurations.retrieve(plain.configuration as string)).is_default, true);
  const named = await stripe.billingPortal.configurations.create({
    features: { invoice_history: { enabled: true }, subscription_cancel: { enabled: true } },
  });
  const session = await stripe.billingPortal.sessions.create({ customer: customer.id, configuration: named.id });
  const found = sandbox.customer.portalSession(new URL(session.url).pathname.split('/').at(-1)!);
  assert.equal(found!.id, session.id);
});

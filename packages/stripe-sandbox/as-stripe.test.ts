import assert from 'node:assert/strict';
import { test } from 'node:test';
import type Stripe from 'stripe';
import { bench, customerWith, DAY, eventTypes, latestSubscription, monthly, START } from './testing.ts';

const inactive = /inactive|not active/;

test('prices of archived products cannot be sold', async (t) => {
  const { stripe } = await bench(t);
  const customer = (await customerWith(stripe)).id;
  const [old, other] = [await monthly(stripe, 1000), await monthly(stripe, 2000)];
  const subscription = await stripe.subscriptions.create({ customer, items: [{ price: other.id }] });
  await stripe.products.update(old.product as string, { active: false });
  const items = [{ price: old.id }];
  await assert.rejects(stripe.subscriptions.create({ customer, items }), inactive);
  const item = { id: subscription.items.data[0]!.id, price: old.id };
  await assert.rejects(stripe.subscriptions.update(subscription.id, { items: [item] }), inactive);
  const session: Stripe.Checkout.SessionCreateParams = {
    mode: 'subscription',
    line_items: [{ price: old.id, quantity: 1 }],
    success_url: 'https://a.example',
  };
  await assert.rejects(stripe.checkout.sessions.create(session), inactive);
  await assert.rejects(stripe.invoiceItems.create({ customer, pricing: { price: old.id } }), inactive);
});

test('an incomplete subscription cannot be changed, and a canceled one neither', async (t) => {
  const { stripe } = await bench(t);
  const customer = await stripe.customers.create({});
  const { id: price } = await monthly(stripe, 1000);
  const { id, status, items } = await stripe.subscriptions.create({ customer: customer.id, items: [{ price }] });
  assert.equal(status, 'incomplete');
  const item = items.data[0]!.id;
  await assert.rejects(stripe.subscriptions.update(id, { items: [{ id: item, quantity: 2 }] }), /incomplete/);
  await assert.rejects(stripe.subscriptionItems.update(item, { quantity: 2 }), /incomplete/);
  await stripe.subscriptions.update(id, { metadata: { kept: 'yes' } });
  await stripe.subscriptions.cancel(id);
  await assert.rejects(stripe.subscriptionItems.update(item, { quantity: 2 }), /canceled/);
});

/** A subscription that paused because its trial ended without a card. */
async function paused(stripe: Stripe, advance: (by: { days: number }) => void): Promise<Stripe.Subscription> {
  const customer = await stripe.customers.create({});
  const { id: price } = await monthly(stripe, 1000);
  const { id } = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price }],
    trial_period_days: 7,
    trial_settings: { end_behavior: { missing_payment_method: 'pause' } },
  });
  advance({ days: 7 });
  const subscription = await stripe.subscriptions.retrieve(id);
  assert.equal(subscription.status, 'paused');
  return subscription;
}

test('resuming with a card that fails leaves the subscription paused; it is active once its invoice is paid', async (t) => {
  const { stripe, sandbox } = await bench(t);
  const { id, customer } = await paused(stripe, sandbox.clock.advance);
  const failing = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer: customer as string });
  await stripe.subscriptions.update(id, { default_payment_method: failing.id });
  const resumed = await stripe.subscriptions.resume(id, { expand: ['latest_invoice'] });
  const invoice = resumed.latest_invoice as Stripe.Invoice;
  assert.deepEqual([resumed.status, invoice.status, invoice.amount_due], ['paused', 'open', 1000]);
  assert.equal(invoice.next_payment_attempt, null, 'it is not retried');
  const good = await stripe.paymentMethods.attach('pm_card_visa', { customer: customer as string });
  await stripe.invoices.pay(invoice.id, { payment_method: good.id });
  assert.equal((await stripe.subscriptions.retrieve(id)).status, 'active');
  assert.ok((await eventTypes(stripe)).includes('customer.subscription.resumed'));
});

test('an invoice of resuming that nobody pays is void after 23 hours, and the subscription stays paused', async (t) => {
  const { stripe, sandbox } = await bench(t);
  const { id, customer } = await paused(stripe, sandbox.clock.advance);
  const failing = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer: customer as string });
  await stripe.subscriptions.update(id, { default_payment_method: failing.id });
  await stripe.subscriptions.resume(id);
  sandbox.clock.advance({ seconds: 23 * 3600 });
  const { status, latest_invoice } = await stripe.subscriptions.retrieve(id, { expand: ['latest_invoice'] });
  assert.deepEqual([status, (latest_invoice as Stripe.Invoice).status], ['paused', 'void']);
});

test('a subscription whose invoices are sent is past due from the due date until they are paid', async (t) => {
  const { stripe, sandbox } = await bench(t);
  const customer = await stripe.customers.create({ email: 'ada@example.com' });
  const { id: price } = await monthly(stripe, 1000);
  const sending = { collection_method: 'send_invoice', days_until_due: 14 } as const;
  const { id } = await stripe.subscriptions.create({ customer: customer.id, items: [{ price }], ...sending });
  sandbox.clock.advance({ days: 14, seconds: -1 });
  assert.equal((await stripe.subscriptions.retrieve(id)).status, 'active');
  sandbox.clock.advance({ seconds: 1 });
  const late = await stripe.subscriptions.retrieve(id);
  assert.equal(late.status, 'past_due');
  await stripe.invoices.pay(late.latest_invoice as string, { paid_out_of_band: true });
  assert.equal((await stripe.subscriptions.retrieve(id)).status, 'active');
});

test('writing off the latest invoice makes a past due subscription active', async (t) => {
  const { stripe, sandbox } = await bench(t);
  const customer = await customerWith(stripe);
  const { id: price } = await monthly(stripe, 1000);
  const { id } = await stripe.subscriptions.create({ customer: customer.id, items: [{ price }] });
  const failing = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer: customer.id });
  await stripe.customers.update(customer.id, { invoice_settings: { default_payment_method: failing.id } });
  sandbox.clock.advance({ days: 31, seconds: 3600 });
  const late = await stripe.subscriptions.retrieve(id);
  assert.equal(late.status, 'past_due');
  await stripe.invoices.markUncollectible(late.latest_invoice as string);
  assert.equal((await stripe.subscriptions.retrieve(id)).status, 'active');
});

test('a trial of three days or less is announced when it starts', async (t) => {
  const { stripe } = await bench(t);
  const customer = await customerWith(stripe);
  const { id: price } = await monthly(stripe, 1000);
  const announced = async () => (await eventTypes(stripe)).filter((type) => type.endsWith('trial_will_end')).length;
  const { id } = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price }],
    trial_period_days: 10,
  });
  assert.equal(await announced(), 0);
  await stripe.subscriptions.update(id, { trial_end: START + 2 * DAY, proration_behavior: 'none' });
  assert.equal(await announced(), 1);
  const two = await monthly(stripe, 1000);
  await stripe.subscriptions.create({ customer: customer.id, items: [{ price: two.id }], trial_period_days: 3 });
  assert.equal(await announced(), 2);
});

test('an amount that is too small to be charged is owed with the next invoice', async (t) => {
  const { stripe } = await bench(t);
  const customer = (await customerWith(stripe)).id;
  const bill = async (amount: number) => {
    await stripe.invoiceItems.create({ customer, amount, currency: 'usd' });
    const { id } = await stripe.invoices.create({ customer, pending_invoice_items_behavior: 'include' });
    return stripe.invoices.pay(id).catch(() => stripe.invoices.retrieve(id));
  };
  const small = await bill(30);
  assert.deepEqual([small.status, small.amount_due, small.amount_paid, small.ending_balance], ['paid', 0, 0, 30]);
  assert.equal((await stripe.charges.list({ customer })).data.length, 0);
  const next = await bill(100);
  assert.deepEqual([next.status, next.amount_paid, next.ending_balance], ['paid', 130, 0]);
  const session: Stripe.Checkout.SessionCreateParams = {
    mode: 'payment',
    success_url: 'https://example.com',
    line_items: [{ price_data: { currency: 'usd', unit_amount: 30, product_data: { name: 'Gum' } }, quantity: 1 }],
  };
  await assert.rejects(stripe.checkout.sessions.create(session), { code: 'amount_too_small' });
});

test('a test clock advances at most two intervals of its shortest subscription, and two years without one', async (t) => {
  const { stripe } = await bench(t);
  const clock = await stripe.testHelpers.testClocks.create({ frozen_time: START });
  const advance = (days: number) =>
    stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: START + days * DAY });
  await assert.rejects(advance(732), { param: 'frozen_time' });
  await advance(400);
  const customer = await customerWith(stripe, 'pm_card_visa', { test_clock: clock.id });
  const { id: price } = await monthly(stripe, 1000);
  await stripe.subscriptions.create({ customer: customer.id, items: [{ price }] });
  await assert.rejects(advance(463), { param: 'frozen_time' });
  await advance(458);
});

test('a test clock has at most three customers', async (t) => {
  const { stripe } = await bench(t);
  const { id: test_clock } = await stripe.testHelpers.testClocks.create({ frozen_time: START });
  for (let count = 0; count < 3; count++) await stripe.customers.create({ test_clock });
  await assert.rejects(stripe.customers.create({ test_clock }), { param: 'test_clock' });
});

test('a billing cycle anchor is at most one interval ahead, and prorations stay in the period', async (t) => {
  const { stripe } = await bench(t);
  const customer = (await customerWith(stripe)).id;
  const { id: price } = await monthly(stripe, 1000);
  const items = [{ price }];
  const anchored = stripe.subscriptions.create({ customer, items, billing_cycle_anchor: START + 40 * DAY });
  await assert.rejects(anchored, { param: 'billing_cycle_anchor' });
  const { id, items: own } = await stripe.subscriptions.create({ customer, items });
  const change = { items: [{ id: own.data[0]!.id, quantity: 2 }], proration_date: START - DAY };
  await assert.rejects(stripe.subscriptions.update(id, change), { param: 'proration_date' });
});

test('a price is once in a subscription, and a metered one has no quantity', async (t) => {
  const { stripe } = await bench(t);
  const customer = (await customerWith(stripe)).id;
  const { id: price } = await monthly(stripe, 1000);
  await assert.rejects(stripe.subscriptions.create({ customer, items: [{ price }, { price }] }), /same plan/);
  const meter = await stripe.billing.meters.create({
    display_name: 'Calls',
    event_name: 'calls',
    default_aggregation: { formula: 'sum' },
  });
  const metered = await monthly(stripe, 5, {
    recurring: { interval: 'month', usage_type: 'metered', meter: meter.id },
  });
  await assert.rejects(
    stripe.subscriptions.create({ customer, items: [{ price: metered.id, quantity: 1 }] }),
    /metered/,
  );
});

test('a finalized invoice keeps what it says', async (t) => {
  const { stripe } = await bench(t);
  const customer = (await customerWith(stripe)).id;
  await stripe.invoiceItems.create({ customer, amount: 500, currency: 'usd' });
  const { id } = await stripe.invoices.create({
    customer,
    pending_invoice_items_behavior: 'include',
    description: 'One',
  });
  await stripe.invoices.finalizeInvoice(id);
  await assert.rejects(stripe.invoices.update(id, { description: 'Two' }), { code: 'invoice_not_editable' });
  assert.equal((await stripe.invoices.update(id, { metadata: { a: 'b' } })).metadata!.a, 'b');
});

test('the portal cancels at a time, as under flexible billing', async (t) => {
  const { stripe, sandbox } = await bench(t);
  const customer = await customerWith(stripe);
  const { id: price } = await monthly(stripe, 1000);
  await stripe.subscriptions.create({ customer: customer.id, items: [{ price }] });
  const { url } = await stripe.billingPortal.sessions.create({ customer: customer.id });
  const press = (fields: Record<string, string>) =>
    fetch(url, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' });
  const { id } = await latestSubscription(stripe, customer.id);
  assert.equal((await press({ action: 'cancel', subscription: id })).status, 303);
  const ending = await latestSubscription(stripe, customer.id);
  assert.deepEqual([ending.cancel_at, ending.cancel_at_period_end], [START + 31 * DAY, false]);
  await press({ action: 'resume', subscription: id });
  assert.equal((await latestSubscription(stripe, customer.id)).cancel_at, null);
  assert.equal(sandbox.clock.now(), START);
});

test('a line of yen shows no decimals', async (t) => {
  const { stripe } = await bench(t);
  const customer = await customerWith(stripe);
  const { id: price } = await monthly(stripe, 500, { currency: 'jpy' });
  const { latest_invoice: invoice } = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price }],
    expand: ['latest_invoice'],
  });
  assert.match((invoice as Stripe.Invoice).lines.data[0]!.description!, /\(at 500 JPY \/ month\)/);
});

test('search has pages that the SDK follows', async (t) => {
  const { stripe } = await bench(t);
  for (let count = 0; count < 5; count++)
    await stripe.customers.create({ name: `Ada ${count}`, metadata: { team: 'a' } });
  const query = "metadata['team']:'a'";
  const first = await stripe.customers.search({ query, limit: 2 });
  assert.deepEqual([first.data.length, first.has_more, typeof first.next_page], [2, true, 'string']);
  const all = await stripe.customers.search({ query, limit: 2 }).autoPagingToArray({ limit: 100 });
  assert.deepEqual(
    all.map(({ name }) => name),
    ['Ada 4', 'Ada 3', 'Ada 2', 'Ada 1', 'Ada 0'],
  );
});

test('search joins clauses by AND or OR, negates, compares and finds substrings', async (t) => {
  const { stripe } = await bench(t);
  await stripe.customers.create({ name: 'Ada Lovelace', email: 'ada@example.com' });
  await stripe.customers.create({ name: "Grace O'Hopper", email: 'grace@example.com', metadata: { rank: 'admiral' } });
  const found = async (query: string) =>
    (await stripe.customers.search({ query })).data.map(({ email }) => email?.split('@')[0]).sort();
  assert.deepEqual(await found(`email:'ada@example.com' OR email:"grace@example.com"`), ['ada', 'grace']);
  assert.deepEqual(await found(`name~'love' AND created>=${START}`), ['ada']);
  assert.deepEqual(await found(`-metadata['rank']:null`), ['grace']);
  assert.deepEqual(await found(`name:'Grace O\\'Hopper'`), ['grace']);
  assert.deepEqual(await found(`created<${START}`), []);
  const wrong = [
    "email:'a' AND name:'b' OR name:'c'",
    "shoe_size:'7'",
    'email:',
    "email~'a'",
    'balance>5',
    '',
    "name>'a'",
  ];
  for (const query of wrong) {
    await assert.rejects(stripe.customers.search({ query }), { param: 'query' }, query);
  }
});

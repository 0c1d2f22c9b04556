import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import type Stripe from 'stripe';
import { bench, customerWith, DAY, eventTypes, latestSubscription, monthly, START } from './testing.ts';

test('the invoice of a renewal is a draft for an hour, then finalized and charged', async (t) => {
  const { stripe, sandbox } = await bench(t);
  const price = await monthly(stripe, 1000);
  const customer = await customerWith(stripe);
  const { id } = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
  sandbox.clock.advance({ days: 31 });
  const [draft] = (await stripe.invoices.list({ subscription: id })).data;
  assert.deepEqual(
    [draft!.status, draft!.billing_reason, draft!.automatically_finalizes_at],
    ['draft', 'subscription_cycle', START + 31 * DAY + 3600],
  );
  assert.equal((await stripe.subscriptions.retrieve(id)).items.data[0]!.current_period_end, START + (31 + 28) * DAY);
  sandbox.clock.advance({ seconds: 3600 });
  assert.equal((await stripe.invoices.retrieve(draft!.id)).status, 'paid');
});

test('invoice.upcoming comes seven days before, with an invoice that has no id', async (t) => {
  const { stripe, sandbox } = await bench(t);
  const price = await monthly(stripe, 1000);
  const customer = await customerWith(stripe);
  await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
  sandbox.clock.advance({ days: 24 });
  const [event] = (await stripe.events.list({ type: 'invoice.upcoming' })).data;
  assert.deepEqual([event!.created, (event!.data.object as Stripe.Invoice).total], [START + 24 * DAY, 1000]);
  assert.ok(!('id' in event!.data.object));
});

test('a trial starts with a paid invoice of zero, is announced three days before its end, and then renews', async (t) => {
  const { stripe, sandbox } = await bench(t);
  const price = await monthly(stripe, 1000);
  const customer = await customerWith(stripe);
  const { id, latest_invoice } = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: price.id }],
    trial_period_days: 14,
  });
  const first = await stripe.invoices.retrieve(latest_invoice as string);
  assert.deepEqual([first.total, first.status], [0, 'paid']);
  sandbox.clock.advance({ days: 10 });
  assert.ok(!(await eventTypes(stripe)).includes('customer.subscription.trial_will_end'));
  sandbox.clock.advance({ days: 1 });
  assert.equal((await eventTypes(stripe)).at(-1), 'customer.subscription.trial_will_end');
  assert.equal((await stripe.subscriptions.retrieve(id)).status, 'trialing');
  sandbox.clock.advance({ days: 3, seconds: 0 });
  const active = await stripe.subscriptions.retrieve(id);
  assert.deepEqual([active.status, active.items.data[0]!.current_period_start], ['active', START + 14 * DAY]);
  sandbox.clock.advance({ seconds: 3600 });
  assert.equal((await stripe.invoices.list({ subscription: id })).data[0]!.amount_paid, 1000);
});

for (const [behaviour, status] of [
  ['cancel', 'canceled'],
  ['pause', 'paused'],
  ['create_invoice', 'past_due'],
] as const) {
  test(`a trial without a card ends ${status} with missing_payment_method: ${behaviour}`, async (t) => {
    const { stripe, sandbox } = await bench(t);
    const price = await monthly(stripe, 1000);
    const { id: customer } = await stripe.customers.create({});
    const { id } = await stripe.subscriptions.create({
      customer,
      items: [{ price: price.id }],
      trial_period_days: 7,
      trial_settings: { end_behavior: { missing_payment_method: behaviour } },
    });
    sandbox.clock.advance({ days: 7 });
    sandbox.clock.advance({ seconds: 3600 });
    assert.equal((await stripe.subscriptions.retrieve(id)).status, status);
  });
}

test('a paused subscription is resumed with a new period and an invoice', async (t) => {
  const { stripe, sandbox } = await bench(t);
  const price = await monthly(stripe, 1000);
  const { id: customer } = await stripe.customers.create({});
  const { id } = await stripe.subscriptions.create({
    customer,
    items: [{ price: price.id }],
    trial_period_days: 7,
    trial_settings: { end_behavior: { missing_payment_method: 'pause' } },
  });
  sandbox.clock.advance({ days: 7 });
  const method = await stripe.paymentMethods.attach('pm_card_visa', { customer });
  await stripe.subscriptions.update(id, { default_payment_method: method.id });
  const resumed = await stripe.subscriptions.resume(id, { expand: ['latest_invoice'] });
  assert.equal(resumed.status, 'active');
  assert.equal((resumed.latest_invoice as Stripe.Invoice).amount_paid, 1000);
});

for (const [setting, status] of [
  ['cancel', 'canceled'],
  ['mark_unpaid', 'unpaid'],
  ['leave_past_due', 'past_due'],
] as const) {
  test(`after the last retry the subscription is ${status} with the setting ${setting}`, async (t) => {
    const { stripe, sandbox } = await bench(t, { settings: { retryDays: [3, 5], afterLastRetry: setting } });
    const subscription = await failingRenewal(stripe, sandbox.clock.advance);
    const invoice = async () => (await stripe.invoices.list({ subscription: subscription.id })).data[0]!;
    assert.equal((await latestSubscription(stripe, subscription.customer as string)).status, 'past_due');
    assert.deepEqual(
      [(await invoice()).attempt_count, (await invoice()).next_payment_attempt],
      [1, sandbox.clock.now() + 3 * DAY],
    );
    sandbox.clock.advance({ days: 3 });
    assert.equal((await invoice()).attempt_count, 2);
    sandbox.clock.advance({ days: 5 });
    const after = await stripe.subscriptions.retrieve(subscription.id);
    assert.deepEqual(
      [(await invoice()).attempt_count, (await invoice()).next_payment_attempt, (await invoice()).status],
      [3, null, 'open'],
    );
    assert.equal(after.status, status);
    if (status === 'canceled') assert.equal(after.cancellation_details!.reason, 'payment_failed');
  });
}

for (const [behavior, status] of [
  ['void', 'void'],
  ['mark_uncollectible', 'uncollectible'],
  ['keep_as_draft', 'draft'],
] as const) {
  test(`while collection is paused with ${behavior}, the invoices of renewals are ${status}, and after it they are paid`, async (t) => {
    const { stripe, sandbox } = await bench(t);
    const price = await monthly(stripe, 1000);
    const customer = await customerWith(stripe);
    const { id } = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
    await stripe.subscriptions.update(id, { pause_collection: { behavior, resumes_at: START + 40 * DAY } });
    sandbox.clock.advance({ days: 32 });
    assert.equal((await stripe.invoices.list({ subscription: id })).data[0]!.status, status);
    assert.equal((await stripe.subscriptions.retrieve(id)).status, 'active');
    sandbox.clock.advance({ days: 28 });
    assert.equal((await stripe.subscriptions.retrieve(id)).pause_collection, null);
    assert.equal((await stripe.invoices.list({ subscription: id })).data[0]!.status, 'paid');
  });
}

test('a retry that succeeds makes a past due subscription active', async (t) => {
  const { stripe, sandbox } = await bench(t);
  const subscription = await failingRenewal(stripe, sandbox.clock.advance);
  const customer = subscription.customer as string;
  const method = await stripe.paymentMethods.attach('pm_card_visa', { customer });
  await stripe.customers.update(customer, { invoice_settings: { default_payment_method: method.id } });
  sandbox.clock.advance({ days: 3 });
  assert.equal((await stripe.subscriptions.retrieve(subscription.id)).status, 'active');
});

test('an unpaid subscription keeps making invoices, as drafts that are not collected', async (t) => {
  const { stripe, sandbox } = await bench(t, { settings: { retryDays: [], afterLastRetry: 'mark_unpaid' } });
  const subscription = await failingRenewal(stripe, sandbox.clock.advance);
  assert.equal((await stripe.subscriptions.retrieve(subscription.id)).status, 'unpaid');
  sandbox.clock.advance({ days: 40 });
  const [invoice] = (await stripe.invoices.list({ subscription: subscription.id })).data;
  assert.deepEqual([invoice!.status, invoice!.auto_advance], ['draft', false]);
});

test('a test clock moves only its own customers', async (t) => {
  const { stripe } = await bench(t);
  const clock = await stripe.testHelpers.testClocks.create({ frozen_time: START });
  const price = await monthly(stripe, 1000);
  const subscribe = async (params: Stripe.CustomerCreateParams) => {
    const customer = await customerWith(stripe, 'pm_card_visa', params);
    return (await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] })).id;
  };
  const [timed, other] = [await subscribe({ test_clock: clock.id }), await subscribe({})];
  await stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: START + 32 * DAY });
  const advanced = await stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: START + 63 * DAY });
  assert.deepEqual([advanced.status, advanced.frozen_time], ['ready', START + 63 * DAY]);
  assert.equal((await stripe.invoices.list({ subscription: timed })).data.length, 3);
  assert.equal((await stripe.invoices.list({ subscription: other })).data.length, 1);
  const types = await eventTypes(stripe);
  assert.ok(types.includes('test_helpers.test_clock.advancing') && types.includes('test_helpers.test_clock.ready'));
});

test('customers of a test clock are not listed unless it is named', async (t) => {
  const { stripe } = await bench(t);
  const clock = await stripe.testHelpers.testClocks.create({ frozen_time: START });
  await stripe.customers.create({ test_clock: clock.id });
  assert.equal((await stripe.customers.list()).data.length, 0);
  assert.equal((await stripe.customers.list({ test_clock: clock.id })).data.length, 1);
});

test('deleting a test clock deletes its customers', async (t) => {
  const { stripe } = await bench(t);
  const clock = await stripe.testHelpers.testClocks.create({ frozen_time: START });
  const { id } = await stripe.customers.create({ test_clock: clock.id });
  await stripe.testHelpers.testClocks.del(clock.id);
  assert.equal((await stripe.customers.retrieve(id)).deleted, true);
});

test('the same seed and the same steps give the same objects, ids included', async (t) => {
  const run = async () => {
    const { stripe, sandbox } = await bench(t, { seed: 42 });
    await failingRenewal(stripe, sandbox.clock.advance);
    sandbox.clock.advance({ days: 30 });
    // The SDK generates random idempotency keys, and the port is a random free one.
    const dump = JSON.stringify(sandbox.world.store.dump()).replaceAll(sandbox.url, '');
    return createHash('sha256')
      .update(dump.replaceAll(/stripe-node-retry-[\w-]+/g, ''))
      .digest('hex');
  };
  assert.equal(await run(), await run());
});

async function failingRenewal(
  stripe: Stripe,
  advance: (by: { days: number } | { seconds: number }) => void,
): Promise<Stripe.Subscription> {
  const price = await monthly(stripe, 1000);
  const customer = await customerWith(stripe);
  const subscription = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
  const method = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer: customer.id });
  await stripe.customers.update(customer.id, { invoice_settings: { default_payment_method: method.id } });
  advance({ days: 31 });
  advance({ seconds: 3600 });
  return subscription;
}

test('a paused subscription has no periods and no invoices until it is resumed, and is credited for what it paid', async (t) => {
  const { stripe, sandbox } = await bench(t);
  const customer = await customerWith(stripe);
  const price = await monthly(stripe, 3100);
  const { id } = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
  sandbox.clock.advance({ days: 21 });
  assert.equal((await stripe.subscriptions.pause(id)).status, 'paused');
  await assert.rejects(stripe.subscriptions.pause(id), { type: 'StripeInvalidRequestError' });
  sandbox.clock.advance({ days: 100 });
  assert.equal((await stripe.invoices.list({ subscription: id })).data.length, 1);
  const how = { billing_cycle_anchor: { type: 'now' }, payment_behavior: 'resume_on_payment_success' } as const;
  const resumed = await stripe.subscriptions.resume(id, { ...how, expand: ['latest_invoice'] });
  assert.equal(resumed.status, 'active');
  assert.equal((resumed.latest_invoice as Stripe.Invoice).amount_paid, 3100 - 1000, 'ten of 31 days were unused');
  assert.ok((await eventTypes(stripe)).includes('customer.subscription.paused'));
});

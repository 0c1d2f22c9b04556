import assert from 'node:assert/strict';
import { test } from 'node:test';
import type Stripe from 'stripe';
import { bench, customerWith, DAY, eventTypes, monthly, START } from './testing.ts';

const invoiceOf = (subscription: Stripe.Subscription) => subscription.latest_invoice as Stripe.Invoice;

test('a paid subscription is active, its period is on its items, its invoice is paid through an invoice payment', async (t) => {
  const { stripe } = await bench(t);
  const price = await monthly(stripe, 1000);
  const customer = await customerWith(stripe);
  const subscription = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: price.id, quantity: 2 }],
    expand: ['latest_invoice.payments'],
  });
  const [item] = subscription.items.data;
  assert.deepEqual([subscription.status, subscription.billing_mode.type], ['active', 'flexible']);
  assert.ok(!('current_period_end' in subscription));
  assert.deepEqual([item!.current_period_start, item!.current_period_end], [START, START + 31 * DAY]);
  const invoice = invoiceOf(subscription);
  assert.deepEqual(
    [invoice.status, invoice.amount_paid, invoice.billing_reason],
    ['paid', 2000, 'subscription_create'],
  );
  assert.equal(invoice.parent!.subscription_details!.subscription, subscription.id);
  assert.equal(invoice.payments!.data[0]!.payment.type, 'payment_intent');
  assert.ok(!('payment_intent' in invoice) && !('subscription' in invoice));
});

test('a first payment that fails leaves the subscription incomplete, and paying its invoice activates it', async (t) => {
  const { stripe } = await bench(t);
  const price = await monthly(stripe, 1000);
  const customer = await customerWith(stripe, 'pm_card_chargeCustomerFail');
  const subscription = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: price.id }],
    expand: ['latest_invoice'],
  });
  assert.equal(subscription.status, 'incomplete');
  assert.equal(invoiceOf(subscription).next_payment_attempt, null, 'a first invoice is not retried');
  await stripe.invoices.pay(invoiceOf(subscription).id, { payment_method: 'pm_card_visa' });
  assert.equal((await stripe.subscriptions.retrieve(subscription.id)).status, 'active');
});

test('an incomplete subscription expires after 23 hours, and its invoice is void', async (t) => {
  const { stripe, sandbox } = await bench(t);
  const price = await monthly(stripe, 1000);
  const customer = await customerWith(stripe, 'pm_card_chargeCustomerFail');
  const { id } = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
  sandbox.clock.advance({ seconds: 23 * 3600 - 1 });
  assert.equal((await stripe.subscriptions.retrieve(id)).status, 'incomplete');
  sandbox.clock.advance({ seconds: 1 });
  const expired = await stripe.subscriptions.retrieve(id, { expand: ['latest_invoice'] });
  assert.deepEqual([expired.status, invoiceOf(expired).status], ['incomplete_expired', 'void']);
});

test('default_incomplete waits for the confirmation of the intent, and the invoice has its secret', async (t) => {
  const { stripe } = await bench(t);
  const price = await monthly(stripe, 1000);
  const { id: customer } = await stripe.customers.create({});
  const subscription = await stripe.subscriptions.create({
    customer,
    items: [{ price: price.id }],
    payment_behavior: 'default_incomplete',
    payment_settings: { save_default_payment_method: 'on_subscription' },
    expand: ['latest_invoice.confirmation_secret'],
  });
  assert.equal(subscription.status, 'incomplete');
  const intent = invoiceOf(subscription).confirmation_secret!.client_secret.split('_secret_')[0]!;
  await stripe.paymentIntents.confirm(intent, { payment_method: 'pm_card_visa' });
  const paid = await stripe.subscriptions.retrieve(subscription.id, { expand: ['default_payment_method'] });
  assert.equal(paid.status, 'active');
  assert.equal((paid.default_payment_method as Stripe.PaymentMethod).card!.last4, '4242');
});

test('error_if_incomplete answers 402 and creates nothing', async (t) => {
  const { stripe } = await bench(t);
  const price = await monthly(stripe, 1000);
  const customer = await customerWith(stripe, 'pm_card_chargeCustomerFail');
  const create = stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: price.id }],
    payment_behavior: 'error_if_incomplete',
  });
  await assert.rejects(create, { statusCode: 402 });
  assert.deepEqual((await stripe.subscriptions.list({ status: 'all' })).data, []);
});

test('a first payment can require 3-D Secure, and passing it activates the subscription', async (t) => {
  const { stripe, sandbox } = await bench(t);
  const price = await monthly(stripe, 1000);
  const customer = await customerWith(stripe, 'pm_card_authenticationRequired');
  const { id } = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
  assert.ok((await eventTypes(stripe)).includes('invoice.payment_action_required'));
  const [payment] = (await stripe.invoicePayments.list({ status: 'open' })).data;
  sandbox.customer.authenticate(payment!.payment.payment_intent as string, true);
  assert.equal((await stripe.subscriptions.retrieve(id)).status, 'active');
});

test('a change of quantity credits the unused time and charges the rest on the next invoice', async (t) => {
  const { stripe, sandbox } = await bench(t);
  const price = await monthly(stripe, 3100);
  const customer = await customerWith(stripe);
  const { id, items } = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
  sandbox.clock.advance({ days: 10 });
  await stripe.subscriptions.update(id, { items: [{ id: items.data[0]!.id, quantity: 2 }] });
  const waiting = (await stripe.invoiceItems.list({ pending: true })).data.map((item) => item.amount);
  assert.deepEqual(
    waiting.sort((a, b) => a - b),
    [-2100, 4200],
    '21 of 31 days',
  );
  sandbox.clock.advance({ days: 21, seconds: 3600 });
  const [invoice] = (await stripe.invoices.list({ subscription: id })).data;
  assert.deepEqual([invoice!.total, invoice!.status], [2100 + 6200, 'paid']);
});

test('always_invoice charges the difference at once, and the preview shows it', async (t) => {
  const { stripe, sandbox } = await bench(t);
  const [small, large] = [await monthly(stripe, 3100), await monthly(stripe, 6200)];
  const customer = await customerWith(stripe);
  const { id, items } = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: small.id }] });
  sandbox.clock.advance({ days: 10 });
  const change = { items: [{ id: items.data[0]!.id, price: large.id }], proration_behavior: 'always_invoice' as const };
  const preview = await stripe.invoices.createPreview({ subscription: id, subscription_details: change });
  const changed = await stripe.subscriptions.update(id, { ...change, expand: ['latest_invoice'] });
  assert.equal(preview.amount_due, 2100);
  assert.deepEqual([invoiceOf(changed).amount_paid, invoiceOf(changed).billing_reason], [2100, 'subscription_update']);
  assert.equal(changed.items.data[0]!.price.id, large.id);
  assert.equal(changed.items.data[0]!.id, items.data[0]!.id, 'the item keeps its id');
});

test('a preview stores nothing', async (t) => {
  const { stripe } = await bench(t);
  const price = await monthly(stripe, 1000);
  const customer = await customerWith(stripe);
  const { id } = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
  const before = await eventTypes(stripe);
  const preview = await stripe.invoices.createPreview({ subscription: id });
  assert.deepEqual([preview.status, preview.total, preview.billing_reason], ['draft', 1000, 'upcoming']);
  assert.match(preview.id, /^upcoming_in_/);
  assert.deepEqual(await eventTypes(stripe), before);
  assert.equal((await stripe.invoices.list()).data.length, 1);
});

test('a preview includes an unredeemed coupon and a planned end', async (t) => {
  const { stripe } = await bench(t);
  const price = await monthly(stripe, 1000);
  const coupon = await stripe.coupons.create({ percent_off: 10, duration: 'once' });
  const customer = await customerWith(stripe);
  const first = await stripe.invoices.createPreview({
    customer: customer.id,
    discounts: [{ coupon: coupon.id }],
    subscription_details: { items: [{ price: price.id }] },
  });
  assert.equal(first.total, 900);
  const { id } = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
  const next = await stripe.invoices.createPreview({ subscription: id, discounts: [{ coupon: coupon.id }] });
  assert.equal(next.total, 900);
  const last = await stripe.invoices.createPreview({
    subscription: id,
    subscription_details: { cancel_at_period_end: true },
  });
  assert.equal(last.total, 0);
  assert.equal((await stripe.coupons.retrieve(coupon.id)).times_redeemed, 0);
});

test('proration_behavior none changes the plan without credit or charge', async (t) => {
  const { stripe, sandbox } = await bench(t);
  const price = await monthly(stripe, 3100);
  const customer = await customerWith(stripe);
  const { id, items } = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
  sandbox.clock.advance({ days: 10 });
  await stripe.subscriptions.update(id, {
    items: [{ id: items.data[0]!.id, quantity: 5 }],
    proration_behavior: 'none',
  });
  assert.deepEqual((await stripe.invoiceItems.list()).data, []);
});

test('a downgrade that is invoiced at once becomes credit, which pays the next invoice first', async (t) => {
  const { stripe, sandbox } = await bench(t);
  const price = await monthly(stripe, 3100);
  const customer = await customerWith(stripe);
  const { id, items } = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: price.id, quantity: 2 }],
  });
  sandbox.clock.advance({ days: 10 });
  await stripe.subscriptions.update(id, {
    items: [{ id: items.data[0]!.id, quantity: 1 }],
    proration_behavior: 'always_invoice',
  });
  assert.equal(((await stripe.customers.retrieve(customer.id)) as Stripe.Customer).balance, -2100);
  sandbox.clock.advance({ days: 22 });
  const [invoice] = (await stripe.invoices.list({ subscription: id })).data;
  assert.deepEqual([invoice!.total, invoice!.starting_balance, invoice!.amount_paid], [3100, -2100, 1000]);
});

test('a change of interval starts a new period, credits the old one and is invoiced at once', async (t) => {
  const { stripe, sandbox } = await bench(t);
  const month = await monthly(stripe, 3100);
  const year = await monthly(stripe, 31000, { recurring: { interval: 'year' } });
  const customer = await customerWith(stripe);
  const { id, items } = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: month.id }] });
  sandbox.clock.advance({ days: 10 });
  const changed = await stripe.subscriptions.update(id, {
    items: [{ id: items.data[0]!.id, price: year.id }],
    expand: ['latest_invoice'],
  });
  assert.equal(changed.billing_cycle_anchor, START + 10 * DAY);
  assert.equal(changed.items.data[0]!.current_period_end, START + 375 * DAY);
  assert.equal(invoiceOf(changed).amount_paid, 31000 - 2100);
});

test('pending_if_incomplete changes nothing until the invoice is paid', async (t) => {
  const { stripe } = await bench(t);
  const price = await monthly(stripe, 1000);
  const customer = await customerWith(stripe);
  const { id, items } = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
  await useCard(stripe, customer.id, 'pm_card_chargeCustomerFail');
  const pending = await stripe.subscriptions.update(id, {
    items: [{ id: items.data[0]!.id, quantity: 3 }],
    payment_behavior: 'pending_if_incomplete',
    proration_behavior: 'always_invoice',
  });
  assert.deepEqual([pending.status, pending.items.data[0]!.quantity], ['active', 1]);
  assert.equal(pending.pending_update!.subscription_items![0]!.quantity, 3);
  await stripe.invoices.pay(pending.latest_invoice as string, { payment_method: 'pm_card_visa' });
  const applied = await stripe.subscriptions.retrieve(id);
  assert.deepEqual([applied.pending_update, applied.items.data[0]!.quantity], [null, 3]);
  assert.ok((await eventTypes(stripe)).includes('customer.subscription.pending_update_applied'));
});

test('an unpaid pending update is dropped after 23 hours, and its invoice is void', async (t) => {
  const { stripe, sandbox } = await bench(t);
  const price = await monthly(stripe, 1000);
  const customer = await customerWith(stripe);
  const { id, items } = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
  await useCard(stripe, customer.id, 'pm_card_chargeCustomerFail');
  await stripe.subscriptions.update(id, {
    items: [{ id: items.data[0]!.id, quantity: 3 }],
    payment_behavior: 'pending_if_incomplete',
    proration_behavior: 'always_invoice',
  });
  sandbox.clock.advance({ seconds: 23 * 3600 });
  const after = await stripe.subscriptions.retrieve(id, { expand: ['latest_invoice'] });
  assert.deepEqual([after.pending_update, after.items.data[0]!.quantity, invoiceOf(after).status], [null, 1, 'void']);
  assert.ok((await eventTypes(stripe)).includes('customer.subscription.pending_update_expired'));
});

test('cancel_at_period_end keeps the subscription to the end, can be taken back, and then ends it without another invoice', async (t) => {
  const { stripe, sandbox } = await bench(t);
  const price = await monthly(stripe, 1000);
  const customer = await customerWith(stripe);
  const { id } = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
  const ending = await stripe.subscriptions.update(id, {
    cancel_at_period_end: true,
    cancellation_details: { feedback: 'too_expensive' },
  });
  assert.deepEqual(
    [ending.status, ending.cancel_at, ending.cancellation_details!.feedback],
    ['active', START + 31 * DAY, 'too_expensive'],
  );
  const kept = await stripe.subscriptions.update(id, { cancel_at_period_end: false });
  assert.deepEqual([kept.cancel_at, kept.canceled_at], [null, null]);
  await stripe.subscriptions.update(id, { cancel_at_period_end: true });
  sandbox.clock.advance({ days: 31 });
  const ended = await stripe.subscriptions.retrieve(id);
  assert.deepEqual([ended.status, ended.ended_at], ['canceled', START + 31 * DAY]);
  assert.equal((await stripe.invoices.list({ subscription: id })).data.length, 1);
  assert.equal((await eventTypes(stripe)).at(-1), 'customer.subscription.deleted');
});

test('cancelling at once with prorate leaves a credit, and a canceled subscription is only listed when asked for', async (t) => {
  const { stripe, sandbox } = await bench(t);
  const price = await monthly(stripe, 3100);
  const customer = await customerWith(stripe);
  const { id } = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
  sandbox.clock.advance({ days: 10 });
  const ended = await stripe.subscriptions.cancel(id, { prorate: true });
  assert.equal(ended.status, 'canceled');
  assert.deepEqual(
    (await stripe.invoiceItems.list({ pending: true })).data.map((item) => item.amount),
    [-2100],
  );
  assert.deepEqual((await stripe.subscriptions.list({ customer: customer.id })).data, []);
  assert.equal((await stripe.subscriptions.list({ customer: customer.id, status: 'canceled' })).data.length, 1);
});

test('deleting a customer ends the subscriptions and leaves deleted: true', async (t) => {
  const { stripe } = await bench(t);
  const price = await monthly(stripe, 1000);
  const customer = await customerWith(stripe);
  const { id } = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
  await stripe.customers.del(customer.id);
  assert.deepEqual(
    { ...(await stripe.customers.retrieve(customer.id)) },
    { id: customer.id, object: 'customer', deleted: true },
  );
  assert.equal((await stripe.subscriptions.retrieve(id)).status, 'canceled');
  await assert.rejects(stripe.customers.update(customer.id, { name: 'X' }), { code: 'resource_missing' });
});

test('a credit is a share of the amount charged, not of the current price', async (t) => {
  const { stripe, sandbox } = await bench(t);
  const price = await monthly(stripe, 3100);
  const coupon = await stripe.coupons.create({ percent_off: 50, duration: 'once' });
  const customer = await customerWith(stripe);
  const made = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: price.id }],
    discounts: [{ coupon: coupon.id }],
  });
  sandbox.clock.advance({ days: 10 });
  const preview = await stripe.invoices.createPreview({
    subscription: made.id,
    subscription_details: {
      items: [{ id: made.items.data[0]!.id, quantity: 2 }],
      proration_behavior: 'always_invoice',
    },
  });
  const [credit, debit] = preview.lines.data;
  assert.deepEqual([credit!.amount, debit!.amount], [-1050, 4200]);
  const { proration_details } = credit!.parent!.subscription_item_details!;
  assert.equal(proration_details!.credited_items!.invoice, made.latest_invoice);
});

test('an item that was never charged is not credited', async (t) => {
  const { stripe, sandbox } = await bench(t);
  const [price, extra] = [await monthly(stripe, 3100), await monthly(stripe, 6200)];
  const customer = await customerWith(stripe);
  const { id } = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
  const item = await stripe.subscriptionItems.create({ subscription: id, price: extra.id, proration_behavior: 'none' });
  sandbox.clock.advance({ days: 10 });
  await stripe.subscriptionItems.del(item.id);
  assert.deepEqual((await stripe.invoiceItems.list()).data, []);
});

test('a billing cycle anchor in the future makes the first period short, and its price a share', async (t) => {
  const { stripe, sandbox } = await bench(t);
  const price = await monthly(stripe, 3100);
  const customer = await customerWith(stripe);
  const made = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: price.id }],
    billing_cycle_anchor: START + 10 * DAY,
    expand: ['latest_invoice'],
  });
  assert.deepEqual([invoiceOf(made).amount_paid, made.items.data[0]!.current_period_end], [1000, START + 10 * DAY]);
  sandbox.clock.advance({ days: 11 });
  assert.equal((await stripe.invoices.list({ subscription: made.id })).data[0]!.amount_paid, 3100);
});

test('the events of a change contain the previous values of the fields', async (t) => {
  const { stripe } = await bench(t);
  const price = await monthly(stripe, 1000);
  const customer = await customerWith(stripe);
  const { id } = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
  await stripe.subscriptions.update(id, { metadata: { seats: '3' } });
  const [event] = (await stripe.events.list({ type: 'customer.subscription.updated' })).data;
  assert.deepEqual(event!.data.previous_attributes, { metadata: {} });
});

async function useCard(stripe: Stripe, customer: string, card: string): Promise<void> {
  const method = await stripe.paymentMethods.attach(card, { customer });
  await stripe.customers.update(customer, { invoice_settings: { default_payment_method: method.id } });
}

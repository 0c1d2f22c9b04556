import assert from 'node:assert/strict';
import { test } from 'node:test';
import type Stripe from 'stripe';
import { type Bench, bench, customerWith, DAY, monthly, START } from './testing.ts';

async function metered({
  stripe,
}: Bench): Promise<{ meter: Stripe.Billing.Meter; customer: string; subscription: Stripe.Subscription }> {
  const meter = await stripe.billing.meters.create({
    display_name: 'Calls',
    event_name: 'calls',
    default_aggregation: { formula: 'sum' },
  });
  const price = await monthly(stripe, 5, { recurring: { interval: 'month', usage_type: 'metered', meter: meter.id } });
  const { id: customer } = await customerWith(stripe);
  return {
    meter,
    customer,
    subscription: await stripe.subscriptions.create({ customer, items: [{ price: price.id }] }),
  };
}

const report = (
  stripe: Stripe,
  customer: string,
  value: number,
  params: Partial<Stripe.Billing.MeterEventCreateParams> = {},
) =>
  stripe.billing.meterEvents.create({
    event_name: 'calls',
    payload: { stripe_customer_id: customer, value: String(value) },
    ...params,
  });

test('usage is billed in arrears: nothing at the start, the period’s sum with the renewal', async (t) => {
  const made = await bench(t);
  const { stripe, sandbox } = made;
  const { customer, subscription } = await metered(made);
  assert.equal((await stripe.invoices.retrieve(subscription.latest_invoice as string)).total, 0);
  await report(stripe, customer, 100);
  sandbox.clock.advance({ days: 10 });
  await report(stripe, customer, 50);
  assert.equal((await stripe.invoices.createPreview({ subscription: subscription.id })).total, 750);
  sandbox.clock.advance({ days: 21 });
  await report(stripe, customer, 7);
  sandbox.clock.advance({ seconds: 3600 });
  const [invoice] = (await stripe.invoices.list({ subscription: subscription.id })).data;
  assert.deepEqual(
    [invoice!.total, invoice!.lines.data[0]!.quantity],
    [750, 150],
    'usage after the period counts for the next',
  );
});

test('usage that is reported while the invoice is a draft counts if it happened in the period', async (t) => {
  const made = await bench(t);
  const { stripe, sandbox } = made;
  const { customer, subscription } = await metered(made);
  sandbox.clock.advance({ days: 31, seconds: 60 });
  const end = START + 31 * DAY;
  await report(stripe, customer, 100, { timestamp: end - 1 });
  await report(stripe, customer, 7, { timestamp: end });
  sandbox.clock.advance({ seconds: 3600 });
  const [invoice] = (await stripe.invoices.list({ subscription: subscription.id })).data;
  assert.deepEqual([invoice!.lines.data[0]!.quantity, invoice!.amount_paid], [100, 500]);
});

test('an identifier counts once within 24 hours', async (t) => {
  const made = await bench(t);
  const { stripe, sandbox } = made;
  const { customer, meter } = await metered(made);
  await report(stripe, customer, 10, { identifier: 'a' });
  await assert.rejects(report(stripe, customer, 10, { identifier: 'a' }), { type: 'StripeInvalidRequestError' });
  assert.equal((await summary(stripe, meter, customer)).aggregated_value, 10);
  sandbox.clock.advance({ days: 1 });
  await report(stripe, customer, 10, { identifier: 'a' });
});

test('a meter event can be cancelled within 24 hours', async (t) => {
  const made = await bench(t);
  const { stripe, sandbox } = made;
  const { customer, meter } = await metered(made);
  const cancel = (identifier: string) =>
    stripe.billing.meterEventAdjustments.create({ event_name: 'calls', type: 'cancel', cancel: { identifier } });
  await report(stripe, customer, 10, { identifier: 'wrong' });
  await report(stripe, customer, 1, { identifier: 'late' });
  await cancel('wrong');
  assert.equal((await summary(stripe, meter, customer)).aggregated_value, 1);
  sandbox.clock.advance({ days: 1, seconds: 1 });
  await assert.rejects(cancel('late'), { code: 'resource_missing' });
});

test('usage is refused if it is 35 days late, 5 minutes early, for an unknown meter or not a number', async (t) => {
  const made = await bench(t);
  const { stripe } = made;
  const { customer } = await metered(made);
  await assert.rejects(report(stripe, customer, 1, { timestamp: START - 36 * DAY }), { param: 'timestamp' });
  await assert.rejects(report(stripe, customer, 1, { timestamp: START + 301 }), { param: 'timestamp' });
  await assert.rejects(report(stripe, customer, 1, { event_name: 'other' }), { param: 'event_name' });
  await assert.rejects(report(stripe, customer, Number.NaN), { param: 'payload' });
});

test('a deactivated meter refuses events', async (t) => {
  const made = await bench(t);
  const { customer, meter } = await metered(made);
  await made.stripe.billing.meters.deactivate(meter.id);
  await assert.rejects(report(made.stripe, customer, 1), { param: 'event_name' });
});

test('a subscription that ends at its period end still bills the usage of that period', async (t) => {
  const made = await bench(t);
  const { stripe, sandbox } = made;
  const { customer, subscription } = await metered(made);
  await report(stripe, customer, 100);
  await stripe.subscriptions.update(subscription.id, { cancel_at_period_end: true });
  sandbox.clock.advance({ days: 31, seconds: 3600 });
  const [invoice] = (await stripe.invoices.list({ customer })).data;
  assert.deepEqual([invoice!.total, invoice!.status], [500, 'paid']);
});

async function summary(
  stripe: Stripe,
  meter: Stripe.Billing.Meter,
  customer: string,
): Promise<Stripe.Billing.MeterEventSummary> {
  const { data } = await stripe.billing.meters.listEventSummaries(meter.id, {
    customer,
    start_time: START,
    end_time: START + DAY,
  });
  return data[0]!;
}

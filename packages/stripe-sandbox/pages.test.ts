import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bench, customerWith, DAY, monthly, START } from './testing.ts';

async function press(url: string, fields: Record<string, string>): Promise<Response> {
  return fetch(url, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' });
}

test('no page reloads by itself, all have dark colors and a link to the dashboard', async (t) => {
  const { stripe, sandbox } = await bench(t);
  const customer = await customerWith(stripe);
  const { id: price } = await monthly(stripe, 1000);
  await stripe.subscriptions.create({ customer: customer.id, items: [{ price }] });
  const [invoice] = (await stripe.invoices.list()).data;
  const checkout = await stripe.checkout.sessions.create({ mode: 'setup', success_url: 'https://example.com' });
  const portal = await stripe.billingPortal.sessions.create({ customer: customer.id });
  for (const url of [
    sandbox.url,
    checkout.url!,
    portal.url,
    invoice!.hosted_invoice_url!,
    `${sandbox.url}/c/pay/cs_x`,
  ]) {
    const page = await (await fetch(url)).text();
    assert.doesNotMatch(page, /http-equiv="refresh"/, url);
    assert.match(page, /<a href="\/">Dashboard<\/a>/, url);
    assert.match(page, /prefers-color-scheme:dark/, url);
  }
});

test('the dashboard shows that the next payment of a customer fails, and takes it back', async (t) => {
  const { stripe, sandbox } = await bench(t);
  const { id: customer } = await customerWith(stripe);
  const shows = async () => (await (await fetch(sandbox.url)).text()).includes('the next payment fails');
  assert.equal(await shows(), false);
  await press(sandbox.url, { action: 'decline', customer });
  assert.equal(await shows(), true);
  await press(sandbox.url, { action: 'forget', customer });
  assert.equal(await shows(), false);
  await press(sandbox.url, { action: 'decline', customer });
  const paying = stripe.paymentIntents.create({
    amount: 500,
    currency: 'usd',
    customer,
    confirm: true,
    payment_method: 'pm_card_visa',
  });
  await assert.rejects(paying, { code: 'card_declined' });
  assert.equal(await shows(), false);
});

test('an expiry of 12 / 34 is December 2034, and one in the past is refused', async (t) => {
  const { stripe } = await bench(t);
  const { id: customer } = await stripe.customers.create({ email: 'ada@example.com' });
  const card = { card: '4242 4242 4242 4242', cvc: '123', expiry: '12 / 34' };
  const checkout = await stripe.checkout.sessions.create({
    mode: 'setup',
    customer,
    success_url: 'https://example.com',
  });
  assert.equal((await press(checkout.url!, { ...card, expiry: '12 / 25' })).status, 402);
  assert.equal((await press(checkout.url!, card)).status, 303);
  const { url } = await stripe.billingPortal.sessions.create({ customer });
  const refused = await press(url, { ...card, action: 'card', expiry: '13 / 34' });
  assert.match(await refused.text(), /expiration month is invalid/);
  await press(url, { ...card, action: 'card', expiry: '1/2035' });
  const { data } = await stripe.customers.listPaymentMethods(customer);
  const dates = data.map((method) => [method.card!.exp_month, method.card!.exp_year]);
  assert.deepEqual(dates, [
    [1, 2035],
    [12, 2034],
  ]);
  assert.match(await (await fetch(url)).text(), /12 \/ 2034/);
});

test('the dashboard advances a test clock further than the API does at once', async (t) => {
  const { stripe, sandbox } = await bench(t);
  const clock = await stripe.testHelpers.testClocks.create({ frozen_time: START });
  const customer = await customerWith(stripe, 'pm_card_visa', { test_clock: clock.id });
  const { id: price } = await monthly(stripe, 1000);
  await stripe.subscriptions.create({ customer: customer.id, items: [{ price }] });
  assert.equal((await press(sandbox.url, { action: 'advance', clock: clock.id, days: '400' })).status, 303);
  assert.equal((await stripe.testHelpers.testClocks.retrieve(clock.id)).frozen_time, START + 400 * DAY);
});

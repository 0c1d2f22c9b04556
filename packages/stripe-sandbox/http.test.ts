import assert from 'node:assert/strict';
import { test } from 'node:test';
import Stripe from 'stripe';
import { bench, customerWith, monthly, sdkFor } from './testing.ts';

test('a request without a key, and one with a live key, is refused with 401', async (t) => {
  const { sandbox } = await bench(t);
  const live = new Stripe(['sk', 'live', 'x'].join('_'), { host: '127.0.0.1', port: sandbox.port, protocol: 'http' });
  await assert.rejects(live.customers.list(), { type: 'StripeAuthenticationError', statusCode: 401 });
  assert.equal((await fetch(`${sandbox.url}/v1/customers`)).status, 401);
});

test('an unknown parameter is refused by its name', async (t) => {
  const { stripe } = await bench(t);
  const wrong = { payment_method_types: ['card'] } as Stripe.Checkout.SessionCreateParams;
  await assert.rejects(
    stripe.checkout.sessions.create({ ...wrong, mode: 'setup', success_url: 'https://example.com' }),
    {
      type: 'StripeInvalidRequestError',
      code: 'parameter_unknown',
      param: 'payment_method_types',
    },
  );
});

test('a missing parameter is named', async (t) => {
  const { stripe } = await bench(t);
  await assert.rejects(stripe.products.create({} as Stripe.ProductCreateParams), {
    code: 'parameter_missing',
    param: 'name',
  });
});

test('an unknown id is 404 resource_missing', async (t) => {
  const { stripe } = await bench(t);
  await assert.rejects(stripe.customers.retrieve('cus_none'), {
    statusCode: 404,
    code: 'resource_missing',
    message: "No such customer: 'cus_none'",
  });
});

test('every answer has a request id, errors too, and the event names the request', async (t) => {
  const { stripe } = await bench(t);
  const customer = await stripe.customers.create({}, { idempotencyKey: 'k1' });
  const { requestId } = customer.lastResponse;
  assert.match(requestId, /^req_/);
  const [event] = (await stripe.events.list()).data;
  assert.deepEqual(event!.request, { id: requestId, idempotency_key: 'k1' });
  await assert.rejects(stripe.customers.retrieve('cus_none'), (error: Stripe.errors.StripeError) =>
    /^req_/.test(error.requestId ?? ''),
  );
});

test('the API version of the request is the version of the answer', async (t) => {
  const { stripe } = await bench(t);
  const { lastResponse } = await stripe.customers.create({}, { apiVersion: '2025-09-30.clover' });
  assert.equal(lastResponse.headers['stripe-version'], '2025-09-30.clover');
  assert.equal((await stripe.customers.create({})).lastResponse.headers['stripe-version'], Stripe.API_VERSION);
});

test('a request repeated with its idempotency key is executed once and gets the same answer', async (t) => {
  const { stripe } = await bench(t);
  const first = await stripe.customers.create({ email: 'a@example.com' }, { idempotencyKey: 'same' });
  const second = await stripe.customers.create({ email: 'a@example.com' }, { idempotencyKey: 'same' });
  assert.equal(second.id, first.id);
  assert.equal(second.lastResponse.headers['idempotent-replayed'], 'true');
  assert.equal((await stripe.customers.list()).data.length, 1);
});

test('an idempotency key with other parameters is an idempotency error', async (t) => {
  const { stripe } = await bench(t);
  await stripe.customers.create({ email: 'a@example.com' }, { idempotencyKey: 'same' });
  await assert.rejects(stripe.customers.create({ email: 'b@example.com' }, { idempotencyKey: 'same' }), {
    type: 'StripeIdempotencyError',
  });
});

test('a request whose idempotency key is in use is refused with 409', async (t) => {
  const { stripe, sandbox } = await bench(t);
  sandbox.troubles.set({ slow: 1, slowMs: 200 });
  const create = () => stripe.customers.create({}, { idempotencyKey: 'twice' });
  const outcomes = await Promise.allSettled([create(), create()]);
  const refused = outcomes
    .filter((one) => one.status === 'rejected')
    .map((one) => one.reason as Stripe.errors.StripeError);
  assert.deepEqual(
    refused.map((one) => [one.statusCode, one.code]),
    [[409, 'idempotency_key_in_use']],
  );
});

test('a declined payment gets the same answer when its key is used again', async (t) => {
  const { stripe } = await bench(t);
  const pay = () =>
    stripe.paymentIntents.create(
      { amount: 100, currency: 'usd', confirm: true, payment_method: 'pm_card_visa_chargeDeclined' },
      { idempotencyKey: 'pay' },
    );
  await assert.rejects(pay(), { type: 'StripeCardError' });
  await assert.rejects(pay(), { type: 'StripeCardError' });
  assert.equal((await stripe.paymentIntents.list()).data.length, 1);
});

test('a request that failed validation does not use up its idempotency key', async (t) => {
  const { stripe } = await bench(t);
  await assert.rejects(stripe.products.create({} as Stripe.ProductCreateParams, { idempotencyKey: 'again' }));
  assert.equal((await stripe.products.create({ name: 'Pro' }, { idempotencyKey: 'again' })).name, 'Pro');
});

test('lists are newest first, and paginated by starting_after and ending_before', async (t) => {
  const { stripe } = await bench(t);
  const made: string[] = [];
  for (let count = 0; count < 5; count++) made.unshift((await stripe.customers.create({})).id);
  const ids = (list: Stripe.ApiList<Stripe.Customer>) => list.data.map((one) => one.id);
  const first = await stripe.customers.list({ limit: 2 });
  assert.deepEqual([ids(first), first.has_more], [made.slice(0, 2), true]);
  const last = await stripe.customers.list({ limit: 3, starting_after: made[1]! });
  assert.deepEqual([ids(last), last.has_more], [made.slice(2), false]);
  const before = await stripe.customers.list({ limit: 2, ending_before: made[3]! });
  assert.deepEqual([ids(before), before.has_more], [made.slice(1, 3), true]);
  const walked: string[] = [];
  for await (const customer of stripe.customers.list({ limit: 2 })) walked.push(customer.id);
  assert.deepEqual(walked, made);
});

test('a list returns 1 to 100 objects per page', async (t) => {
  const { stripe } = await bench(t);
  await assert.rejects(stripe.customers.list({ limit: 101 }), { param: 'limit' });
  assert.equal((await stripe.customers.list({ limit: 100 })).data.length, 0);
});

test('expand replaces ids with objects, also in lists, and refuses fields that cannot be expanded', async (t) => {
  const { stripe } = await bench(t);
  const price = await monthly(stripe, 1000);
  const customer = await customerWith(stripe);
  await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
  const { data } = await stripe.subscriptions.list({
    expand: ['data.customer', 'data.items.data.price.product', 'data.latest_invoice.payments'],
  });
  const [subscription] = data;
  assert.equal((subscription!.customer as Stripe.Customer).email, 'ada@example.com');
  assert.equal((subscription!.items.data[0]!.price.product as Stripe.Product).name, 'Plan at 1000');
  assert.equal((subscription!.latest_invoice as Stripe.Invoice).payments!.data[0]!.status, 'paid');
  await assert.rejects(stripe.customers.list({ expand: ['data.nonsense'] }), { param: 'expand' });
});

test('price tiers are shown only when expanded', async (t) => {
  const { stripe } = await bench(t);
  const tiers: Stripe.PriceCreateParams.Tier[] = [
    { up_to: 10, unit_amount: 100 },
    { up_to: 'inf', unit_amount: 50 },
  ];
  const { id } = await monthly(stripe, undefined, { billing_scheme: 'tiered', tiers_mode: 'graduated', tiers });
  assert.equal((await stripe.prices.retrieve(id)).tiers, undefined);
  assert.equal((await stripe.prices.retrieve(id, { expand: ['tiers'] })).tiers!.length, 2);
});

test('search finds by metadata', async (t) => {
  const { stripe } = await bench(t);
  const wanted = await stripe.customers.create({ metadata: { organization: '7' } });
  await stripe.customers.create({ metadata: { organization: '8' } });
  const { data } = await stripe.customers.search({ query: "metadata['organization']:'7'" });
  assert.deepEqual(
    data.map((one) => one.id),
    [wanted.id],
  );
});

test('metadata is merged: an empty value removes a key', async (t) => {
  const { stripe } = await bench(t);
  const { id } = await stripe.customers.create({ metadata: { a: '1', b: '2' } });
  const changed = await stripe.customers.update(id, { metadata: { b: '', c: '3' } });
  assert.deepEqual({ ...changed.metadata }, { a: '1', c: '3' });
});

test('an address and a list survive the form encoding', async (t) => {
  const { stripe } = await bench(t);
  const customer = await stripe.customers.create({
    address: { line1: '1 & 2 [x]=ü', country: 'DE' },
    preferred_locales: ['de', 'en'],
  });
  assert.equal(customer.address!.line1, '1 & 2 [x]=ü');
  assert.deepEqual(customer.preferred_locales, ['de', 'en']);
});

test('a page of another host cannot reach the sandbox through DNS rebinding', async (t) => {
  const { sandbox } = await bench(t);
  const { request } = await import('node:http');
  const status = await new Promise((resolve) => {
    request(
      { port: sandbox.port, host: '127.0.0.1', path: '/_sandbox/clock', headers: { host: 'evil.example' } },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      },
    ).end();
  });
  assert.equal(status, 403);
});

test('a page of another site can change nothing', async (t) => {
  const { sandbox } = await bench(t);
  const post = (path: string, headers: Record<string, string>) =>
    fetch(`${sandbox.url}${path}`, { method: 'POST', headers, body: '{}' });
  for (const path of ['/_sandbox/reset', '/_sandbox/advance', '/v1/customers', '/p/session/x']) {
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'http://localhost:1' },
      { origin: 'null', 'sec-fetch-site': 'cross-site' },
    ]) {
      const answer = await post(path, headers);
      assert.equal(answer.status, 403, `${path} ${JSON.stringify(headers)}`);
      assert.equal(answer.headers.get('access-control-allow-origin'), null);
    }
  }
  const own = { origin: sandbox.url, 'sec-fetch-site': 'same-origin' };
  assert.equal((await post('/_sandbox/reset', own)).status, 200);
  assert.equal((await post('/_sandbox/reset', {})).status, 200, 'and a program');
});

test('the SDK works without a socket, through the in-process client', async (t) => {
  const { sandbox } = await bench(t);
  const stripe = new Stripe('sk_test_x', { httpClient: sandbox.httpClient });
  const made = await stripe.customers.create({ email: 'in@process.example' });
  assert.equal((await sdkFor(sandbox).customers.retrieve(made.id)).id, made.id);
});

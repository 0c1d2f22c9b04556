import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import Stripe from 'stripe';
import { bench, monthly } from './testing.ts';

interface Received {
  event: Stripe.Event;
  body: string;
  signature: string;
}

interface Endpoint {
  url: string;
  received: Received[];
  /** Resolves when that many events have arrived. */
  count(wanted: number): Promise<void>;
  /** The statuses of the next answers; 200 once the list is empty. */
  answers: number[];
}

async function endpoint(t: TestContext): Promise<Endpoint> {
  const received: Received[] = [];
  const answers: number[] = [];
  const waiting: { wanted: number; resolve: () => void }[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    received.push({ event: JSON.parse(body), body, signature: String(request.headers['stripe-signature']) });
    response.writeHead(answers.shift() ?? 200).end();
    for (const one of waiting) if (received.length >= one.wanted) one.resolve();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhook`,
    received,
    answers,
    count: (wanted) =>
      new Promise((resolve) => {
        if (received.length >= wanted) resolve();
        else waiting.push({ wanted, resolve });
      }),
  };
}

test('an event is delivered to each endpoint that wants its type, signed so that the SDK accepts it', async (t) => {
  const all = await endpoint(t);
  const some = await endpoint(t);
  const { stripe } = await bench(t);
  const first = await stripe.webhookEndpoints.create({ url: all.url, enabled_events: ['*'] });
  await stripe.webhookEndpoints.create({ url: some.url, enabled_events: ['price.created'] });
  await monthly(stripe, 1000);
  await Promise.all([all.count(2), some.count(1)]);
  assert.deepEqual(all.received.map((one) => one.event.type).sort(), ['price.created', 'product.created']);
  assert.deepEqual(
    some.received.map((one) => one.event.type),
    ['price.created'],
  );
  const { body, signature } = all.received[0]!;
  assert.equal(stripe.webhooks.constructEvent(body, signature, first.secret!).object, 'event');
  assert.throws(() => stripe.webhooks.constructEvent(body, signature, 'whsec_other'), {
    type: 'StripeSignatureVerificationError',
  });
  assert.throws(() => stripe.webhooks.constructEvent(`${body} `, signature, first.secret!), {
    type: 'StripeSignatureVerificationError',
  });
});

test('an endpoint’s API version is the version of its events, and its secret is shown once', async (t) => {
  const { stripe, sandbox } = await bench(t, { deliveries: 'manual' });
  const made = await stripe.webhookEndpoints.create({
    url: 'http://127.0.0.1:9/',
    enabled_events: ['*'],
    api_version: '2025-09-30.clover',
  });
  assert.match(made.secret!, /^whsec_/);
  assert.equal((await stripe.webhookEndpoints.retrieve(made.id)).secret, undefined);
  assert.ok((await stripe.webhookEndpoints.list()).data.every((one) => !('secret' in one)));
  await stripe.products.create({ name: 'Pro' });
  const [delivery] = sandbox.deliveries.pending();
  assert.equal(sandbox.deliveries.sign(delivery!.id).event.api_version, '2025-09-30.clover');
});

test('a failed delivery is retried with growing pauses, and then given up', async (t) => {
  const hook = await endpoint(t);
  const { stripe, sandbox } = await bench(t, {
    settings: { redeliverySeconds: [10, 60] },
    webhooks: [{ url: hook.url }],
  });
  hook.answers.push(500, 503, 500);
  const settled = async (attempts: number) => {
    await hook.count(attempts);
    while (sandbox.deliveries.all()[0]!.attempts.length < attempts)
      await new Promise((resolve) => setImmediate(resolve));
    return sandbox.deliveries.all()[0]!;
  };
  await stripe.products.create({ name: 'Pro' });
  assert.equal((await settled(1)).status, 'pending');
  sandbox.clock.advance({ seconds: 10 });
  assert.equal((await settled(2)).status, 'pending');
  sandbox.clock.advance({ seconds: 59 });
  assert.equal(hook.received.length, 2);
  sandbox.clock.advance({ seconds: 1 });
  const given = await settled(3);
  assert.deepEqual([given.status, given.attempts.map((one) => one.status)], ['failed', [500, 503, 500]]);
  assert.equal(new Set(hook.received.map((one) => one.event.id)).size, 1);
});

test('an event can be sent again', async (t) => {
  const hook = await endpoint(t);
  const { stripe, sandbox } = await bench(t, { webhooks: [{ url: hook.url }] });
  await stripe.products.create({ name: 'Pro' });
  await hook.count(1);
  const [delivery] = sandbox.deliveries.all();
  sandbox.deliveries.resend(delivery!.event, delivery!.endpoint);
  await hook.count(2);
  assert.equal(hook.received[0]!.event.id, hook.received[1]!.event.id);
});

test('events are listed by type, and after a cursor', async (t) => {
  const { stripe } = await bench(t);
  await monthly(stripe, 1000);
  const [cursor] = (await stripe.events.list({ limit: 1 })).data;
  await monthly(stripe, 2000);
  const since = await stripe.events.list({ ending_before: cursor!.id });
  assert.deepEqual(
    since.data.map((event) => event.type),
    ['price.created', 'product.created'],
  );
  const prices = await stripe.events.list({ types: ['price.created'] });
  assert.equal(prices.data.length, 2);
  assert.equal((await stripe.events.retrieve(cursor!.id)).id, cursor!.id);
});

test('an event keeps the object as it was at that time', async (t) => {
  const { stripe } = await bench(t);
  const { id } = await stripe.customers.create({ name: 'Before' });
  await stripe.customers.update(id, { name: 'After' });
  const [event] = (await stripe.events.list({ type: 'customer.created' })).data;
  assert.equal((event!.data.object as Stripe.Customer).name, 'Before');
});

test('in manual mode nothing is sent: a test takes deliveries in any order, as often as it likes', async (t) => {
  const { stripe, sandbox } = await bench(t, {
    deliveries: 'manual',
    webhooks: [{ url: 'http://127.0.0.1:9/', secret: 'whsec_test' }],
  });
  await monthly(stripe, 1000);
  const [product, price] = sandbox.deliveries.pending();
  for (const delivery of [price!, product!, product!]) {
    const { body, headers } = sandbox.deliveries.sign(delivery.id);
    assert.ok(stripe.webhooks.constructEvent(body, headers['stripe-signature']!, 'whsec_test').id);
  }
  sandbox.deliveries.settle(product!.id, 200);
  assert.deepEqual(
    sandbox.deliveries.pending().map((one) => one.type),
    ['price.created'],
  );
});

test('a thousand subscriptions, each in its own sandbox, take seconds', {
  timeout: 60_000,
}, async () => {
  const { createStripeSandbox } = await import('./sandbox.ts');
  for (let run = 0; run < 1000; run++) {
    const sandbox = createStripeSandbox({
      seed: run,
      startAt: 1_800_000_000,
      deliveries: 'manual',
      webhooks: [{ url: 'http://x/' }],
    });
    const stripe = new Stripe('sk_test_x', { httpClient: sandbox.httpClient });
    const price = await monthly(stripe, 1000);
    const customer = await stripe.customers.create({ payment_method: 'pm_card_visa' });
    const [method] = (await stripe.customers.listPaymentMethods(customer.id)).data;
    const made = await stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: price.id }],
      default_payment_method: method!.id,
    });
    sandbox.clock.advance({ days: 90 });
    assert.equal(made.status, 'active');
    assert.equal(sandbox.world.store.all('invoice').filter((invoice) => invoice.status === 'paid').length, 3);
  }
});

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startStripeSandbox } from './sandbox.ts';
import { bench, customerWith, monthly, sdkFor } from './testing.ts';

test('a rate limit is 429 before the request is handled', async (t) => {
  const { stripe, sandbox } = await bench(t);
  sandbox.troubles.set({ rateLimit: 1 });
  await assert.rejects(stripe.customers.create({}), {
    type: 'StripeRateLimitError',
    statusCode: 429,
    code: 'rate_limit',
  });
  sandbox.troubles.reset();
  assert.deepEqual((await stripe.customers.list()).data, []);
});

test('a failure is 500 before the request is handled', async (t) => {
  const { stripe, sandbox } = await bench(t);
  sandbox.troubles.plan({ kind: 'fail', method: 'POST' });
  await assert.rejects(stripe.customers.create({}), { type: 'StripeAPIError', statusCode: 500 });
  assert.deepEqual((await stripe.customers.list()).data, []);
});

test('a lost answer is a 500 after the request was handled, and the same key returns the result', async (t) => {
  const { stripe, sandbox } = await bench(t);
  sandbox.troubles.plan({ kind: 'failAfter', path: '/v1/customers' });
  await assert.rejects(stripe.customers.create({}, { idempotencyKey: 'k' }), { statusCode: 500 });
  const again = await stripe.customers.create({}, { idempotencyKey: 'k' });
  assert.deepEqual(
    (await stripe.customers.list()).data.map((one) => one.id),
    [again.id],
  );
});

test('the SDK recovers from troubles if it may retry', async (t) => {
  const { sandbox } = await bench(t);
  const stripe = sdkFor(sandbox, { maxNetworkRetries: 2 });
  sandbox.troubles.plan({ kind: 'failAfter', times: 2 });
  await stripe.customers.create({});
  assert.equal((await stripe.customers.list()).data.length, 1);
});

test('a garbled answer is an error of the SDK, not an object', async (t) => {
  const { stripe, sandbox } = await bench(t);
  sandbox.troubles.plan({ kind: 'garbage' });
  await assert.rejects(stripe.customers.list(), /Invalid JSON/);
});

test('a slow answer runs into the timeout of the SDK', async (t) => {
  const { sandbox } = await bench(t);
  sandbox.troubles.set({ slow: 1, slowMs: 5_000 });
  await assert.rejects(sdkFor(sandbox, { timeout: 50 }).customers.list(), { type: 'StripeConnectionError' });
});

test('the next charge of a customer can be made to fail, once', async (t) => {
  const { stripe, sandbox } = await bench(t);
  const customer = await customerWith(stripe);
  const pay = () =>
    stripe.paymentIntents.create({
      amount: 100,
      currency: 'usd',
      customer: customer.id,
      confirm: true,
      payment_method: customer.invoice_settings.default_payment_method as string,
    });
  sandbox.troubles.declineNext('insufficient_funds', customer.id);
  await assert.rejects(pay(), { decline_code: 'insufficient_funds' });
  assert.equal((await pay()).status, 'succeeded');
});

test('deliveries are dropped, duplicated and reordered at the given rates, and identically with the same seed', async (t) => {
  const run = async (seed: number) => {
    const { stripe, sandbox } = await bench(t, {
      seed,
      deliveries: 'manual',
      webhooks: [{ url: 'http://127.0.0.1:9/' }],
    });
    sandbox.troubles.set({ drop: 0.3, duplicate: 0.3, reorder: 0.3 });
    for (let count = 0; count < 40; count++) await stripe.customers.create({ name: String(count) });
    return sandbox.deliveries
      .pending()
      .map((one) => (sandbox.deliveries.sign(one.id).event.data.object as { name: string }).name);
  };
  const first = await run(7);
  const order = first.map(Number);
  assert.ok(new Set(first).size < 40, 'some are dropped');
  assert.ok(new Set(first).size < first.length, 'some come twice');
  assert.notDeepEqual(
    order,
    order.toSorted((a, b) => a - b),
    'some are overtaken',
  );
  assert.deepEqual(await run(7), first);
  assert.notDeepEqual(await run(8), first);
});

test('a delayed delivery is sent after its delay', async (t) => {
  const { stripe, sandbox } = await bench(t, { webhooks: [{ url: 'http://127.0.0.1:9/' }] });
  const sent: string[] = [];
  sandbox.world.outbox.send = (delivery) => sent.push(delivery.type);
  sandbox.troubles.set({ delay: 1, delaySeconds: 30 });
  await stripe.products.create({ name: 'Pro' });
  sandbox.clock.advance({ seconds: 29 });
  assert.deepEqual(sent, []);
  sandbox.clock.advance({ seconds: 1 });
  assert.deepEqual(sent, ['product.created']);
});

test('time, trouble, checkout and reset are available over HTTP', async (t) => {
  const { stripe, sandbox } = await bench(t);
  const control = async (path: string, body: object) => {
    const answer = await fetch(`${sandbox.url}/_sandbox/${path}`, { method: 'POST', body: JSON.stringify(body) });
    return {
      status: answer.status,
      body: (await answer.json()) as { now?: number; duplicate?: number; status?: string; error?: { code: string } },
    };
  };
  const before = sandbox.clock.now();
  assert.deepEqual((await control('advance', { days: 1 })).body, { now: before + 86_400 });
  assert.equal((await control('trouble', { duplicate: 0.5 })).body.duplicate, 0.5);
  const price = await monthly(stripe, 1000);
  const { id } = await stripe.checkout.sessions.create({
    mode: 'subscription',
    line_items: [{ price: price.id, quantity: 1 }],
    success_url: 'https://example.com',
  });
  const declined = await control(`checkout/${id}/complete`, { card: '4000000000000002' });
  assert.deepEqual([declined.status, declined.body.error?.code], [402, 'card_declined']);
  assert.equal(
    (await control(`checkout/${id}/complete`, { card: '4242424242424242', email: 'a@example.com' })).body.status,
    'complete',
  );
  await control('reset', {});
  assert.deepEqual((await stripe.products.list()).data, []);
});

test('an invalid control request is refused and changes nothing', async (t) => {
  const { sandbox } = await bench(t);
  const before = { now: sandbox.clock.now(), rates: sandbox.troubles.rates, settings: { ...sandbox.world.settings } };
  for (const [path, body] of [
    ['advance', { days: 'many' }],
    ['advance', { days: -1 }],
    ['advance', { to: 1 }],
    ['advance', { days: 1e12 }],
    ['trouble', { earthquake: 1 }],
    ['trouble', { fail: 2 }],
    ['trouble', { drop: 'often' }],
    ['trouble', { plan: { kind: 'earthquake' } }],
    ['settings', { retryDays: 'never' }],
    ['settings', { earthquake: 1 }],
    ['settings', { afterLastRetry: 'sue' }],
  ] as const) {
    const answer = await fetch(`${sandbox.url}/_sandbox/${path}`, { method: 'POST', body: JSON.stringify(body) });
    assert.equal(answer.status, 400, JSON.stringify([path, body]));
  }
  const after = { now: sandbox.clock.now(), rates: sandbox.troubles.rates, settings: { ...sandbox.world.settings } };
  assert.deepEqual(after, before);
});

test('a state file keeps the objects over a restart', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'stripe-sandbox-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const stateFile = join(directory, 'state.json');
  const first = await startStripeSandbox({ stateFile });
  const made = await customerWith(sdkFor(first));
  const price = await monthly(sdkFor(first), 1000);
  const { id } = await sdkFor(first).subscriptions.create({ customer: made.id, items: [{ price: price.id }] });
  await first.close();
  const second = await startStripeSandbox({ stateFile });
  second.clock.advance({ days: 32 });
  assert.equal((await sdkFor(second).invoices.list({ subscription: id, status: 'paid' })).data.length, 2);
  await second.close();
});

test('the command listens on a free port, prints its URL, and exits on SIGTERM', async (t) => {
  const main = fileURLToPath(new URL('main.ts', import.meta.url));
  const child = spawn(process.execPath, [
    main,
    '--port',
    '0',
    '--webhook',
    'http://127.0.0.1:9/hook',
    '--trouble',
    'duplicate=1',
  ]);
  t.after(() => child.kill('SIGKILL'));
  let said = '';
  for await (const chunk of child.stdout) {
    said += chunk;
    if (said.includes('whsec_')) break;
  }
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(said)![0];
  assert.equal(((await (await fetch(`${url}/_sandbox/trouble`)).json()) as { duplicate: number }).duplicate, 1);
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  assert.equal(await exited, 0);
});

for (const [what, options, said] of [
  ['an unknown trouble', ['--port', '0', '--trouble', 'earthquake=1'], /Unknown trouble: earthquake/],
  ['an unknown option', ['--earthquake'], /earthquake/],
  ['an invalid port', ['--port', 'here'], /Invalid value for --port: here/],
  ['an invalid date', ['--port', '0', '--start-at', 'soon'], /--start-at/],
] as const) {
  test(`the command refuses ${what} with a one-line error`, async () => {
    const child = spawn(process.execPath, [fileURLToPath(new URL('main.ts', import.meta.url)), ...options]);
    let complaint = '';
    for await (const chunk of child.stderr) complaint += chunk;
    assert.match(complaint, said);
    assert.equal(complaint.trim().split('\n').length, 1);
    assert.equal(child.exitCode ?? (await new Promise((resolve) => child.once('exit', resolve))), 1);
  });
}

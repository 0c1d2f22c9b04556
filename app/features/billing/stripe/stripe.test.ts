import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import Stripe from 'stripe';
import { createStripeSandbox } from 'stripe-sandbox';
import { createLogger } from '../../../platform/telemetry/logger.ts';
import { createMetrics } from '../../../platform/telemetry/metrics.ts';
import { createStripeGateway, isMissing, refusalOf } from './stripe.ts';

describe('asking Stripe', () => {
  const sandbox = createStripeSandbox({ seed: 1 });
  const logs: string[] = [];
  const metrics = createMetrics({ release: 'test' }, { runtime: false });
  const logger = createLogger({
    level: 'info',
    release: 'test',
    destination: { write: (line) => void logs.push(line) },
  });
  const gatewayTo = (stripe: Stripe) => createStripeGateway({ client: async () => stripe, metrics, logger });
  const connect = (httpClient: typeof sandbox.httpClient, key = 'sk_test_a') =>
    new Stripe(key, { httpClient, maxNetworkRetries: 0 });
  const gateway = gatewayTo(connect(sandbox.httpClient));
  const retrieve = (id: string) =>
    gateway.ask('customers.retrieve', (stripe) => stripe.customers.retrieve(id)).catch((error: unknown) => error);
  const outcomes = async () => {
    const { values } = await metrics.stripe_request_duration_seconds.get();
    return values
      .filter(({ metricName }) => metricName?.endsWith('_count'))
      .map(({ labels }) => Object.values(labels).join(' '));
  };

  it('has a name for what it refuses, with its reason', async () => {
    const error = (await retrieve('cus_none')) as { code: string; status: number; detail: string };
    assert.deepEqual([error.code, error.status], ['payments_refused', 409]);
    assert.match(error.detail, /No such customer/);
    assert.equal(refusalOf(error)?.code, 'resource_missing');
    assert.deepEqual(
      [isMissing(error), isMissing(error, 'id'), isMissing(error, 'customer'), isMissing(new Error('x'))],
      [true, true, false, false],
    );
    assert.ok((await outcomes()).includes('customers.retrieve invalid'));
  });

  it('has a name for a declined card, with the reason of the bank', async () => {
    const customer = await connect(sandbox.httpClient).customers.create({});
    const error = await gateway
      .ask('customers.update', (stripe) =>
        stripe.paymentMethods.attach('pm_card_visa_chargeDeclinedInsufficientFunds', { customer: customer.id }),
      )
      .catch((caught: unknown) => caught as { code: string; extensions: object });
    assert.ok('code' in error && 'extensions' in error);
    assert.deepEqual([error.code, error.extensions], ['payment_declined', { declineCode: 'insufficient_funds' }]);
  });

  for (const [trouble, outcome] of [
    ['rateLimit', 'rate_limited'],
    ['fail', 'unavailable'],
    ['garbage', 'unavailable'],
  ] as const) {
    it(`that has the trouble ${trouble} is unavailable`, async () => {
      sandbox.troubles.plan({ kind: trouble });
      const error = (await retrieve('cus_none')) as { code: string; headers: object };
      assert.deepEqual([error.code, error.headers], ['payments_unavailable', { 'retry-after': '30' }]);
      assert.ok((await outcomes()).includes(`customers.retrieve ${outcome}`));
    });
  }

  for (const body of ['{}', '[{}]', '{"object":"list"}', '{"object":7}']) {
    it(`that answers ${body} is unavailable: that was somebody else`, async () => {
      const proxy = {
        getClientName: () => 'proxy',
        async makeRequest(...request) {
          const answer = await sandbox.httpClient.makeRequest(...request);
          return Object.assign(answer, { toJSON: async () => JSON.parse(body) });
        },
      } as typeof sandbox.httpClient;
      await assert.rejects(
        gatewayTo(connect(proxy)).ask('subscriptions.list', (stripe) => stripe.subscriptions.list()),
        { code: 'payments_unavailable' },
      );
    });
  }

  it('with a key that it does not take says so in the log, and is unavailable', async () => {
    const refused = gatewayTo(connect(sandbox.httpClient, 'sk_live_wrong'));
    await assert.rejects(
      refused.ask('prices.list', (stripe) => stripe.prices.list()),
      { code: 'payments_unavailable' },
    );
    assert.ok(logs.some((line) => line.includes('STRIPE_SECRET_KEY')));
    assert.ok(!logs.some((line) => line.includes('sk_live_wrong')), 'the key is not in the log');
  });

  it('leaves mistakes of ours as they are', async () => {
    const mistake = new TypeError('ours');
    await assert.rejects(
      gateway.ask('prices.list', async () => {
        throw mistake;
      }),
      mistake,
    );
  });
});

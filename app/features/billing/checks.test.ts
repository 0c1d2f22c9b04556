import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startStripeSandbox } from 'stripe-sandbox';
import { startTestService } from '../../../test/service.ts';
import { checks } from './checks.ts';

describe('doctor, at Stripe', { timeout: 120_000 }, () => {
  it('names each way in which Stripe does not fit', async (t) => {
    const sandbox = await startStripeSandbox({ port: 0 });
    t.after(() => sandbox.close());
    const env = { STRIPE_SECRET_KEY: 'sk_test_sandbox', STRIPE_WEBHOOK_SECRET: 'whsec_of_a_test' };
    const start = async (more: Record<string, string> = {}) => {
      const test = await startTestService({ jobs: false, env: { ...env, STRIPE_API_BASE: sandbox.url, ...more } });
      t.after(() => test.close());
      const stripe = async () => checks.providers![0]!(test.service);
      return { test, stripe };
    };
    const { test, stripe } = await start();

    const { check, ok, detail } = await stripe();
    assert.deepEqual([check, ok], ['stripe', false]);
    assert.match(
      detail,
      /no webhook endpoint https:\/\/api\.example\.com\/v1\/webhooks\/stripe; run npm run plinth -- billing webhook --apply/,
    );
    assert.match(detail, /Differences from the catalog: \d+; run: node app\/cli\.ts catalog sync --apply/);

    await test.service.billing.operations.syncCatalog({ apply: true });
    const endpoint = sandbox.addWebhook({ url: 'https://api.example.com/v1/webhooks/stripe' });
    assert.equal((await stripe()).ok, true);
    const product = sandbox.world.store.all('product').find(({ name }) => name === 'Pro')!;
    product.active = false;
    assert.match((await stripe()).detail, /^Differences from the catalog: 1;/);
    product.active = true;
    const silent = await (await start({ STRIPE_WEBHOOK_SECRET: '' })).stripe();
    assert.match(silent.detail, /^STRIPE_WEBHOOK_SECRET is not set, so the webhook is off: set it/);

    sandbox.world.store.get('webhook_endpoint', endpoint.id).api_version = '2024-06-20';
    const { detail: version } = await stripe();
    assert.match(version, /is of API version 2024-06-20, the service of 20\d\d-.*: replace it at the next release/);

    const away = await (await start({ STRIPE_API_BASE: 'http://127.0.0.1:1' })).stripe();
    assert.equal(away.ok, false);
    assert.match(away.detail, /^cannot be asked \(.+\); check STRIPE_SECRET_KEY and the network/);
  });
});

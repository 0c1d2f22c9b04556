import assert from 'node:assert/strict';
import { before, beforeEach, describe, it } from 'node:test';
import { startHarness } from '../testing/harness.ts';
import { suiteLifetime } from '../testing/lifetime.ts';
import { type WebhookClient, webhookClient } from '../testing/webhook-client.ts';

describe('the webhook of Postmark', () => {
  const lifetime = suiteLifetime();
  let client: WebhookClient;
  before(async () => {
    const credentials = ['postmark:a-long-password-01', 'postmark:a-long-password-02'];
    client = webhookClient(
      await startHarness(lifetime, { webhooks: { postmark: { credentials, sources: ['127.0.0.1', '10.0.0.0/8'] } } }),
    );
  });
  beforeEach(() => client.clear());

  it('is there only when it is configured, as every provider', async () => {
    for (const provider of ['ses', 'resend', 'mailgun', 'constructor']) {
      assert.deepEqual(await client.post(provider, '{}'), [404, 'not_found']);
    }
  });

  const authorization = (pair: string) => ({
    authorization: `Basic ${Buffer.from(pair).toString('base64')}`,
    'content-type': 'application/json',
  });
  const postmark = (event: object, pair = 'postmark:a-long-password-01', from?: string) =>
    client.post('postmark', JSON.stringify(event), authorization(pair), from);
  const hardBounce = {
    RecordType: 'Bounce',
    Type: 'HardBounce',
    TypeCode: 1,
    Email: 'gone@example.test',
    Description: 'unknown user',
  };

  it('stores hard bounces and complaints, under both credentials while they rotate', async () => {
    assert.deepEqual(await postmark(hardBounce), [200, 'stored']);
    const complaint = { RecordType: 'SpamComplaint', Type: 'SpamComplaint', Email: 'angry@example.test' };
    assert.deepEqual(await postmark(complaint, 'postmark:a-long-password-02', '10.1.2.3'), [200, 'stored']);
    assert.deepEqual(await client.suppressed(), [
      ['gone@example.test', 'hard_bounce', 'postmark', 'HardBounce'],
      ['angry@example.test', 'complaint', 'postmark', 'SpamComplaint'],
    ]);
  });

  it('ignores soft bounces and other events', async () => {
    for (const Type of ['SoftBounce', 'Transient', 'Blocked', 'AutoResponder']) {
      assert.deepEqual(await postmark({ ...hardBounce, Type }), [200, 'stored']);
    }
    assert.deepEqual(await postmark({ RecordType: 'Delivery', Recipient: 'fine@example.test' }), [200, 'stored']);
    assert.deepEqual(await client.suppressed(), []);
  });

  it('lets an address be sent to again that Postmark reactivates, and only what Postmark had reported', async () => {
    const change = { RecordType: 'SubscriptionChange', Recipient: 'Back@example.test', SuppressSending: false };
    await postmark({ ...hardBounce, Email: 'back@example.test' });
    await postmark({
      ...change,
      SuppressSending: true,
      Recipient: 'off@example.test',
      SuppressionReason: 'HardBounce',
    });
    await postmark({
      ...change,
      SuppressSending: true,
      Recipient: 'no@example.test',
      SuppressionReason: 'ManualSuppression',
    });
    assert.deepEqual(await client.suppressed(), [
      ['back@example.test', 'hard_bounce', 'postmark', 'HardBounce'],
      ['off@example.test', 'hard_bounce', 'postmark', 'HardBounce'],
      ['no@example.test', 'complaint', 'postmark', 'ManualSuppression'],
    ]);
    assert.deepEqual(await postmark(change), [200, 'stored']);
    assert.deepEqual(await postmark({ ...change, Recipient: 'no mailbox' }), [200, 'stored']);
    await client.suppress('kept@example.test', 'manual');
    await postmark({ ...change, Recipient: 'kept@example.test' });
    const addresses = (await client.suppressed()).map(([address]) => address);
    assert.deepEqual(addresses, ['off@example.test', 'no@example.test', 'kept@example.test']);
  });

  it('refuses wrong credentials, none, and callers from elsewhere, and stores nothing', async () => {
    assert.deepEqual(await postmark(hardBounce, 'postmark:a-long-password-03'), [401, 'invalid_signature']);
    assert.deepEqual(await postmark(hardBounce, ''), [401, 'invalid_signature']);
    assert.deepEqual(await client.post('postmark', JSON.stringify(hardBounce)), [401, 'invalid_signature']);
    assert.deepEqual(await postmark(hardBounce, undefined, '192.0.2.1'), [401, 'invalid_signature']);
    assert.deepEqual(await postmark(hardBounce, undefined, '2001:db8::1'), [401, 'invalid_signature']);
    assert.deepEqual(await client.suppressed(), []);
  });

  it('answers malformed JSON as such, once the caller is known', async () => {
    const headers = authorization('postmark:a-long-password-01');
    assert.deepEqual(await client.post('postmark', '{', headers), [400, 'malformed_json']);
    assert.deepEqual(await client.post('postmark', '{', authorization('x:y')), [401, 'invalid_signature']);
  });
});

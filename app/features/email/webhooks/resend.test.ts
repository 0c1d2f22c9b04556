import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { before, beforeEach, describe, it } from 'node:test';
import { after, MINUTE_MS } from '../../../platform/clock.ts';
import { startHarness } from '../testing/harness.ts';
import { suiteLifetime } from '../testing/lifetime.ts';
import { type WebhookClient, webhookClient } from '../testing/webhook-client.ts';
import { createResendProvider } from './resend.ts';

const [OLD_KEY, NEW_KEY] = [Buffer.alloc(24, 1), Buffer.alloc(24, 2)];

describe('the webhook of Resend', () => {
  const lifetime = suiteLifetime();
  let client: WebhookClient;
  before(async () => {
    const secrets = [`whsec_${NEW_KEY.toString('base64')}`, OLD_KEY.toString('base64')];
    client = webhookClient(await startHarness(lifetime, { webhooks: { resend: { secrets } } }));
  });
  beforeEach(() => client.clear());

  interface Signing {
    key?: Buffer;
    id?: string;
    at?: Date;
    prefix?: 'svix' | 'webhook';
  }
  function resend(
    event: object,
    { key = NEW_KEY, id = 'msg_1', at = new Date(), prefix = 'svix' }: Signing = {},
    sent = event,
  ) {
    const timestamp = String(Math.floor(at.getTime() / 1_000));
    const mac = createHmac('sha256', key)
      .update(`${id}.${timestamp}.${JSON.stringify(event)}`)
      .digest('base64');
    return client.post('resend', JSON.stringify(sent), {
      'content-type': 'application/json',
      [`${prefix}-id`]: 'msg_1',
      [`${prefix}-timestamp`]: timestamp,
      [`${prefix}-signature`]: `v1,${Buffer.alloc(32).toString('base64')} v1a,x v1,${mac}`,
    });
  }
  const bounced = (type: string) => ({
    type: 'email.bounced',
    data: { to: ['gone@example.test'], bounce: { type, subType: 'General', message: 'unknown user' } },
  });

  it('stores hard bounces and complaints, under both secrets and both spellings of the headers', async () => {
    assert.deepEqual(await resend(bounced('Permanent')), [200, 'stored']);
    const complaint = { type: 'email.complained', data: { to: ['angry@example.test'] } };
    assert.deepEqual(await resend(complaint, { key: OLD_KEY, prefix: 'webhook' }), [200, 'stored']);
    assert.deepEqual(await client.suppressed(), [
      ['gone@example.test', 'hard_bounce', 'resend', 'General'],
      ['angry@example.test', 'complaint', 'resend', ''],
    ]);
  });

  it('ignores soft bounces and other events', async () => {
    assert.deepEqual(await resend(bounced('Transient')), [200, 'stored']);
    assert.deepEqual(await resend({ type: 'email.opened', data: { to: ['fine@example.test'] } }), [200, 'stored']);
    assert.deepEqual(await client.suppressed(), []);
  });

  it('refuses forged, foreign and expired signatures, and stores nothing', async () => {
    const refused = [401, 'invalid_signature'];
    assert.deepEqual(await resend(bounced('Permanent'), { key: Buffer.alloc(24, 3) }), refused);
    assert.deepEqual(await resend(bounced('Permanent'), { id: 'msg_2' }), refused);
    assert.deepEqual(await resend(bounced('Permanent'), { at: after(new Date(), -6 * MINUTE_MS) }), refused);
    assert.deepEqual(await resend(bounced('Permanent'), { at: after(new Date(), 6 * MINUTE_MS) }), refused);
    assert.deepEqual(await resend(bounced('Transient'), {}, bounced('Permanent')), refused);
    assert.deepEqual(await client.post('resend', JSON.stringify(bounced('Permanent'))), refused);
    assert.deepEqual(await client.suppressed(), []);
  });

  it('verifies the example of the Standard Webhooks specification', async () => {
    const clock = { now: () => new Date(1_614_265_330_000) };
    const provider = createResendProvider({ secrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'], clock });
    const headers = {
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    };
    assert.deepEqual(await provider.read({ headers, body: Buffer.from('{"test": 2432232314}'), ipAddress: '' }), []);
  });
});

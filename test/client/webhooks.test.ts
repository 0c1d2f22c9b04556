import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { verifyWebhook, WebhookError } from '@plinth/client/webhooks';
import { Webhook } from 'standardwebhooks';

const secret = `whsec_${Buffer.from('a secret of twenty-four b').toString('base64')}`;
const body = '{"type":"member.joined","data":{"name":"Zoë"}}';
const now = Date.parse('2026-01-01T00:00:00Z');

/** Signed with the library of Standard Webhooks. */
function signed(at = now, withSecret = secret) {
  const signature = new Webhook(withSecret).sign('msg_1', new Date(at), body);
  return { 'webhook-id': 'msg_1', 'webhook-timestamp': String(at / 1_000), 'webhook-signature': signature };
}

describe('a received webhook', () => {
  it('is verified by its signature, with any of several secrets and signatures', async () => {
    assert.deepEqual(await verifyWebhook({ secret, headers: signed(), body, now }), JSON.parse(body));
    const other = `whsec_${Buffer.from('another secret, as long b').toString('base64')}`;
    const headers = new Headers(signed());
    headers.set('webhook-signature', `v1,AAAA v2,x ${headers.get('webhook-signature')}`);
    assert.ok(await verifyWebhook({ secret: [other, secret], headers, body: Buffer.from(body), now }));
  });

  it('is refused with another body, id, secret or signature, and when it is too old or too new', async () => {
    const other = `whsec_${Buffer.from('another secret, as long b').toString('base64')}`;
    const refused = [
      { headers: signed(), body: `${body} ` },
      { headers: { ...signed(), 'webhook-id': 'msg_2' } },
      { headers: { ...signed(), 'webhook-timestamp': String(now / 1_000 + 1) } },
      { headers: { ...signed(), 'webhook-timestamp': 'soon' } },
      { headers: { ...signed(), 'webhook-signature': 'v1,%%%' } },
      { headers: { ...signed(), 'webhook-signature': '' } },
      { headers: {} },
      { headers: signed(now, other) },
      { headers: signed(now - 301_000) },
      { headers: signed(now + 301_000) },
    ];
    for (const each of refused) {
      await assert.rejects(verifyWebhook({ secret, body, now, ...each }), WebhookError, JSON.stringify(each));
    }
  });
});

import assert from 'node:assert/strict';
import { before, beforeEach, describe, it } from 'node:test';
import { after, DAY_MS, MINUTE_MS } from '../../../platform/clock.ts';
import { createCertificate, type TestCertificate } from '../testing/certificate.ts';
import { startHarness } from '../testing/harness.ts';
import { suiteLifetime } from '../testing/lifetime.ts';
import { bounceOf, CERTIFICATE_URL, complaintOf, pages, type SnsFields, signedMessage, TOPIC } from '../testing/sns.ts';
import { type WebhookClient, webhookClient } from '../testing/webhook-client.ts';

const CONFIRM_URL = 'https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&Token=2336412f37';
const EXPIRED_URL = CERTIFICATE_URL.replace('0123', 'eeee');
const BIG_URL = CERTIFICATE_URL.replace('0123', 'bbbb');
const DOWN_URL = CERTIFICATE_URL.replace('0123', 'dddd');

const year = (offset: number) => after(new Date(), offset * 365 * DAY_MS);

/** A certificate, followed by blank lines without end. */
function endless(pem: string): ReadableStream {
  return new ReadableStream({
    start: (controller) => controller.enqueue(Buffer.from(pem)),
    pull: (controller) => controller.enqueue(Buffer.alloc(4_096, '\n')),
  });
}

describe('the webhook of SES', () => {
  const lifetime = suiteLifetime();
  let client: WebhookClient;
  let certificate: TestCertificate;
  let expired: TestCertificate;
  let fetch: ReturnType<typeof pages>;
  let reachable = false;
  before(async () => {
    certificate = createCertificate({ from: year(-1), to: year(1) });
    expired = createCertificate({ from: year(-2), to: year(-1) });
    fetch = pages({
      [CERTIFICATE_URL]: () => new Response(certificate.pem),
      [EXPIRED_URL]: () => new Response(expired.pem),
      [BIG_URL]: () => new Response(endless(certificate.pem)),
      [DOWN_URL]: () => (reachable ? new Response(certificate.pem) : new Response('', { status: 502 })),
      [CONFIRM_URL]: () => new Response('<ok/>'),
    });
    client = webhookClient(await startHarness(lifetime, { webhooks: { ses: { topicArns: [TOPIC], fetch } } }));
  });
  beforeEach(() => client.clear());

  const ses = (message: SnsFields) =>
    client.post('ses', JSON.stringify(message), { 'content-type': 'text/plain; charset=UTF-8' });

  it('stores a hard bounce and a complaint, in both versions of the signature', async () => {
    assert.deepEqual(await ses(signedMessage(certificate, { Message: bounceOf('Gone@Example.test') })), [
      200,
      'stored',
    ]);
    const complaint = { Message: complaintOf('angry@example.test'), SignatureVersion: '1', Subject: 'Amazon SES' };
    assert.deepEqual(await ses(signedMessage(certificate, complaint)), [200, 'stored']);
    const stored = await client.suppressed();
    assert.deepEqual(stored, [
      ['gone@example.test', 'hard_bounce', 'ses', 'General 5.1.1'],
      ['angry@example.test', 'complaint', 'ses', 'abuse'],
    ]);
  });

  it('acknowledges a repetition, and stores it once', async () => {
    const message = signedMessage(certificate, { Message: bounceOf('again@example.test') });
    assert.deepEqual(
      [await ses(message), await ses(message)],
      [
        [200, 'stored'],
        [200, 'stored'],
      ],
    );
    assert.equal((await client.suppressed()).length, 1);
  });

  it('ignores soft bounces, deliveries, regrets and texts', async () => {
    const texts = [
      bounceOf('full@example.test', 'Transient'),
      bounceOf('odd@example.test', 'Undetermined'),
      complaintOf('sorry@example.test', 'not-spam'),
      JSON.stringify({ eventType: 'Delivery', delivery: { recipients: ['fine@example.test'] } }),
      'Successfully validated SNS topic for Amazon SES event publishing.',
      bounceOf('no address\u0000 at all'),
      JSON.stringify({ eventType: 'Bounce', bounce: { bounceType: 'Permanent', bouncedRecipients: 'not a list' } }),
    ];
    for (const Message of texts)
      assert.deepEqual(await ses(signedMessage(certificate, { Message })), [200, 'stored'], Message);
    assert.deepEqual(await client.suppressed(), []);
  });

  it('fetches a certificate once', async () => {
    const before = fetch.urls.filter((url) => url === CERTIFICATE_URL).length;
    await Promise.all([1, 2, 3].map(() => ses(signedMessage(certificate, { Message: bounceOf('a@example.test') }))));
    assert.ok(fetch.urls.filter((url) => url === CERTIFICATE_URL).length <= Math.max(before, 1));
  });

  const forgeries: [string, () => SnsFields][] = [
    [
      'another message under a signature',
      () => ({ ...signedMessage(certificate, { Message: '' }), Message: bounceOf('a@example.test') }),
    ],
    [
      'a subject added',
      () => ({ ...signedMessage(certificate, { Message: bounceOf('a@example.test') }), Subject: 'x' }),
    ],
    ['another key', () => signedMessage(expired, { Message: bounceOf('a@example.test') })],
    ['no signature', () => ({ ...signedMessage(certificate, { Message: bounceOf('a@example.test') }), Signature: '' })],
    [
      'an unknown version',
      () => signedMessage(certificate, { Message: bounceOf('a@example.test'), SignatureVersion: '3' }),
    ],
    ['another topic', () => signedMessage(certificate, { Message: bounceOf('a@example.test'), TopicArn: `${TOPIC}2` })],
    [
      'an old message',
      () =>
        signedMessage(certificate, {
          Message: bounceOf('a@example.test'),
          Timestamp: after(new Date(), -70 * MINUTE_MS).toISOString(),
        }),
    ],
    [
      'a message from the future',
      () =>
        signedMessage(certificate, {
          Message: bounceOf('a@example.test'),
          Timestamp: after(new Date(), 10 * MINUTE_MS).toISOString(),
        }),
    ],
    ['no time', () => signedMessage(certificate, { Message: bounceOf('a@example.test'), Timestamp: 'yesterday' })],
    [
      'an expired certificate',
      () => signedMessage(expired, { Message: bounceOf('a@example.test'), SigningCertURL: EXPIRED_URL }),
    ],
    [
      'a certificate that is too big',
      () => signedMessage(certificate, { Message: bounceOf('a@example.test'), SigningCertURL: BIG_URL }),
    ],
    [
      'a certificate that does not exist',
      () =>
        signedMessage(certificate, {
          Message: bounceOf('a@example.test'),
          SigningCertURL: CERTIFICATE_URL.replace('0123', 'ffff'),
        }),
    ],
  ];
  for (const [what, message] of forgeries) {
    it(`refuses ${what}, and stores nothing`, async () => {
      assert.deepEqual(await ses(message()), [401, 'invalid_signature']);
      assert.deepEqual(await client.suppressed(), []);
    });
  }

  const elsewhere = [
    'https://evil.test/SimpleNotificationService-0123456789abcdef.pem',
    'https://sns.eu-central-1.amazonaws.com.evil.test/a.pem',
    'https://snsxeu-central-1.amazonaws.com/a.pem',
    'https://evil.test/?sns.eu-central-1.amazonaws.com/a.pem',
    'https://sns.eu-central-1.amazonaws.com@evil.test/a.pem',
    'https://user:pw@sns.eu-central-1.amazonaws.com/a.pem',
    'https://sns.eu-central-1.amazonaws.com:8443/a.pem',
    'http://sns.eu-central-1.amazonaws.com/a.pem',
    'https://sns.eu-central-1.amazonaws.com/a.txt?.pem',
    'https://sns.a.b.amazonaws.com/a.pem',
    'https://s3.eu-central-1.amazonaws.com/bucket/a.pem',
    'https://sns.evil-bucket.s3.amazonaws.com/a.pem',
    'file:///etc/passwd.pem',
    '',
  ];
  for (const SigningCertURL of elsewhere) {
    it(`fetches no certificate from ${SigningCertURL || 'nowhere'}`, async () => {
      const before = fetch.urls.length;
      assert.deepEqual(await ses(signedMessage(certificate, { Message: bounceOf('a@example.test'), SigningCertURL })), [
        401,
        'invalid_signature',
      ]);
      assert.equal(fetch.urls.length, before);
    });
  }

  it('fetches nothing for a stranger', async () => {
    const before = fetch.urls.length;
    await ses(
      signedMessage(certificate, {
        TopicArn: 'arn:aws:sns:eu-central-1:666666666666:evil',
        SigningCertURL: DOWN_URL,
      }),
    );
    assert.equal(fetch.urls.length, before);
  });

  it('asks SNS to repeat what it cannot check now, and can check it then', async () => {
    const message = { Message: bounceOf('a@example.test'), SigningCertURL: DOWN_URL };
    assert.deepEqual(await ses(signedMessage(certificate, message)), [503, 'signature_unverifiable']);
    assert.deepEqual(await client.suppressed(), []);
    reachable = true;
    assert.deepEqual(await ses(signedMessage(certificate, message)), [200, 'stored']);
    assert.equal((await client.suppressed()).length, 1);
  });

  const confirmation = {
    Type: 'SubscriptionConfirmation',
    Token: '2336412f37',
    Message: 'You have chosen to subscribe',
    SubscribeURL: CONFIRM_URL,
  };

  it('confirms a subscription of a known topic', async () => {
    assert.deepEqual(await ses(signedMessage(certificate, confirmation)), [200, 'stored']);
    assert.equal(fetch.urls.at(-1), CONFIRM_URL);
  });

  it('opens no URL outside SNS to confirm, and none of an unsigned message', async () => {
    const before = fetch.urls.length;
    const SubscribeURL = 'https://evil.test/?Action=ConfirmSubscription';
    assert.deepEqual(await ses(signedMessage(certificate, { ...confirmation, SubscribeURL })), [
      401,
      'invalid_signature',
    ]);
    const other = `${CONFIRM_URL}&x=1`;
    assert.deepEqual(await ses({ ...signedMessage(certificate, confirmation), SubscribeURL: other }), [
      401,
      'invalid_signature',
    ]);
    assert.equal(fetch.urls.length, before);
  });

  it('asks SNS to repeat a confirmation that failed', async () => {
    const SubscribeURL = `${CONFIRM_URL}0`;
    assert.deepEqual(await ses(signedMessage(certificate, { ...confirmation, SubscribeURL })), [
      503,
      'signature_unverifiable',
    ]);
  });

  it('refuses what is not a message at all', async () => {
    for (const payload of ['', 'null', '[]', '"x"', '{', '{"Type":"Notification"}', '\u0000']) {
      assert.deepEqual(
        await client.post('ses', payload, { 'content-type': 'text/plain' }),
        [401, 'invalid_signature'],
        payload,
      );
    }
    assert.deepEqual(await client.post('ses', 'x'.repeat(400_000), { 'content-type': 'text/plain' }), [
      413,
      'payload_too_large',
    ]);
  });
});

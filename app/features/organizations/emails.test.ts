/** Names and other words of people appear in emails to others. They stay text, in every part of an email. */
import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import type { EmailData } from '../email/email.ts';
import { createSmtpTransport } from '../email/smtp-transport.ts';
import { renderTemplate } from '../email/templates.ts';
import { startHarness } from '../email/testing/harness.ts';
import { sampleOf } from '../email/testing/samples.ts';
import { startSmtpReceiver } from '../email/testing/smtp-receiver.ts';

function invitation(change: Partial<EmailData<'invitation'>>) {
  return renderTemplate('invitation', 'en', { ...sampleOf('invitation'), ...change });
}

function roleChange(organization: string) {
  return renderTemplate('role-changed', 'en', { ...sampleOf('role-changed'), organization });
}

describe('an email about an organization', () => {
  test('markup in a value arrives as text in the HTML and unchanged in the plain text', () => {
    const organization = `<script>alert("x")</script> & 'Söhne'`;
    const { html, text } = roleChange(organization);
    assert.ok(html.includes('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &#39;Söhne&#39;'));
    assert.ok(!html.includes('<script'));
    assert.ok(text.includes(organization));
  });

  test('line breaks in a value add no header, and no line to the text', () => {
    const { subject, text } = roleChange('Eve\r\nBcc: all@example.com\u2028\u0000\u0085X');
    assert.equal(subject, 'Your role in Eve Bcc: all@example.com X was changed');
    assert.doesNotMatch(text, /^Bcc:/m);
  });

  test('a long value is cut in the subject, between characters', () => {
    const { subject } = roleChange('👩‍🚀'.repeat(500));
    assert.ok([...subject].length <= 150 && subject.endsWith('…') && subject.isWellFormed());
  });

  test('direction overrides and lone surrogates do not reach the email', () => {
    const { subject, html } = invitation({ inviter: 'a\u202eb\ud800c' });
    assert.ok(subject.startsWith('a b\ufffdc invites') && html.isWellFormed() && !html.includes('\u202e'));
  });

  test('braces in a value are not taken for a placeholder', () => {
    assert.match(invitation({ organization: '{{url}} $& $1' }).text, /to join \{\{url\}\} \$& \$1 on/);
  });

  it('keeps what people typed out of the headers', async (t) => {
    const smtp = await startSmtpReceiver(t);
    const transport = createSmtpTransport({ url: smtp.url });
    const { queue, deliver, db, email, row } = await startHarness(t, { transport });
    const organization = 'Acme\r\nBcc: eve@evil.test\r\n\r\n<b>hi</b>';
    const data = {
      ...sampleOf('invitation'),
      name: 'Ada\r\nX-Injected: 1',
      inviter: 'Eve\nX-Injected: 2',
      organization,
    };
    await db.transaction((tx) =>
      email.sendEmail(tx, { template: 'invitation', to: 'ada@example.test', locale: 'en', data, key: 'injection' }),
    );
    const [mail] = await email.list();
    await deliver(mail!.id);
    assert.equal((await row(mail!.id)).status, 'sent');
    const [head] = smtp.received[0]!.raw.split('\r\n\r\n');
    const names = head!
      .replace(/\r\n[ \t]+/g, ' ')
      .split('\r\n')
      .map((line) => line.split(':', 1)[0]);
    assert.deepEqual([...names].sort(), [
      'Auto-Submitted',
      'Content-Type',
      'Date',
      'From',
      'MIME-Version',
      'Message-ID',
      'Subject',
      'To',
    ]);
    assert.deepEqual(smtp.received[0]!.to, ['ada@example.test']);
    await deliver(await queue({ to: "o'brien+tag@example.test" }));
    assert.deepEqual(smtp.received[1]!.to, ["o'brien+tag@example.test"]);
  });
});

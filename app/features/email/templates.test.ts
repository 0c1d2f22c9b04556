import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { deviceName } from './device-name.ts';
import { type TemplateData, type TemplateName, templateNames, templates } from './template-catalog.ts';
import { locales, TemplateError } from './template-fields.ts';
import { sampleData } from './template-samples.ts';
import { renderTemplate } from './templates.ts';

const controlCharacter = /[\p{Cc}\p{Zl}\p{Zp}]/u;

function verifyEmail(change: Partial<Record<string, unknown>>) {
  return renderTemplate('verify-email', 'en', {
    ...sampleData['verify-email'],
    ...change,
  } as TemplateData['verify-email']);
}

function invitation(change: Partial<TemplateData['invitation']>) {
  return renderTemplate('invitation', 'en', { ...sampleData.invitation, ...change });
}

describe('every template in every locale', () => {
  for (const locale of locales) {
    for (const template of templateNames) {
      test(`${template} in ${locale} renders whole`, () => {
        const { subject, html, text } = renderTemplate(template, locale, sampleData[template]);
        for (const part of [subject, html, text]) assert.ok(!/\{\{|\bundefined\b|NaN|\[object/.test(part));
        assert.ok(subject.length > 0 && !controlCharacter.test(subject));
        assert.ok(html.includes(`<html dir="ltr" lang="${locale}"`));
        const url = sampleData[template].url;
        assert.equal(html.split(`href="${url}"`).length - 1, 2, 'a button and a visible link lead to the url');
        assert.equal(text.split(url).length - 1, 1);
        assert.equal(html.includes('/unsubscribe?'), templates[template].bulk, 'only bulk mail offers to unsubscribe');
      });

      test(`${template} in ${locale} refuses to render without any one of its fields`, () => {
        for (const field of Object.keys(templates[template].fields)) {
          const { [field]: _dropped, ...rest } = sampleData[template] as Record<string, unknown>;
          assert.throws(() => renderTemplate(template, locale, rest as never), TemplateError, field);
        }
      });
    }
  }
});

describe('values', () => {
  test('markup in a value arrives as text in the HTML and unchanged in the plain text', () => {
    const organization = `<script>alert("x")</script> & 'Söhne'`;
    const { html, text } = invitation({ organization });
    assert.ok(html.includes('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &#39;Söhne&#39;'));
    assert.ok(!html.includes('<script'));
    assert.ok(text.includes(organization));
  });

  test('line breaks in a value add no header, and no line to the text', () => {
    const { subject, text } = invitation({ inviter: 'Eve\r\nBcc: all@example.com\u2028\u0000\u0085X' });
    assert.equal(subject, 'Eve Bcc: all@example.com X invites you to Analytical Engines');
    assert.doesNotMatch(text, /^Bcc:/m);
  });

  test('a long value is cut in the subject, between characters', () => {
    const { subject } = invitation({ inviter: '👩‍🚀'.repeat(500) });
    assert.ok([...subject].length <= 150 && subject.endsWith('…') && subject.isWellFormed());
  });

  test('direction overrides and lone surrogates do not reach the mail', () => {
    const { subject, html } = invitation({ inviter: 'a\u202eb\ud800c' });
    assert.ok(subject.startsWith('a b\ufffdc invites') && html.isWellFormed() && !html.includes('\u202e'));
  });

  test('braces in a value are not taken for a placeholder', () => {
    assert.match(invitation({ organization: '{{url}} $& $1' }).text, /to join \{\{url\}\} \$& \$1 on/);
  });

  for (const url of [
    'javascript:alert(1)',
    ' JaVaScRiPt:alert(1)',
    'data:text/html,x',
    '//evil.example',
    '/relative',
    '',
    'https://user:password@app.example.com/',
    `https://app.example.com/${'a'.repeat(3000)}`,
    null,
    7,
  ]) {
    test(`the url ${JSON.stringify(url)?.slice(0, 50)} is refused, without repeating it`, () => {
      assert.throws(
        () => verifyEmail({ url }),
        (error) => error instanceof TemplateError && !error.message.includes('alert') && /url is/.test(error.message),
      );
    });
  }

  test('a url cannot leave its attribute', () => {
    const { html, text } = verifyEmail({ url: `https://app.example.com/?a=1&b="onclick=x'<b>` });
    assert.ok(html.includes('href="https://app.example.com/?a=1&amp;b=%22onclick=x%27%3Cb%3E"'));
    assert.ok(text.includes('https://app.example.com/?a=1&b=%22onclick=x%27%3Cb%3E'));
  });

  test('a field the template does not know is refused', () => {
    assert.throws(() => verifyEmail({ password: 'secret' }), /unknown field password/);
  });

  test('an unknown template is refused', () => {
    for (const name of ['nope', '__proto__', 'constructor']) {
      assert.throws(() => renderTemplate(name as TemplateName, 'en', {} as never), TemplateError);
    }
  });

  test('values of the wrong type are refused', () => {
    for (const expiresInHours of ['24', -1, 1.5, Number.NaN, null]) {
      assert.throws(() => verifyEmail({ expiresInHours }), TemplateError);
    }
    const receipt = sampleData.receipt;
    for (const amount of [null, 1900, { amount: 19.5, currency: 'usd' }, { amount: 1900, currency: 'dollars' }]) {
      assert.throws(() => renderTemplate('receipt', 'en', { ...receipt, amount } as never), TemplateError);
    }
    assert.throws(() => renderTemplate('receipt', 'en', { ...receipt, paidAt: 'yesterday' }), TemplateError);
    assert.throws(
      () => renderTemplate('trial-ending', 'en', { ...sampleData['trial-ending'], interval: 'toString' } as never),
      TemplateError,
    );
  });
});

describe('the greeting', () => {
  const firstLines = (name: string | null) => verifyEmail({ name }).text.split('\n').slice(0, 8).join('\n');

  test('uses the name, or does without one', () => {
    assert.match(firstLines('Ada'), /^Hello Ada,$/m);
    assert.match(firstLines(null), /^Hello,$/m);
    assert.match(firstLines(' \r\n '), /^Hello,$/m);
    assert.match(firstLines('J. R. R. Tolkien'), /^Hello J\. R\. R\. Tolkien,$/m);
  });

  test("does not repeat a name that would become a link in a stranger's mail", () => {
    for (const name of ['Win at evil.example', 'https://evil.example', 'WWW.evil', 'a@evil']) {
      assert.match(firstLines(name), /^Hello,$/m);
    }
  });
});

describe('formats', () => {
  test('dates, durations and money follow the locale', () => {
    const receipt = (locale: string) => renderTemplate('receipt', locale, sampleData.receipt).text;
    assert.match(receipt('en'), /Paid on: November 22, 2026\nAmount: \$19\.00/);
    assert.match(receipt('de'), /Bezahlt am: 22\. November 2026\nBetrag: 19,00\s\$/);
    assert.match(verifyEmail({ expiresInHours: 1 }).text, /within 1 hour\./);
    assert.match(
      renderTemplate('email-changed', 'de', sampleData['email-changed']).text,
      /22\. November 2026 um 09:41 UTC/,
    );
  });

  test('money has the decimals of its currency', () => {
    const amount = (amount: number, currency: string) =>
      renderTemplate('receipt', 'en', { ...sampleData.receipt, amount: { amount, currency } }).subject;
    assert.match(amount(1900, 'jpy'), /¥1,900$/);
    assert.match(amount(-5, 'usd'), /-\$0\.05$/);
    assert.match(amount(9007199254740991, 'eur'), /€90,071,992,547,409\.91$/);
  });

  test('an unknown locale falls back to its language, then to English', () => {
    const subject = (locale: string) => renderTemplate('verify-email', locale, sampleData['verify-email']).subject;
    for (const locale of ['de', 'de-AT', 'DE_ch']) assert.equal(subject(locale), 'Bestätigen Sie Ihre E-Mail-Adresse');
    for (const locale of ['en-GB', 'fr', '', '__proto__']) assert.equal(subject(locale), 'Confirm your email address');
  });

  test('the old address learns only the outline of the new one', () => {
    const { html, text } = renderTemplate('email-changed', 'en', sampleData['email-changed']);
    assert.ok(text.includes('a•••@engines.example') && !`${html}${text}`.includes('ada@'));
  });

  test('a payment that is not tried again says so', () => {
    const data = { ...sampleData['payment-failed'], nextAttemptAt: null };
    assert.match(renderTemplate('payment-failed', 'en', data).text, /We will not try again by ourselves\./);
  });

  test('a device is named as people name it, and an unknown one by its header', () => {
    const chrome = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0';
    assert.equal(deviceName(`Mozilla/5.0 (Linux; Android 10; K) ${chrome} Mobile Safari/537.36`), 'Chrome, Android');
    assert.equal(
      deviceName(`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${chrome} Safari/537.36 Edg/142.0.0.0`),
      'Edge, Windows',
    );
    assert.equal(
      deviceName(
        'Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 Version/26.0 Mobile/15E148 Safari/604.1',
      ),
      'Safari, iPhone',
    );
    assert.equal(deviceName('curl/8.11.0'), 'curl/8.11.0');
    const { text } = renderTemplate('new-device-sign-in', 'de', {
      ...sampleData['new-device-sign-in'],
      userAgent: null,
    });
    assert.match(text, /Gerät: unbekannt/);
  });
});

test('the compiled templates are those of the sources', () => {
  const script = join(import.meta.dirname, '../../../scripts/compile-emails.ts');
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
  assert.equal(status, 0, stdout + stderr);
});

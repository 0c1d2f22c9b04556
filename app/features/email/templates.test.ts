import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { allEmails, type EmailData, type TemplateName } from './declaration.ts';
import { deviceName } from './device-name.ts';
import { locales, TemplateError } from './fields.ts';
import { renderTemplate } from './templates.ts';
import { sampleOf } from './testing/samples.ts';

const controlCharacter = /[\p{Cc}\p{Zl}\p{Zp}]/u;

function verifyEmail(change: Partial<Record<string, unknown>>) {
  return renderTemplate('verify-email', 'en', {
    ...sampleOf('verify-email'),
    ...change,
  } as EmailData<'verify-email'>);
}

describe('every template in every locale', () => {
  for (const locale of locales) {
    for (const [template, { bulk, fields, sample }] of allEmails()) {
      const unsubscribe = bulk ? { unsubscribeUrl: 'https://app.example.com/unsubscribe?token=sample' } : {};
      const render = (data: object) => renderTemplate(template, locale, { ...data, ...unsubscribe } as never);

      test(`${template} in ${locale} renders whole`, () => {
        const { subject, html, text } = render(sample);
        for (const part of [subject, html, text]) assert.ok(!/\{\{|\bundefined\b|NaN|\[object/.test(part));
        assert.ok(subject.length > 0 && !controlCharacter.test(subject));
        assert.ok(html.includes(`<html dir="ltr" lang="${locale}"`));
        const url = 'url' in fields ? String(sample.url) : undefined;
        if (url) assert.equal(html.split(`href="${url}"`).length - 1, 2, 'a button and a visible link lead to the url');
        if (url) assert.equal(text.split(url).length - 1, 1);
        assert.equal(html.includes('/unsubscribe?'), bulk ?? false, 'only bulk email offers to unsubscribe');
      });

      test(`${template} in ${locale} refuses to render without any one of its fields`, () => {
        for (const field of Object.keys(fields)) {
          const { [field]: _dropped, ...rest } = sample;
          assert.throws(() => render(rest), TemplateError, field);
        }
      });
    }
  }
});

describe('values', () => {
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
    assert.match(verifyEmail({ expiresInHours: 1 }).text, /within 1 hour\./);
    assert.match(
      renderTemplate('email-changed', 'de', sampleOf('email-changed')).text,
      /22\. November 2026 um 09:41 UTC/,
    );
  });

  test('an unknown locale falls back to its language, then to English', () => {
    const subject = (locale: string) => renderTemplate('verify-email', locale, sampleOf('verify-email')).subject;
    for (const locale of ['de', 'de-AT', 'DE_ch']) assert.equal(subject(locale), 'Bestätigen Sie Ihre E-Mail-Adresse');
    for (const locale of ['en-GB', 'fr', '', '__proto__']) assert.equal(subject(locale), 'Confirm your email address');
  });

  test('the old address learns only the outline of the new one', () => {
    const { html, text } = renderTemplate('email-changed', 'en', sampleOf('email-changed'));
    assert.ok(text.includes('a•••@engines.example') && !`${html}${text}`.includes('ada@'));
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
      ...sampleOf('new-device-sign-in'),
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

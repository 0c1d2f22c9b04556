import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TemplateError } from '../email/fields.ts';
import { renderTemplate } from '../email/templates.ts';
import { sampleOf } from '../email/testing/samples.ts';

const receipt = sampleOf('receipt');
const render = (data: object, locale = 'en') => renderTemplate('receipt', locale, { ...receipt, ...data } as never);

test('amounts, days and intervals of the wrong type are refused', () => {
  for (const amount of [null, 1900, { amount: 19.5, currency: 'usd' }, { amount: 1900, currency: 'dollars' }]) {
    assert.throws(() => render({ amount }), TemplateError);
  }
  assert.throws(() => render({ paidAt: 'yesterday' }), TemplateError);
  const trial = { ...sampleOf('trial-ending'), interval: 'toString' };
  assert.throws(() => renderTemplate('trial-ending', 'en', trial as never), TemplateError);
});

test('money has the decimals with which Stripe counts its currency', () => {
  const subject = (amount: number, currency: string) => render({ amount: { amount, currency } }).subject;
  assert.match(subject(1900, 'jpy'), /¥1,900$/);
  assert.match(subject(-5, 'usd'), /-\$0\.05$/);
  assert.match(subject(9007199254740991, 'eur'), /€90,071,992,547,409\.91$/);
  assert.match(subject(5120, 'kwd'), /KWD\s5\.120$/);
  for (const currency of ['huf', 'idr', 'isk', 'ugx', 'cop', 'pkr', 'twd', 'lbp', 'irr'])
    assert.match(subject(100_000, currency), /[^\d,]1,000\.00$/, currency);
});

test('days and money follow the locale', () => {
  assert.match(render({}).text, /Paid on: November 22, 2026\nAmount: \$19\.00/);
  assert.match(render({}, 'de').text, /Bezahlt am: 22\. November 2026\nBetrag: 19,00\s\$/);
});

test('a payment that is not tried again says so', () => {
  const data = { ...sampleOf('payment-failed'), nextAttemptAt: null };
  assert.match(renderTemplate('payment-failed', 'en', data).text, /We will not try again automatically\./);
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nameForStrangers } from './stranger-names.ts';

describe('a name in an email to a stranger', () => {
  it('is shown as it stands if it is nothing but a name', () => {
    for (const name of [
      'Ada Lovelace',
      'J. R. R. Tolkien',
      'Söhne & Co. KG',
      'Öz, 株式会社',
      "O'Brien",
      'Area 51',
      'Team 2026',
    ])
      assert.equal(nameForStrangers(name), name);
  });

  it('is not shown if it has a URL, an address, markup or a number to call', () => {
    for (const name of [
      'Card Services <https://shop.example>',
      'URGENT: verify at https://shop.example/pay',
      'HTTP://SHOP',
      'www.shop',
      'support@bank.example',
      'support＠bank.example',
      'a < b',
      'b > a',
      'Call +1 (800) 555-0199 now',
      ' \r\n ',
      '',
      null,
    ])
      assert.equal(nameForStrangers(name), null, String(name));
  });

  it('loses what a mail program would make a link of', () => {
    for (const [name, shown] of [
      ['example.com', 'example com'],
      ['verify at shop.example/pay', 'verify at shop example pay'],
      ['shop。example', 'shop example'],
      ['shop．example', 'shop example'],
      ['AC/DC', 'AC DC'],
    ])
      assert.equal(nameForStrangers(name!), shown);
  });

  it('is at most 60 characters long, on one line', () => {
    const shown = nameForStrangers(`your account is blocked\r\n${'x '.repeat(100)}`)!;
    assert.ok([...shown].length <= 60 && !/[\r\n]/.test(shown));
  });
});

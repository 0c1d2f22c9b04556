import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseDomain, refusalOf } from './names.ts';

describe('the name of a domain', () => {
  it('has one form, the one that addresses have', () => {
    const same: Record<string, string> = {
      'Engines.Example': 'engines.example',
      ' engines.example. ': 'engines.example',
      'bücher.example': 'xn--bcher-kva.example',
      'BÜCHER.example': 'xn--bcher-kva.example',
      'xn--bcher-kva.example': 'xn--bcher-kva.example',
      'ｅｎｇｉｎｅｓ.example': 'engines.example',
      'faß.example': 'xn--fa-hia.example',
    };
    for (const [given, stored] of Object.entries(same)) assert.equal(parseDomain(given), stored, given);
  });

  it('is no URL, address, network address, or text that no address can have', () => {
    const wrong = [
      '',
      'localhost',
      'a@engines.example',
      'https://engines.example',
      '192.0.2.1',
      '[::1]',
      'a b.example',
    ];
    for (const text of [...wrong, '-a.example', 'a..example', '*.example.com', '_dmarc.example.com', 'x'.repeat(300)])
      assert.equal(parseDomain(text), null, text);
  });

  it('cannot be claimed where strangers to each other have names or addresses', async () => {
    for (const suffix of ['com', 'co.uk', 'github.io', 'xn--p1ai', 'herokuapp.com'])
      assert.match((await refusalOf(suffix)) ?? '', /register/, suffix);
    for (const host of ['gmail.com', 'googlemail.com', 'outlook.com', 'gmx.de', 'web.de', 'proton.me', 'yahoo.co.uk'])
      assert.match((await refusalOf(host)) ?? '', /address/, host);
    assert.match((await refusalOf('mail.gmail.com')) ?? '', /address/, 'nor below such a host');
  });

  it('can be claimed otherwise, also below another one', async () => {
    for (const domain of ['engines.example', 'acme.co.uk', 'eng.acme.com', 'someone.github.io', 'xn--bcher-kva.de'])
      assert.equal(await refusalOf(domain), undefined, domain);
  });
});

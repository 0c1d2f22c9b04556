import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scrub } from './scrubbing.ts';

test('text that looks like an address, a card number or a credential is removed', () => {
  const jwt = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl';
  const cases: Record<string, string> = {
    'no such user: ada.lovelace+x@mail.example.co.uk!': 'no such user: [address]!',
    'Key (email)=(a@example.com) exists': 'Key (email)=([address]) exists',
    'declined: 4242 4242 4242 4242': 'declined: [card]',
    'declined: 4242424242424242.': 'declined: [card].',
    'declined: 378282246310005': 'declined: [card]',
    [`header Bearer ${jwt} refused`]: 'header [credential] refused',
    [`token ${jwt}`]: 'token [credential]',
    'key plk_0Ab9zZ and sk_test_4eC39HqLyjWDarjtT1zdp7dc': 'key [credential] and [credential]',
    'refresh AXabc-DEF_ghijklmnop0123456789qrstuvwxyzABCDEFGH gone': 'refresh [credential] gone',
    'connect postgres://plinth:s3cret@db:5432/plinth': 'connect postgres://plinth:[credential]@db:5432/plinth',
    'body {"email":"a@example.com","password":"hunter2 !"}': 'body {"email":"[address]","password":[credential]}',
    "{ newPassword: 'hunter2', age: 7 }": '{ newPassword: [credential], age: 7 }',
    '"{\\"token\\":\\"hunter2\\"}"': '"{\\"token\\":[credential]}"',
    'GET /reset?token=hunter2&x=1': 'GET /reset?token=[credential]&x=1',
  };
  for (const [text, expected] of Object.entries(cases)) assert.equal(scrub(text), expected);
});

test('text that people need to find a fault is kept', () => {
  for (const text of [
    'Unexpected token: } in JSON, and the token: expired',
    'duplicate key value violates unique constraint "users_pkey"',
    'user 0198c5f2-7d3e-7aaa-8bbb-0123456789ab at 2026-11-24T05:00:00.000Z took 1234567890123 ns',
    'sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    '    at query (file:///srv/app/node_modules/@prometheus-io/client/lib/registry.js:12:34)',
    '    at run (/srv/node_modules/.pnpm/pg@8.23.1/node_modules/pg/lib/client.js:5:6)',
  ]) {
    assert.equal(scrub(text), text);
  }
});

test('long text does not take long enough for a denial of service', () => {
  const startedAt = performance.now();
  for (const part of ['a', 'a@', '1', '1 ', 'A-', 'eyJ.', '@.', 'token', 'token=', 'password:"', '\\'])
    scrub(part.repeat(200_000));
  assert.ok(performance.now() - startedAt < 5_000);
});

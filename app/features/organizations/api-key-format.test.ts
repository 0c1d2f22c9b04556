import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { newId } from '../../platform/security/random.ts';
import { hintOfKey, looksLikeKey, makeKey, parseKey } from './api-key-format.ts';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

describe('an API key as text', () => {
  it('is plk_ and 92 digits of base62, as secret scanners look for it', () => {
    for (let count = 0; count < 100; count++) assert.match(makeKey(newId(), newId()), /^plk_[0-9A-Za-z]{92}$/);
  });

  it('holds, by plain base62, the ids, 32 random bytes, and the CRC-32 of all before it', () => {
    const [organizationId, keyId] = [newId(), newId()];
    const digits = makeKey(organizationId, keyId).slice(4);
    const number = [...digits].reduce((sum, digit) => sum * 62n + BigInt(ALPHABET.indexOf(digit)), 0n);
    const bytes = Buffer.from(number.toString(16).padStart(136, '0'), 'hex');
    assert.equal(bytes.length, 68);
    assert.equal(bytes.subarray(0, 16).toString('hex'), organizationId.replaceAll('-', ''));
    assert.equal(bytes.subarray(16, 32).toString('hex'), keyId.replaceAll('-', ''));
    assert.equal(bytes.readUInt32BE(64), crc32(bytes.subarray(0, 64)));
  });

  it('is read back as what it was made of, whatever the ids', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.uuid(), (organizationId, keyId) => {
        assert.deepEqual(parseKey(makeKey(organizationId, keyId)), { organizationId, keyId });
      }),
    );
    const lowest = '00000000-0000-0000-0000-000000000000';
    assert.deepEqual(parseKey(makeKey(lowest, lowest)), { organizationId: lowest, keyId: lowest });
  });

  it('is never the same twice', () => {
    const [organizationId, keyId] = [newId(), newId()];
    assert.equal(new Set(Array.from({ length: 100 }, () => makeKey(organizationId, keyId))).size, 100);
  });

  it('shows any one digit that was changed, and any that were lost, added or swapped', () => {
    const key = makeKey(newId(), newId());
    for (let index = 4; index < key.length; index++) {
      for (const digit of ['0', 'A', 'z'].filter((other) => other !== key[index])) {
        assert.equal(parseKey(key.slice(0, index) + digit + key.slice(index + 1)), null);
      }
      if (index > 4 && key[index] !== key[index - 1]) {
        const swapped = key.slice(0, index - 1) + key[index]! + key[index - 1]! + key.slice(index + 1);
        assert.equal(parseKey(swapped), null);
      }
      assert.equal(parseKey(key.slice(0, index)), null);
    }
    for (const text of [
      '',
      'plk_',
      `${key}0`,
      ` ${key}`,
      `${key}\n`,
      key.replace('plk_', 'PLK_'),
      `plk_${'z'.repeat(92)}`,
    ])
      assert.equal(parseKey(text), null);
  });

  it('is told from an access token by its beginning, and recognised by its end', () => {
    const key = makeKey(newId(), newId());
    assert.ok(looksLikeKey(key));
    assert.ok(!looksLikeKey('eyJhbGciOiJFUzI1NiJ9.e30.AA'));
    assert.equal(hintOfKey(key), `plk_…${key.slice(-4)}`);
  });
});

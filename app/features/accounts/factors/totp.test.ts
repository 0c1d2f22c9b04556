/** The library's behaviour on which codes depend, and the vectors of RFC 6238. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { generateURI } from 'otplib';
import { codeAt } from '../../../../scripts/demo/one-time-codes.ts';
import { stepOf } from './totp.ts';

/** The secret of RFC 6238, appendix B: 12345678901234567890. */
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
const at = (seconds: number) => new Date(seconds * 1_000);

describe('codes of an authenticator app', () => {
  it('are those of RFC 6238, appendix B', () => {
    const vectors = {
      59: '287082',
      1111111109: '081804',
      1111111111: '050471',
      1234567890: '005924',
      2000000000: '279037',
    };
    for (const [seconds, code] of Object.entries(vectors)) {
      assert.equal(stepOf(SECRET, code, at(Number(seconds))), Math.floor(Number(seconds) / 30));
      assert.equal(codeAt(SECRET, at(Number(seconds))), code);
    }
  });

  it('are good in exactly three time steps, at the first and the last second of each', () => {
    for (const second of [0, 1, 15, 29]) {
      const now = 60_000_000 + second;
      const good = [-2, -1, 0, 1, 2].filter(
        (steps) => stepOf(SECRET, codeAt(SECRET, at(now), steps), at(now)) !== undefined,
      );
      assert.deepEqual(good, [-1, 0, 1], `second ${second}`);
    }
  });

  it('are refused without an error when they are no codes', () => {
    for (const text of ['', '12345', '1234567', 'abcdef', '-12345', '１２３４５６', '12 34', '287082\0']) {
      assert.equal(stepOf(SECRET, text, at(59)), undefined, text);
    }
    for (const text of ['287 082', ' 287082 ', '287-082']) assert.equal(stepOf(SECRET, text, at(59)), 1, text);
  });

  it('come with a URI that apps read back, whatever the product and the person are called', () => {
    for (const [issuer, label] of [
      ['Müller & Söhne', 'ada+x@example.com'],
      ['100 % Acme', 'jürgen@example.com'],
    ] as const) {
      const uri = new URL(generateURI({ issuer, label, secret: SECRET }));
      assert.equal(decodeURIComponent(uri.pathname.split(':')[1]!), label);
      assert.equal(uri.searchParams.get('issuer'), issuer);
    }
  });
});

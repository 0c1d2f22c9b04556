import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeAmount } from './currencies.ts';

describe('an amount', () => {
  it('has as many decimals as Stripe counts in its currency', () => {
    assert.equal(describeAmount(1_900, 'usd'), '19.00 USD');
    assert.equal(describeAmount(1_900, 'JPY'), '1900 JPY');
    assert.equal(describeAmount(-5_120, 'kwd'), '-5.120 KWD');
    for (const currency of ['huf', 'isk', 'ugx', 'idr', 'cop', 'pkr'])
      assert.equal(describeAmount(100_000, currency), `1000.00 ${currency.toUpperCase()}`);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import Stripe from 'stripe';
import { createStripeSandbox } from 'stripe-sandbox';
import { describeAmount, minorDigits } from '../../platform/currencies.ts';
import { inUnits } from './tools/dashboard.ts';

/** Each way in which Stripe counts, and each currency that it counts in another way than ISO 4217. */
const CURRENCIES =
  'usd eur jpy krw clp vnd xof bif djf gnf kmf mga pyg rwf vuv xaf xpf bhd jod kwd omr tnd huf idr isk ugx cop pkr twd lbp'.split(
    ' ',
  );

describe('the minor units of a currency', () => {
  it('are those with which Stripe describes a line of an invoice', async () => {
    const sandbox = createStripeSandbox({ seed: 1 });
    const stripe = new Stripe('sk_test_sandbox', { httpClient: sandbox.httpClient, maxNetworkRetries: 0 });
    const product = (await stripe.products.create({ name: 'Plan' })).id;
    for (const currency of CURRENCIES) {
      const recurring = { interval: 'month' } as const;
      const price = (await stripe.prices.create({ product, currency, unit_amount: 100_000, recurring })).id;
      const { lines } = await stripe.invoices.createPreview({ currency, subscription_details: { items: [{ price }] } });
      assert.ok(lines.data[0]!.description!.includes(describeAmount(100_000, currency)), lines.data[0]!.description!);
    }
  });

  it('divide what the dashboards show, each currency by its own', () => {
    const branches = inUnits((selector) => selector).split(' or ');
    for (const currency of CURRENCIES) {
      const divisors = branches.flatMap((branch) => {
        const [, operator, pattern, divisor] = /^\{currency(=~|!~)"(.*)"\}(?: \/ (\d+))?$/.exec(branch)!;
        return new RegExp(`^(${pattern})$`).test(currency) === (operator === '=~') ? [Number(divisor ?? 1)] : [];
      });
      assert.deepEqual(divisors, [10 ** minorDigits(currency)], currency);
    }
  });
});

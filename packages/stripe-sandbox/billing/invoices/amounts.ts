/** The amount for a quantity of a price, in minor units (docs.stripe.com/products-prices/pricing-models). */
import type Stripe from 'stripe';
import { invalid } from '../../world/fault.ts';

/** Turns a number into the string that Stripe's API sends for decimals; the SDK parses it into its Decimal. */
export function decimal(value: number): Stripe.Decimal {
  return String(value) as unknown as Stripe.Decimal;
}

interface Rates {
  unit_amount: number | null;
  unit_amount_decimal: Stripe.Decimal | null;
  tiers?: Stripe.Price.Tier[];
}

/** The rates of a price in a currency: its own, or those of its currency_options. Throws 400 if it has neither. */
export function ratesIn(price: Stripe.Price, currency: string): Rates {
  if (price.currency === currency) return price;
  const option = price.currency_options?.[currency];
  if (option) return option as Rates;
  throw invalid(
    `The price specified only supports \`${price.currency}\`. This doesn't match the expected currency: \`${currency}\`.`,
    'currency',
  );
}

/** The amount for `quantity` of a price, rounded to the minor unit. */
export function amountOf(price: Stripe.Price, quantity: number, currency = price.currency): number {
  const rates = ratesIn(price, currency);
  const count = packages(price, quantity);
  if (price.billing_scheme === 'per_unit') return Math.round(unitRate(rates) * count);
  return Math.round(price.tiers_mode === 'volume' ? byVolume(rates, count) : graduated(rates, count));
}

function packages(price: Stripe.Price, quantity: number): number {
  const transform = price.transform_quantity;
  if (!transform) return quantity;
  const count = quantity / transform.divide_by;
  return transform.round === 'up' ? Math.ceil(count) : Math.floor(count);
}

function unitRate(rates: Pick<Rates, 'unit_amount' | 'unit_amount_decimal'>): number {
  return Number(rates.unit_amount_decimal ?? rates.unit_amount ?? 0);
}

/** Volume tiers: every unit costs the rate of the tier that the whole quantity falls in. */
function byVolume(rates: Rates, quantity: number): number {
  const tier = (rates.tiers ?? []).find((one) => one.up_to === null || quantity <= one.up_to);
  return tier ? unitRate(tier) * quantity + Number(tier.flat_amount ?? 0) : 0;
}

/** Graduated tiers: each unit costs the rate of its own tier. A tier's flat fee is due once a unit falls in it. */
function graduated(rates: Rates, quantity: number): number {
  let amount = 0;
  let below = 0;
  for (const tier of rates.tiers ?? []) {
    const units = Math.min(quantity, tier.up_to ?? Number.POSITIVE_INFINITY) - below;
    if (units <= 0 && below > 0) break;
    amount += unitRate(tier) * Math.max(0, units) + Number(tier.flat_amount ?? 0);
    below = tier.up_to ?? quantity;
  }
  return amount;
}

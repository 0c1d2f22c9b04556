/** How an object at Stripe differs from what the catalog wants. */
import type Stripe from 'stripe';
import type { WantedPrice } from './wanted.ts';

/** True if `present` has all that is wanted. Other fields do not matter, nor does the order of a list. */
export function contains(present: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    const sorted = (list: readonly unknown[]) => JSON.stringify([...list].sort());
    return Array.isArray(present) && sorted(present) === sorted(wanted);
  }
  if (typeof wanted !== 'object' || wanted === null) return present === wanted;
  return Object.entries(wanted).every(([key, value]) => contains(Object(present)[key], value));
}

/** The fields of a price that Stripe never changes, so that a difference needs another price. */
type Terms = Record<string, string | number | null>;

export function termsOf(price: Stripe.Price): Terms {
  const { recurring, transform_quantity: packages } = price;
  return {
    product: typeof price.product === 'string' ? price.product : price.product.id,
    currency: price.currency,
    amount: price.billing_scheme === 'tiered' ? tiersOf(price.tiers ?? []) : rateOf(price),
    mode: price.tiers_mode,
    interval: recurring?.interval ?? null,
    intervals: recurring?.interval_count ?? null,
    usage: recurring?.usage_type ?? null,
    meter: recurring?.meter ?? null,
    packages: packages && `${packages.divide_by} ${packages.round}`,
    chosen: price.custom_unit_amount && 'by the customer',
  };
}

export function wantedTerms({ params }: WantedPrice, product: string | undefined, meter: string | undefined): Terms {
  const { recurring } = params;
  return {
    product: product ?? null,
    currency: params.currency,
    amount: params.tiers ? tiersOf(params.tiers) : rateOf(params),
    mode: params.tiers_mode ?? null,
    interval: recurring?.interval ?? null,
    intervals: recurring ? 1 : null,
    usage: recurring ? (recurring.usage_type ?? 'licensed') : null,
    meter: meter ?? null,
    packages: null,
    chosen: null,
  };
}

/** Says in a line what differs; empty if nothing does. */
export function describeChange(present: Terms, wanted: Terms): string {
  return Object.keys(wanted)
    .filter((term) => present[term] !== wanted[term])
    .map((term) => `${term} ${present[term] ?? 'none'} -> ${wanted[term] ?? 'none'}`)
    .join(', ');
}

interface Rate {
  unit_amount?: number | null;
  unit_amount_decimal?: unknown;
}

const rateOf = ({ unit_amount: whole, unit_amount_decimal: decimal }: Rate): number => Number(decimal ?? whole ?? 0);

interface Tier extends Rate {
  up_to: number | 'inf' | null;
  flat_amount?: number | null;
  flat_amount_decimal?: unknown;
}

/** `0 to 1000000, then 0.02`, with the flat fees that nobody wants. */
function tiersOf(tiers: readonly Tier[]): string {
  return tiers
    .map((tier) => {
      const flat = Number(tier.flat_amount_decimal ?? tier.flat_amount ?? 0);
      return `${rateOf(tier)}${flat ? ` + ${flat}` : ''} to ${tier.up_to ?? 'inf'}`;
    })
    .join(', ');
}

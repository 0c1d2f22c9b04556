/**
 * Automatic tax, simple and predictable: one standard rate per country, by the customer's address; reverse charge for a business abroad with a
 * tax id; no tax without an address. Do not use it to compute real taxes.
 */
import type Stripe from 'stripe';
import { idOf, newId, type World } from '../../world/world.ts';

/** Standard VAT and GST rates in percent. Countries that are not listed have no tax here. */
const STANDARD_RATES: Record<string, number> = {
  AT: 20,
  AU: 10,
  BE: 21,
  CH: 8.1,
  DE: 19,
  ES: 21,
  FR: 20,
  GB: 20,
  IE: 23,
  IT: 22,
  NL: 21,
  PL: 23,
  SE: 25,
};

export interface TaxDecision {
  status: 'complete' | 'requires_location_inputs';
  percentage: number;
  reason: 'standard_rated' | 'reverse_charge' | 'customer_exempt' | 'not_collecting';
  country: string | null;
}

/** The tax that a customer pays. */
export function taxFor(world: World, customer: Stripe.Customer | null): TaxDecision {
  const country = customer?.address?.country ?? null;
  if (!customer || !country)
    return { status: 'requires_location_inputs', percentage: 0, reason: 'not_collecting', country };
  const rate = STANDARD_RATES[country];
  const exempt = (reason: TaxDecision['reason']): TaxDecision => ({
    status: 'complete',
    percentage: 0,
    reason,
    country,
  });
  if (customer.tax_exempt === 'exempt') return exempt('customer_exempt');
  if (rate === undefined) return exempt('not_collecting');
  const taxIds = world.store.all('tax_id').filter((one) => idOf(one.customer) === customer.id);
  const abroad = country !== world.settings.country && taxIds.length > 0;
  if (customer.tax_exempt === 'reverse' || abroad) return exempt('reverse_charge');
  return { status: 'complete', percentage: rate, reason: 'standard_rated', country };
}

/** The tax on an amount: contained in an inclusive amount, added to an exclusive one. */
export function taxOn(amount: number, percentage: number, inclusive: boolean): number {
  return Math.round(inclusive ? amount - amount / (1 + percentage / 100) : (amount * percentage) / 100);
}

/** The id of the tax rate object for a country's invoices; created on first use. */
export function taxRateOf(world: World, decision: TaxDecision, inclusive: boolean): string {
  const known = world.store
    .all('tax_rate')
    .find(
      (rate) =>
        rate.country === decision.country && rate.percentage === decision.percentage && rate.inclusive === inclusive,
    );
  if (known) return known.id;
  const rate: Stripe.TaxRate = {
    id: newId(world, 'txr'),
    object: 'tax_rate',
    active: false,
    country: decision.country,
    created: world.now(),
    description: null,
    display_name: 'VAT',
    effective_percentage: decision.percentage,
    flat_amount: null,
    inclusive,
    jurisdiction: decision.country,
    jurisdiction_level: 'country',
    livemode: false,
    metadata: {},
    percentage: decision.percentage,
    rate_type: 'percentage',
    state: null,
    tax_type: 'vat',
  };
  return world.store.put('tax_rate', rate).id;
}

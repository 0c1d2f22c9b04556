/** The catalog in Stripe's terms: what `catalog sync` makes Stripe equal to. */
import type Stripe from 'stripe';
import {
  currencies,
  intervals,
  lookupKeys,
  type MeterName,
  meters,
  planOf,
  productNames,
  productOf,
  soldPlans,
} from './catalog.ts';

export interface WantedProduct {
  key: string;
  name: string;
  description: string;
  prices: WantedPrice[];
}

export interface WantedPrice {
  key: string;
  params: Omit<Stripe.PriceCreateParams, 'product' | 'lookup_key' | 'recurring' | 'metadata'> & {
    metadata: Record<string, string>;
    recurring?: Omit<Stripe.PriceCreateParams.Recurring, 'meter'>;
  };
  meter?: MeterName;
}

/** Marks what is ours at Stripe: what others have made there is left alone. */
export const MARK = 'plinth_catalog';

/** The products, each with its prices. */
export function wantedProducts(): WantedProduct[] {
  const planProducts = soldPlans.map((plan) => {
    const { name, description, prices, usage } = planOf(plan);
    const licensed = intervals.flatMap((interval) =>
      currencies.map((currency) => ({
        key: lookupKeys.plan(plan, interval, currency),
        params: {
          currency,
          unit_amount: prices![interval][currency],
          recurring: { interval },
          metadata: { [MARK]: 'true', kind: 'plan', plan },
        },
      })),
    );
    const metered = (Object.keys(usage) as MeterName[]).flatMap((meter) =>
      intervals.flatMap((interval) =>
        currencies.map((currency): WantedPrice => {
          const { included, perThousand } = usage[meter]!;
          return {
            key: lookupKeys.usage(plan, meter, interval, currency),
            meter,
            params: {
              currency,
              billing_scheme: 'tiered',
              tiers_mode: 'graduated',
              tiers: [
                { up_to: included, unit_amount: 0 },
                { up_to: 'inf', unit_amount_decimal: decimalOf(perThousand[currency]) as never },
              ],
              recurring: { interval, usage_type: 'metered' },
              metadata: { [MARK]: 'true', kind: 'usage', plan, meter },
            },
          };
        }),
      ),
    );
    return { key: plan, name, description, prices: [...licensed, ...metered] };
  });
  const oneOff = productNames.map((product) => {
    const { name, description, price } = productOf(product);
    return {
      key: product,
      name,
      description,
      prices: currencies.map((currency) => ({
        key: lookupKeys.product(product, currency),
        params: {
          currency,
          unit_amount: price[currency],
          metadata: { [MARK]: 'true', kind: 'product', product },
        },
      })),
    };
  });
  return [...planProducts, ...oneOff];
}

/** Minor units for one, of what a thousand cost: `0.02`. */
function decimalOf(perThousand: number): string {
  return String(perThousand / 1_000);
}

/** A meter as it must be at Stripe, which changes nothing but its name. */
export function wantedMeter(name: MeterName) {
  return {
    display_name: meters[name].name,
    event_name: meters[name].eventName,
    default_aggregation: { formula: 'sum' },
    customer_mapping: { type: 'by_id', event_payload_key: 'stripe_customer_id' },
    value_settings: { event_payload_key: 'value' },
  } as const satisfies Stripe.Billing.MeterCreateParams;
}

/** The customer portal: cards, invoices, cancelling. Plans are changed through our API, which previews the price and knows the seats. */
export const wantedPortal = {
  customer_update: { enabled: true, allowed_updates: ['email', 'address', 'name', 'tax_id'] },
  invoice_history: { enabled: true },
  payment_method_update: { enabled: true },
  subscription_cancel: { enabled: true, mode: 'at_period_end' },
  subscription_update: { enabled: false },
} satisfies Stripe.BillingPortal.ConfigurationCreateParams.Features;

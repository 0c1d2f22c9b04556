/**
 * Makes Stripe equal to `catalog.ts`. Prices never change at Stripe: a new amount is a new price that takes over the lookup key, and whoever
 * bought at the old one keeps it. What is not in the catalog any more is archived, never deleted.
 */
import type Stripe from 'stripe';
import {
  currencies,
  intervals,
  lookupKeys,
  type MeterName,
  meterNames,
  meters,
  planOf,
  productNames,
  productOf,
  soldPlans,
} from './catalog.ts';

/** One thing that `apply` would do, said in a line. */
export interface CatalogStep {
  action: 'create' | 'update' | 'archive';
  object: 'product' | 'price' | 'meter' | 'portal';
  key: string;
  detail: string;
}

interface WantedProduct {
  key: string;
  name: string;
  description: string;
  prices: WantedPrice[];
}

interface WantedPrice {
  key: string;
  params: Omit<Stripe.PriceCreateParams, 'product' | 'lookup_key' | 'recurring'> & {
    recurring?: Omit<Stripe.PriceCreateParams.Recurring, 'meter'>;
  };
  meter?: MeterName;
}

/** Marks what is ours at Stripe: what others have made there is left alone. */
const MARK = 'plinth_catalog';

/** The catalog in Stripe's terms. */
function wantedProducts(): WantedProduct[] {
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

/**
 * Compares Stripe with the catalog, and makes it equal where `apply` is set.
 * @returns what was, or would be, done; empty when they are equal already
 */
export async function syncCatalog(stripe: Stripe, { apply }: { apply: boolean }): Promise<CatalogStep[]> {
  const steps: CatalogStep[] = [];
  const wanted = wantedProducts();
  const [products, prices, ownMeters] = await Promise.all([
    all(stripe.products.list({ limit: 100, active: true })),
    all(stripe.prices.list({ limit: 100, active: true, expand: ['data.tiers'] })),
    all(stripe.billing.meters.list({ limit: 100, status: 'active' })),
  ]);

  async function step<T>(line: CatalogStep, act: () => Promise<T>): Promise<T | undefined> {
    steps.push(line);
    return apply ? act() : undefined;
  }

  const meterIds = new Map<MeterName, string>();
  for (const name of meterNames) {
    const { eventName, name: displayName } = meters[name];
    const existing = ownMeters.find(({ event_name }) => event_name === eventName);
    const meter =
      existing ??
      (await step({ action: 'create', object: 'meter', key: name, detail: `counts ${eventName}` }, () =>
        stripe.billing.meters.create({
          display_name: displayName,
          event_name: eventName,
          default_aggregation: { formula: 'sum' },
          customer_mapping: { type: 'by_id', event_payload_key: 'stripe_customer_id' },
          value_settings: { event_payload_key: 'value' },
        }),
      ));
    if (meter) meterIds.set(name, meter.id);
  }

  const wantedKeys = new Set(wanted.flatMap(({ prices: each }) => each.map(({ key }) => key)));
  const productIds: string[] = [];
  for (const { key, name, description, prices: wantedPrices } of wanted) {
    const existing = products.find(({ metadata }) => metadata[MARK] === key);
    if (existing && (existing.name !== name || existing.description !== description))
      await step({ action: 'update', object: 'product', key, detail: `${existing.name} -> ${name}` }, () =>
        stripe.products.update(existing.id, { name, description }),
      );
    const product =
      existing ??
      (await step({ action: 'create', object: 'product', key, detail: name }, () =>
        stripe.products.create({ name, description, metadata: { [MARK]: key } }),
      ));
    if (product && soldPlans.includes(key as never)) productIds.push(product.id);
    for (const price of wantedPrices) {
      const present = prices.find(({ lookup_key }) => lookup_key === price.key);
      if (present && isSame(present, price)) continue;
      const detail = present ? `${amountOf(present)} -> ${wantedAmount(price)}` : wantedAmount(price);
      await step({ action: present ? 'update' : 'create', object: 'price', key: price.key, detail }, async () => {
        const { recurring, ...params } = price.params;
        await stripe.prices.create({
          product: product!.id,
          lookup_key: price.key,
          transfer_lookup_key: true,
          ...params,
          ...(recurring && {
            recurring: { ...recurring, ...(price.meter && { meter: meterIds.get(price.meter)! }) },
          }),
        });
        if (present) await stripe.prices.update(present.id, { active: false });
      });
    }
  }

  for (const { id, lookup_key: key, metadata } of prices) {
    if (metadata[MARK] === undefined || (key !== null && wantedKeys.has(key))) continue;
    await step({ action: 'archive', object: 'price', key: key ?? id, detail: id }, () =>
      stripe.prices.update(id, { active: false, lookup_key: '' }),
    );
  }
  const wantedProductKeys = new Set(wanted.map(({ key }) => key));
  for (const { id, metadata } of products) {
    const key = metadata[MARK];
    if (key === undefined || wantedProductKeys.has(key)) continue;
    await step({ action: 'archive', object: 'product', key, detail: id }, () =>
      stripe.products.update(id, { active: false }),
    );
  }
  await syncPortal(stripe, step);
  return steps;
}

type Step = <T>(line: CatalogStep, act: () => Promise<T>) => Promise<T | undefined>;

/** The customer portal: cards, invoices, cancelling. Plans are changed through our API, which previews the price and knows the seats. */
async function syncPortal(stripe: Stripe, step: Step): Promise<void> {
  const configurations = await all(portalConfigurations(stripe));
  if (configurations.some(({ metadata }) => metadata?.[MARK] === PORTAL_VERSION)) return;
  await step({ action: 'create', object: 'portal', key: 'default', detail: 'cards, invoices, cancelling' }, () =>
    stripe.billingPortal.configurations.create({
      metadata: { [MARK]: PORTAL_VERSION },
      features: {
        customer_update: { enabled: true, allowed_updates: ['email', 'address', 'name', 'tax_id'] },
        invoice_history: { enabled: true },
        payment_method_update: { enabled: true },
        subscription_cancel: { enabled: true, mode: 'at_period_end' },
      },
    }),
  );
}

/** Rises when `syncPortal` asks for something else. */
const PORTAL_VERSION = 'portal-1';

/** The active configurations of the customer portal. */
export function portalConfigurations(stripe: Stripe) {
  return stripe.billingPortal.configurations.list({ limit: 100, active: true });
}

/** @returns the id of the one that the sync has made */
export function ownConfiguration({ data }: { data: Stripe.BillingPortal.Configuration[] }): string | undefined {
  return data.find(({ metadata }) => metadata?.[MARK] === PORTAL_VERSION)?.id;
}

async function all<T>(list: { autoPagingToArray(options: { limit: number }): Promise<T[]> }): Promise<T[]> {
  return list.autoPagingToArray({ limit: 10_000 });
}

function isSame(present: Stripe.Price, { params }: WantedPrice): boolean {
  const tiers = (params.tiers ?? []).map(({ up_to, unit_amount, unit_amount_decimal }) =>
    [up_to, Number(unit_amount ?? unit_amount_decimal)].join(),
  );
  const presentTiers = (present.tiers ?? []).map(({ up_to, unit_amount, unit_amount_decimal }) =>
    [up_to ?? 'inf', Number(unit_amount ?? unit_amount_decimal)].join(),
  );
  return (
    present.currency === params.currency &&
    (params.unit_amount === undefined || present.unit_amount === params.unit_amount) &&
    present.recurring?.interval === params.recurring?.interval &&
    tiers.join(';') === presentTiers.join(';')
  );
}

function wantedAmount({ params }: WantedPrice): string {
  return params.unit_amount === undefined ? `by usage, ${params.currency}` : `${params.unit_amount} ${params.currency}`;
}

function amountOf({ unit_amount: amount, currency }: Stripe.Price): string {
  return amount === null ? `by usage, ${currency}` : `${amount} ${currency}`;
}

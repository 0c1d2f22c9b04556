/**
 * Makes Stripe equal to `catalog.ts`. All that the catalog wants is compared, archived objects included. Prices never change at Stripe: other
 * terms are another price that takes over the lookup key, and whoever bought at the old one keeps it. What is not in the catalog any more is
 * archived, never deleted.
 */
import type Stripe from 'stripe';
import { type MeterName, meterNames } from './catalog.ts';
import { contains, describeChange, termsOf, wantedTerms } from './comparing.ts';
import { MARK, type WantedPrice, type WantedProduct, wantedMeter, wantedPortal, wantedProducts } from './wanted.ts';

/** One thing that `apply` would do, said in a line. */
export interface CatalogStep {
  action: 'create' | 'update' | 'archive';
  object: 'product' | 'price' | 'meter' | 'portal';
  key: string;
  detail: string;
}

/** The objects at Stripe, including archived ones, and how to change them. */
interface Sync {
  stripe: Stripe;
  products: Stripe.Product[];
  prices: Stripe.Price[];
  meterIds: Map<MeterName, string>;
  /** Notes a step, and does it where it is to be applied. */
  step<T>(line: CatalogStep, act: () => Promise<T>): Promise<T | undefined>;
}

/**
 * Compares Stripe with the catalog, and makes it equal where `apply` is set.
 * @returns what was, or would be, done; empty when they are equal already
 */
export async function syncCatalog(stripe: Stripe, { apply }: { apply: boolean }): Promise<CatalogStep[]> {
  const steps: CatalogStep[] = [];
  const [products, prices] = await Promise.all([
    all(stripe.products.list({ limit: 100 })),
    all(stripe.prices.list({ limit: 100, expand: ['data.tiers', 'data.currency_options'] })),
  ]);
  const sync: Sync = {
    ...{ stripe, products, prices, meterIds: new Map() },
    async step(line, act) {
      steps.push(line);
      return apply ? act() : undefined;
    },
  };
  await syncMeters(sync);
  const wanted = wantedProducts();
  const kept = new Set<string>();
  for (const product of wanted) {
    const id = await syncProduct(sync, product);
    if (id) kept.add(id);
    for (const price of product.prices) await syncPrice(sync, id, price);
    await syncFormerPrices(sync, id, product);
  }
  await archiveOthers(sync, kept, new Set(wanted.flatMap(({ prices: each }) => each.map(({ key }) => key))));
  await syncPortal(sync);
  return steps;
}

async function syncMeters({ stripe, meterIds, step }: Sync): Promise<void> {
  const meters = await all(stripe.billing.meters.list({ limit: 100 }));
  for (const key of meterNames) {
    const wanted = wantedMeter(key);
    const { display_name, event_name, ...terms } = wanted;
    const own = meters.filter((meter) => meter.event_name === event_name);
    const active = own.find(({ status }) => status === 'active');
    const fitting = active ? contains(active, terms) && active : own.find((meter) => contains(meter, terms));
    if (!fitting) {
      const detail = active ? `counts ${event_name} in another way` : `counts ${event_name}`;
      const made = await step({ action: active ? 'update' : 'create', object: 'meter', key, detail }, async () => {
        if (active) await stripe.billing.meters.deactivate(active.id);
        return stripe.billing.meters.create(wanted);
      });
      if (made) meterIds.set(key, made.id);
      continue;
    }
    meterIds.set(key, fitting.id);
    if (fitting.status !== 'active')
      await step({ action: 'update', object: 'meter', key, detail: 'inactive -> active' }, () =>
        stripe.billing.meters.reactivate(fitting.id),
      );
    if (fitting.display_name !== display_name)
      await step({ action: 'update', object: 'meter', key, detail: `${fitting.display_name} -> ${display_name}` }, () =>
        stripe.billing.meters.update(fitting.id, { display_name }),
      );
  }
}

/** @returns the id of the product; undefined where it would have to be created */
async function syncProduct({ stripe, products, prices, step }: Sync, wanted: WantedProduct) {
  const { key, name, description } = wanted;
  const present = presentProduct(products, prices, wanted);
  const fields = { name, description, metadata: { [MARK]: key } };
  if (!present) {
    const line: CatalogStep = { action: 'create', object: 'product', key, detail: name };
    return (await step(line, () => stripe.products.create(fields)))?.id;
  }
  if (contains(present, { ...fields, active: true })) return present.id;
  const detail = present.active ? `${present.name} -> ${name}` : 'archived -> active';
  await step({ action: 'update', object: 'product', key, detail }, () =>
    stripe.products.update(present.id, { ...fields, active: true }),
  );
  return present.id;
}

/** The product that has the prices of the catalog, or else the mark; the active one if there are several, then the oldest. */
function presentProduct(products: readonly Stripe.Product[], prices: readonly Stripe.Price[], wanted: WantedProduct) {
  const keys = new Set(wanted.prices.map(({ key }) => key));
  const owners = prices.filter(({ lookup_key: key }) => key !== null && keys.has(key)).map(({ product }) => product);
  const rank = ({ id, active, metadata }: Stripe.Product) =>
    (owners.includes(id) ? 4 : 0) + (metadata[MARK] === wanted.key ? 2 : 0) + (active ? 1 : 0);
  const [best] = products.toSorted((a, b) => rank(b) - rank(a) || a.created - b.created);
  return best && rank(best) > 1 ? best : undefined;
}

async function syncPrice(sync: Sync, product: string | undefined, wanted: WantedPrice): Promise<void> {
  const { stripe, prices, meterIds, step } = sync;
  const { key, params, meter } = wanted;
  const present = prices.find(({ lookup_key }) => lookup_key === key);
  const meterId = meter && (meterIds.get(meter) ?? 'a new one');
  const terms = wantedTerms(wanted, product, meterId);
  const change = present ? describeChange(termsOf(present), terms) : `${terms.amount} ${terms.currency}`;
  if (change !== '') {
    await step({ action: present ? 'update' : 'create', object: 'price', key, detail: change }, async () => {
      const { recurring, ...rest } = params;
      await stripe.prices.create({
        ...{ product: product!, lookup_key: key, transfer_lookup_key: true, ...rest },
        ...(recurring && { recurring: { ...recurring, ...(meterId && { meter: meterId }) } }),
      });
      if (present?.active) await stripe.prices.update(present.id, { active: false });
    });
    return;
  }
  const currencies = Object.keys(present!.currency_options ?? {}).filter((code) => code !== params.currency);
  const { metadata } = params;
  if (contains(present, { active: true, metadata }) && currencies.length === 0) return;
  await step({ action: 'update', object: 'price', key, detail: 'what it says of itself' }, () =>
    stripe.prices.update(present!.id, {
      ...{ active: true, metadata },
      ...(currencies.length > 0 && { currency_options: '' as const }),
    }),
  );
}

/** Prices that are no longer sold still say what they are for: somebody may pay them. */
async function syncFormerPrices({ stripe, prices, step }: Sync, product: string | undefined, wanted: WantedProduct) {
  const keys = new Set(wanted.prices.map(({ key }) => key));
  const former = prices.filter(
    ({ product: of, metadata, lookup_key: key }) =>
      of === product && metadata[MARK] && !(key !== null && keys.has(key)),
  );
  for (const { id, recurring, metadata: present } of former) {
    const isLike = ({ params }: WantedPrice) => params.recurring?.usage_type === usageOf(recurring);
    const metadata = wanted.prices.find(isLike)?.params.metadata;
    if (!metadata || contains(present, metadata)) continue;
    await step({ action: 'update', object: 'price', key: id, detail: 'what it says of itself' }, () =>
      stripe.prices.update(id, { metadata }),
    );
  }
}

const usageOf = (recurring: Stripe.Price.Recurring | null) =>
  recurring?.usage_type === 'metered' ? 'metered' : undefined;

async function archiveOthers({ stripe, products, prices, step }: Sync, kept: Set<string>, keys: Set<string>) {
  for (const { id, active, lookup_key: key, metadata } of prices) {
    if (!active || metadata[MARK] === undefined || (key !== null && keys.has(key))) continue;
    await step({ action: 'archive', object: 'price', key: key ?? id, detail: id }, () =>
      stripe.prices.update(id, { active: false, lookup_key: '' }),
    );
  }
  for (const { id, active, metadata } of products) {
    const key = metadata[MARK];
    if (!active || key === undefined || kept.has(id)) continue;
    await step({ action: 'archive', object: 'product', key, detail: id }, () =>
      stripe.products.update(id, { active: false }),
    );
  }
}

async function syncPortal({ stripe, step }: Sync): Promise<void> {
  const configurations = await all(portalConfigurations(stripe));
  const own = configurations.find(({ metadata }) => metadata?.[MARK] === PORTAL);
  if (own && contains(own.features, wantedPortal)) return;
  const line: CatalogStep = {
    action: own ? 'update' : 'create',
    ...{ object: 'portal', key: 'default', detail: 'cards, invoices, cancelling' },
  };
  await step(line, () =>
    own
      ? stripe.billingPortal.configurations.update(own.id, { features: wantedPortal })
      : stripe.billingPortal.configurations.create({ metadata: { [MARK]: PORTAL }, features: wantedPortal }),
  );
}

/** Marks the configuration that the sync has made. */
const PORTAL = 'portal-1';

/** The active configurations of the customer portal. */
export function portalConfigurations(stripe: Stripe) {
  return stripe.billingPortal.configurations.list({ limit: 100, active: true });
}

/** @returns the id of the one that the sync has made */
export function ownConfiguration({ data }: { data: Stripe.BillingPortal.Configuration[] }): string | undefined {
  return data.find(({ metadata }) => metadata?.[MARK] === PORTAL)?.id;
}

async function all<T>(list: { autoPagingToArray(options: { limit: number }): Promise<T[]> }): Promise<T[]> {
  return list.autoPagingToArray({ limit: 10_000 });
}

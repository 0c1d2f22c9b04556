/** Prices: per unit or tiered, recurring or one-off, licensed or metered, found by lookup key (docs.stripe.com/api/prices). */
import type Stripe from 'stripe';
import { createProduct } from '../billing/catalog/products.ts';
import { decimal } from '../billing/invoices/amounts.ts';
import { emit, emitChange } from '../events/events.ts';
import * as p from '../protocol/parameters.ts';
import { listing, type Route, retrieve, route, searching } from '../protocol/routes.ts';
import { invalid } from '../world/fault.ts';
import { idOf, newId, type World } from '../world/world.ts';

const tier = p.object({
  flat_amount: p.integer,
  flat_amount_decimal: p.decimalNumber,
  unit_amount: p.integer,
  unit_amount_decimal: p.decimalNumber,
  up_to: p.needed(p.or('inf')(p.integer)),
});

const taxBehavior = p.oneOf('exclusive', 'inclusive', 'unspecified');

const currencyOptions = p.hash(
  p.object({
    tax_behavior: taxBehavior,
    tiers: p.list(tier),
    unit_amount: p.integer,
    unit_amount_decimal: p.decimalNumber,
  }),
);

const recurringInterval = p.needed(p.oneOf('day', 'week', 'month', 'year'));

const recurring = p.object({
  interval: recurringInterval,
  interval_count: p.integer,
  meter: p.text,
  trial_period_days: p.integer,
  usage_type: p.oneOf('licensed', 'metered'),
});

const creatable = {
  active: p.flag,
  billing_scheme: p.oneOf('per_unit', 'tiered'),
  currency: p.needed(p.text),
  currency_options: currencyOptions,
  lookup_key: p.text,
  metadata: p.newMetadata,
  nickname: p.text,
  product: p.text,
  product_data: p.object({
    id: p.text,
    name: p.needed(p.text),
    metadata: p.newMetadata,
    active: p.flag,
    tax_code: p.text,
    unit_label: p.text,
  }),
  recurring,
  tax_behavior: taxBehavior,
  tiers: p.list(tier),
  tiers_mode: p.oneOf('graduated', 'volume'),
  transfer_lookup_key: p.flag,
  transform_quantity: p.object({ divide_by: p.needed(p.integer), round: p.needed(p.oneOf('up', 'down')) }),
  unit_amount: p.integer,
  unit_amount_decimal: p.decimalNumber,
};

const inline = {
  currency: p.needed(p.text),
  tax_behavior: taxBehavior,
  unit_amount: p.integer,
  unit_amount_decimal: p.decimalNumber,
};
const rhythm = p.object({ interval: recurringInterval, interval_count: p.integer });

/** The parameters that create a price inside another object, `price_data`: in a checkout, for a subscription, and for a single line. */
export const priceData = p.object({
  ...inline,
  product: p.text,
  product_data: p.object({
    name: p.needed(p.text),
    description: p.text,
    metadata: p.newMetadata,
    images: p.list(p.text),
    tax_code: p.text,
    unit_label: p.text,
  }),
  recurring: rhythm,
});
export const recurringPriceData = p.object({ ...inline, product: p.needed(p.text), recurring: p.needed(rhythm) });
export const oneOffPriceData = p.object({ ...inline, product: p.needed(p.text) });

export function createPrice(world: World, given: p.Read<typeof creatable>): Stripe.Price {
  if (!given.product && !given.product_data)
    throw invalid('Missing required param: product.', 'product', 'parameter_missing');
  const product = given.product
    ? world.store.get('product', given.product, 'product')
    : createProduct(world, given.product_data as Parameters<typeof createProduct>[1]);
  if (given.lookup_key) claimLookupKey(world, given.lookup_key, given.transfer_lookup_key ?? false, null);
  const metered = given.recurring?.usage_type === 'metered';
  if (metered && !given.recurring?.meter) {
    throw invalid(
      'Metered prices must be backed by a meter: pass `recurring[meter]`.',
      'recurring[meter]',
      'parameter_missing',
    );
  }
  if (given.recurring?.meter) world.store.get('billing.meter', given.recurring.meter, 'recurring[meter]');
  const price: Stripe.Price = {
    id: newId(world, 'price'),
    object: 'price',
    active: given.active ?? true,
    billing_scheme: given.tiers ? 'tiered' : 'per_unit',
    created: world.now(),
    currency: given.currency.toLowerCase(),
    custom_unit_amount: null,
    livemode: false,
    lookup_key: given.lookup_key ?? null,
    metadata: given.metadata ?? {},
    nickname: given.nickname ?? null,
    product: product.id,
    recurring: given.recurring
      ? {
          interval: given.recurring.interval,
          interval_count: given.recurring.interval_count ?? 1,
          meter: given.recurring.meter ?? null,
          trial_period_days: given.recurring.trial_period_days ?? null,
          usage_type: given.recurring.usage_type ?? 'licensed',
        }
      : null,
    tax_behavior: given.tax_behavior ?? 'unspecified',
    tiers_mode: given.tiers_mode ?? null,
    transform_quantity: given.transform_quantity ?? null,
    type: given.recurring ? 'recurring' : 'one_time',
    ...amounts(given),
  };
  if (given.tiers) price.tiers = tiersOf(given.tiers);
  if (given.currency_options) price.currency_options = optionsOf(given.currency_options);
  world.store.put('price', price);
  emit(world, 'price.created', price);
  return price;
}

/** The price that an item names, or a new one from its `price_data`. */
export function priceFor(
  world: World,
  item: { price?: string | undefined; price_data?: object | undefined },
): Stripe.Price {
  if (item.price) return world.store.get('price', item.price, 'items[0][price]');
  if (item.price_data)
    return createPrice(world, { ...item.price_data, active: true } as Parameters<typeof createPrice>[1]);
  throw invalid('You must pass either `price` or `price_data`.', 'items', 'parameter_missing');
}

/** Gives a lookup key to one price. A key of another price is moved with `transfer_lookup_key`, and refused without it. */
function claimLookupKey(world: World, key: string, transfer: boolean, claimant: string | null): void {
  const holder = world.store.all('price').find((price) => price.lookup_key === key && price.id !== claimant);
  if (!holder) return;
  if (!transfer) {
    throw invalid(`A price (\`${holder.id}\`) already uses that lookup key.`, 'lookup_key', 'resource_already_exists');
  }
  emitChange(world, 'price.updated', holder, () => {
    holder.lookup_key = null;
  });
}

interface AmountAsked {
  unit_amount?: number | undefined;
  unit_amount_decimal?: number | undefined;
}

function amounts(given: AmountAsked): Pick<Stripe.Price, 'unit_amount' | 'unit_amount_decimal'> {
  const value = given.unit_amount_decimal ?? given.unit_amount;
  return {
    unit_amount: value === undefined || !Number.isInteger(value) ? null : value,
    unit_amount_decimal: value === undefined ? null : decimal(value),
  };
}

function tiersOf(given: p.Read<{ tiers: typeof creatable.tiers }>['tiers'] & object): Stripe.Price.Tier[] {
  return given.map((one) => {
    const flat = one.flat_amount_decimal ?? one.flat_amount;
    return {
      flat_amount: flat === undefined || !Number.isInteger(flat) ? null : flat,
      flat_amount_decimal: flat === undefined ? null : decimal(flat),
      ...amounts(one),
      up_to: one.up_to === 'inf' ? null : one.up_to,
    };
  });
}

function optionsOf(given: ReturnType<typeof currencyOptions>): NonNullable<Stripe.Price['currency_options']> {
  return Object.fromEntries(
    Object.entries(given).map(([currency, option]) => [
      currency,
      {
        custom_unit_amount: null,
        tax_behavior: option.tax_behavior ?? 'unspecified',
        ...(option.tiers && { tiers: tiersOf(option.tiers) as Stripe.Price.CurrencyOptions.Tier[] }),
        ...amounts(option),
      },
    ]),
  );
}

const updatable = {
  active: p.flag,
  currency_options: p.emptyable(currencyOptions),
  lookup_key: p.emptyable(p.text),
  metadata: p.metadata,
  nickname: p.emptyable(p.text),
  tax_behavior: taxBehavior,
  transfer_lookup_key: p.flag,
};

const filters = {
  active: p.flag,
  currency: p.text,
  lookup_keys: p.list(p.text),
  product: p.text,
  recurring: p.object({
    interval: p.oneOf('day', 'week', 'month', 'year'),
    meter: p.text,
    usage_type: p.oneOf('licensed', 'metered'),
  }),
  type: p.oneOf('one_time', 'recurring'),
};

export const priceRoutes: Route[] = [
  route('POST /v1/prices', creatable, createPrice),
  retrieve('/v1/prices', 'price'),
  route('POST /v1/prices/:id', updatable, (world, given, { id }) => {
    const price = world.store.get('price', id);
    if (given.lookup_key) claimLookupKey(world, given.lookup_key, given.transfer_lookup_key ?? false, id);
    emitChange(world, 'price.updated', price, () => {
      if (given.active !== undefined) price.active = given.active;
      if (given.lookup_key !== undefined) price.lookup_key = given.lookup_key;
      if (given.nickname !== undefined) price.nickname = given.nickname;
      if (given.tax_behavior !== undefined) price.tax_behavior = given.tax_behavior;
      if (given.metadata !== undefined) price.metadata = p.mergeMetadata(price.metadata, given.metadata);
      if (given.currency_options === null) delete price.currency_options;
      if (given.currency_options)
        price.currency_options = { ...price.currency_options, ...optionsOf(given.currency_options) };
    });
    return price;
  }),
  listing('/v1/prices', 'price', filters, (price, asked) => {
    const { recurring: rhythm } = asked;
    return (
      (asked.active === undefined || price.active === asked.active) &&
      (!asked.currency || price.currency === asked.currency) &&
      (!asked.lookup_keys || (price.lookup_key !== null && asked.lookup_keys.includes(price.lookup_key))) &&
      (!asked.product || idOf(price.product) === asked.product) &&
      (!asked.type || price.type === asked.type) &&
      (!rhythm?.interval || price.recurring?.interval === rhythm.interval) &&
      (!rhythm?.meter || price.recurring?.meter === rhythm.meter) &&
      (!rhythm?.usage_type || price.recurring?.usage_type === rhythm.usage_type)
    );
  }),
  searching('/v1/prices', 'price'),
];

/** Products (docs.stripe.com/api/products). */
import type Stripe from 'stripe';
import { emit, emitChange } from '../events/events.ts';
import * as p from '../protocol/parameters.ts';
import { listing, type Route, retrieve, route, searching } from '../protocol/routes.ts';
import { invalid } from '../world/fault.ts';
import { idOf, newId, type World } from '../world/world.ts';
import { createPrice } from './prices.ts';

const writable = {
  active: p.flag,
  description: p.emptyable(p.text),
  images: p.emptyable(p.list(p.text)),
  marketing_features: p.emptyable(p.list(p.object({ name: p.needed(p.text) }))),
  metadata: p.metadata,
  name: p.text,
  package_dimensions: p.anything,
  shippable: p.flag,
  statement_descriptor: p.text,
  tax_code: p.emptyable(p.text),
  unit_label: p.emptyable(p.text),
  url: p.emptyable(p.text),
};

const priceData = p.object({
  currency: p.needed(p.text),
  recurring: p.object({ interval: p.needed(p.text), interval_count: p.integer }),
  tax_behavior: p.text,
  unit_amount: p.integer,
  unit_amount_decimal: p.decimalNumber,
  metadata: p.metadata,
});

const creatable = { ...writable, name: p.needed(p.text), id: p.text, default_price_data: priceData, type: p.text };

export function createProduct(world: World, given: p.Read<typeof creatable>): Stripe.Product {
  if (given.id && world.store.find('product', given.id)) {
    throw invalid(`Product already exists.`, 'id', 'resource_already_exists');
  }
  const now = world.now();
  const product: Stripe.Product = {
    id: given.id ?? newId(world, 'prod', 14),
    object: 'product',
    active: true,
    created: now,
    default_price: null,
    description: null,
    images: [],
    livemode: false,
    marketing_features: [],
    metadata: {},
    name: given.name,
    package_dimensions: null,
    shippable: null,
    statement_descriptor: null,
    tax_code: null,
    tax_details: null,
    type: 'service',
    unit_label: null,
    updated: now,
    url: null,
  };
  world.store.put('product', product);
  write(world, product, given);
  emit(world, 'product.created', product);
  if (given.default_price_data) {
    product.default_price = createPrice(world, { ...given.default_price_data, product: product.id } as Parameters<
      typeof createPrice
    >[1]).id;
  }
  return product;
}

function write(world: World, product: Stripe.Product, given: p.Read<typeof writable>): void {
  const { metadata, images, marketing_features, package_dimensions: _, ...plain } = given;
  for (const key of [
    'active',
    'description',
    'name',
    'shippable',
    'statement_descriptor',
    'tax_code',
    'unit_label',
    'url',
  ] as const) {
    if (plain[key] !== undefined) Object.assign(product, { [key]: plain[key] });
  }
  if (images !== undefined) product.images = images ?? [];
  if (marketing_features !== undefined) product.marketing_features = marketing_features ?? [];
  if (metadata !== undefined) product.metadata = p.mergeMetadata(product.metadata, metadata);
  product.updated = world.now();
}

export const productRoutes: Route[] = [
  route('POST /v1/products', creatable, createProduct),
  retrieve('/v1/products', 'product'),
  route(
    'POST /v1/products/:id',
    { ...writable, default_price: p.text },
    (world, { default_price, ...given }, { id }) => {
      const product = world.store.get('product', id);
      emitChange(world, 'product.updated', product, () => {
        write(world, product, given);
        if (default_price) product.default_price = world.store.get('price', default_price, 'default_price').id;
      });
      return product;
    },
  ),
  route('DELETE /v1/products/:id', {}, (world, _, { id }) => {
    const product = world.store.get('product', id);
    if (world.store.all('price').some((price) => idOf(price.product) === id)) {
      throw invalid('This product cannot be deleted because it has one or more user-created prices.', 'id');
    }
    world.store.remove('product', id);
    emit(world, 'product.deleted', product);
    return { id, object: 'product', deleted: true };
  }),
  listing(
    '/v1/products',
    'product',
    { active: p.flag, ids: p.list(p.text), shippable: p.flag, url: p.text, type: p.text },
    (product, asked) =>
      (asked.active === undefined || product.active === asked.active) && (!asked.ids || asked.ids.includes(product.id)),
  ),
  searching('/v1/products', 'product'),
];

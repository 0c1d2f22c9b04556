/** Products (docs.stripe.com/api/products). */
import type Stripe from 'stripe';
import { createProduct, writeProduct } from '../billing/catalog/products.ts';
import { emit, emitChange } from '../events/events.ts';
import * as p from '../protocol/parameters.ts';
import { listing, type Route, retrieve, route, searching } from '../protocol/routes.ts';
import { invalid } from '../world/fault.ts';
import { idOf, type World } from '../world/world.ts';
import { createPrice } from './prices.ts';

const packageDimensions = p.object({
  height: p.needed(p.decimalNumber),
  length: p.needed(p.decimalNumber),
  weight: p.needed(p.decimalNumber),
  width: p.needed(p.decimalNumber),
});
const features = p.list(p.object({ name: p.needed(p.text) }));

const plain = { active: p.flag, name: p.text, shippable: p.flag, statement_descriptor: p.text };

const updatable = {
  ...plain,
  default_price: p.text,
  description: p.emptyable(p.text),
  images: p.emptyable(p.list(p.text)),
  marketing_features: p.emptyable(features),
  metadata: p.metadata,
  package_dimensions: p.emptyable(packageDimensions),
  tax_code: p.emptyable(p.text),
  unit_label: p.emptyable(p.text),
  url: p.emptyable(p.text),
};

const priceData = p.object({
  currency: p.needed(p.text),
  recurring: p.object({ interval: p.needed(p.oneOf('day', 'week', 'month', 'year')), interval_count: p.integer }),
  tax_behavior: p.oneOf('exclusive', 'inclusive', 'unspecified'),
  unit_amount: p.integer,
  unit_amount_decimal: p.decimalNumber,
  metadata: p.newMetadata,
});

const creatable = {
  ...plain,
  default_price_data: priceData,
  description: p.text,
  id: p.text,
  images: p.list(p.text),
  marketing_features: features,
  metadata: p.newMetadata,
  name: p.needed(p.text),
  package_dimensions: packageDimensions,
  tax_code: p.text,
  type: p.oneOf('good', 'service'),
  unit_label: p.text,
  url: p.text,
};

function create(world: World, given: p.Read<typeof creatable>): Stripe.Product {
  const product = createProduct(world, given);
  if (given.default_price_data) {
    product.default_price = createPrice(world, { ...given.default_price_data, product: product.id } as Parameters<
      typeof createPrice
    >[1]).id;
  }
  return product;
}

export const productRoutes: Route[] = [
  route('POST /v1/products', creatable, create),
  retrieve('/v1/products', 'product'),
  route('POST /v1/products/:id', updatable, (world, { default_price, ...given }, { id }) => {
    const product = world.store.get('product', id);
    emitChange(world, 'product.updated', product, () => {
      writeProduct(world, product, given);
      if (default_price) product.default_price = world.store.get('price', default_price, 'default_price').id;
    });
    return product;
  }),
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
    { active: p.flag, ids: p.list(p.text), shippable: p.flag, url: p.text, type: p.oneOf('good', 'service') },
    (product, asked) =>
      (asked.active === undefined || product.active === asked.active) && (!asked.ids || asked.ids.includes(product.id)),
  ),
  searching('/v1/products', 'product'),
];

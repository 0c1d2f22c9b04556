/** Products, created and updated by themselves or inside a price (docs.stripe.com/api/products). */
import type Stripe from 'stripe';
import { emit } from '../../events/events.ts';
import { mergeMetadata } from '../../protocol/parameters.ts';
import { invalid } from '../../world/fault.ts';
import { newId, type World } from '../../world/world.ts';

/** The writable fields of a product. Null clears a field. */
export interface ProductFields {
  active?: boolean | undefined;
  description?: string | null | undefined;
  images?: string[] | null | undefined;
  marketing_features?: { name: string }[] | null | undefined;
  metadata?: Record<string, string> | null | undefined;
  name?: string | undefined;
  package_dimensions?: unknown;
  shippable?: boolean | undefined;
  statement_descriptor?: string | undefined;
  tax_code?: string | null | undefined;
  unit_label?: string | null | undefined;
  url?: string | null | undefined;
}

export interface NewProduct extends ProductFields {
  id?: string | undefined;
  name: string;
}

/** Creates a product. Throws 400 if its id is taken. */
export function createProduct(world: World, given: NewProduct): Stripe.Product {
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
  writeProduct(world, product, given);
  emit(world, 'product.created', product);
  return product;
}

/** Sets the given fields of a product. */
export function writeProduct(world: World, product: Stripe.Product, given: ProductFields): void {
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
  if (metadata !== undefined) product.metadata = mergeMetadata(product.metadata, metadata);
  product.updated = world.now();
}

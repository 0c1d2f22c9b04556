/** Tax ids of customers (docs.stripe.com/api/tax_ids). The sandbox asks no registry: every id verifies, except one that starts with `XX`. */
import type Stripe from 'stripe';
import { emit } from '../events/events.ts';
import { page, pagination } from '../protocol/listing.ts';
import * as p from '../protocol/parameters.ts';
import { listing, type Route, retrieve, route } from '../protocol/routes.ts';
import { idOf, newId, type World } from '../world/world.ts';
import { liveCustomer } from './customers.ts';

export function newTaxId(world: World, customer: Stripe.Customer, type: string, value: string): Stripe.TaxId {
  const taxId: Stripe.TaxId = {
    id: newId(world, 'txi'),
    object: 'tax_id',
    country: /^[A-Z]{2}/.test(value) ? value.slice(0, 2) : null,
    created: world.now(),
    customer: customer.id,
    customer_account: null,
    livemode: false,
    owner: { customer: customer.id, customer_account: null, type: 'customer' },
    type: type as Stripe.TaxId.Type,
    value,
    verification: {
      status: value.startsWith('XX') ? 'unverified' : 'verified',
      verified_address: null,
      verified_name: null,
    },
  };
  world.store.put('tax_id', taxId);
  emit(world, 'customer.tax_id.created', taxId);
  return taxId;
}

const creatable = { type: p.needed(p.text), value: p.needed(p.text) };

export const taxIdRoutes: Route[] = [
  route('POST /v1/customers/:customer/tax_ids', creatable, (world, given, { customer }) =>
    newTaxId(world, liveCustomer(world, customer), given.type, given.value),
  ),
  route('GET /v1/customers/:customer/tax_ids', pagination, (world, params, { customer }) =>
    page(
      world.store.all('tax_id').filter((one) => idOf(one.customer) === customer),
      params,
      `/v1/customers/${customer}/tax_ids`,
    ),
  ),
  route('GET /v1/customers/:customer/tax_ids/:id', {}, (world, _, { id }) => world.store.get('tax_id', id)),
  route('DELETE /v1/customers/:customer/tax_ids/:id', {}, (world, _, { id }) => {
    const taxId = world.store.get('tax_id', id);
    world.store.remove('tax_id', id);
    emit(world, 'customer.tax_id.deleted', taxId);
    return { id, object: 'tax_id', deleted: true };
  }),
  retrieve('/v1/tax_rates', 'tax_rate'),
  listing('/v1/tax_rates', 'tax_rate', {}),
];

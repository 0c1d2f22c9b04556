/** Tax ids of customers, and tax rates (docs.stripe.com/api/tax_ids). */

import { liveCustomer } from '../billing/customers/customers.ts';
import { newTaxId } from '../billing/customers/tax-ids.ts';
import { emit } from '../events/events.ts';
import { page, pagination } from '../protocol/listing.ts';
import * as p from '../protocol/parameters.ts';
import { listing, type Route, retrieve, route } from '../protocol/routes.ts';
import { idOf } from '../world/world.ts';
import { WORDS } from './words.ts';

const creatable = { type: p.needed(p.oneOf(...WORDS.taxIdTypes)), value: p.needed(p.text) };

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

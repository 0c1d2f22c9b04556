/** Customers, their tax ids and balance (docs.stripe.com/api/customers). */
import { createCustomer, deleteCustomer, liveCustomer, writeCustomer } from '../billing/customers/customers.ts';
import { recordBalance } from '../billing/invoices/invoices.ts';
import { emit, emitChange } from '../events/events.ts';
import { page, pagination } from '../protocol/listing.ts';
import * as p from '../protocol/parameters.ts';
import { listing, type Route, retrieve, route, searching } from '../protocol/routes.ts';
import { invalid } from '../world/fault.ts';
import { idOf } from '../world/world.ts';
import { customFields } from './subscription-parameters.ts';
import { WORDS } from './words.ts';

const shipping = p.object({ address: p.needed(p.address), name: p.needed(p.text), phone: p.text });

const writable = {
  address: p.emptyable(p.address),
  balance: p.integer,
  business_name: p.emptyable(p.text),
  description: p.emptyable(p.text),
  email: p.emptyable(p.text),
  individual_name: p.emptyable(p.text),
  invoice_prefix: p.text,
  invoice_settings: p.object({
    custom_fields: customFields,
    default_payment_method: p.emptyable(p.text),
    footer: p.emptyable(p.text),
  }),
  metadata: p.metadata,
  name: p.emptyable(p.text),
  phone: p.emptyable(p.text),
  preferred_locales: p.list(p.text),
  shipping: p.emptyable(shipping),
  tax: p.object({ ip_address: p.emptyable(p.text), validate_location: p.oneOf('auto', 'deferred', 'immediately') }),
  tax_exempt: p.emptyable(p.oneOf('none', 'exempt', 'reverse')),
};

const creatable = {
  ...writable,
  payment_method: p.text,
  tax_id_data: p.list(p.object({ type: p.needed(p.oneOf(...WORDS.taxIdTypes)), value: p.needed(p.text) })),
  test_clock: p.text,
};

export const customerRoutes: Route[] = [
  route('POST /v1/customers', creatable, createCustomer),
  retrieve('/v1/customers', 'customer'),
  route('POST /v1/customers/:id', writable, (world, given, { id }) => {
    const customer = liveCustomer(world, id, 'id');
    emitChange(world, 'customer.updated', customer, () => writeCustomer(world, customer, given));
    return customer;
  }),
  route('DELETE /v1/customers/:id', {}, (world, _, { id }) => deleteCustomer(world, liveCustomer(world, id, 'id'))),
  listing('/v1/customers', 'customer', { email: p.text, test_clock: p.text }, (customer, asked) => {
    if (customer.deleted) return false;
    return (!asked.email || customer.email === asked.email) && idOf(customer.test_clock) === (asked.test_clock ?? null);
  }),
  searching('/v1/customers', 'customer'),
  route('DELETE /v1/customers/:id/discount', {}, (world, _, { id }) => {
    const customer = liveCustomer(world, id, 'id');
    const { discount } = customer;
    if (!discount) throw invalid(`No active discount for customer: ${id}`, 'id', 'resource_missing');
    customer.discount = null;
    emit(world, 'customer.discount.deleted', discount);
    const { end: __, ...rest } = discount;
    return { ...rest, deleted: true };
  }),
  route('GET /v1/customers/:id/balance_transactions', { ...pagination }, (world, params, { id }) =>
    page(
      world.store.all('customer_balance_transaction').filter((one) => idOf(one.customer) === id),
      params,
      `/v1/customers/${id}/balance_transactions`,
    ),
  ),
  route(
    'POST /v1/customers/:id/balance_transactions',
    { amount: p.needed(p.integer), currency: p.needed(p.text), description: p.text, metadata: p.metadata },
    (world, given, { id }) => {
      const customer = liveCustomer(world, id, 'id');
      emitChange(world, 'customer.updated', customer, () => {
        customer.balance += given.amount;
      });
      const transaction = recordBalance(world, customer, given.currency, given.amount, null);
      transaction.description = given.description ?? null;
      return transaction;
    },
  ),
];

/** Customers, their tax ids and balance (docs.stripe.com/api/customers). */
import type Stripe from 'stripe';
import { redeem } from '../billing/invoices/discounts.ts';
import { recordBalance } from '../billing/invoices/invoices.ts';
import { endSubscription } from '../billing/subscriptions/endings.ts';
import { unschedule } from '../events/clock.ts';
import { emit, emitChange } from '../events/events.ts';
import { page, pagination } from '../protocol/listing.ts';
import * as p from '../protocol/parameters.ts';
import { listing, type Route, retrieve, route, searching } from '../protocol/routes.ts';
import { invalid, missing } from '../world/fault.ts';
import { idOf, newId, type World } from '../world/world.ts';
import { attach, resolvePaymentMethod } from './payment-methods.ts';
import { newTaxId } from './tax-ids.ts';

const shipping = p.object({ address: p.address, name: p.text, phone: p.text });

const writable = {
  address: p.emptyable(p.address),
  balance: p.integer,
  business_name: p.emptyable(p.text),
  coupon: p.text,
  promotion_code: p.text,
  description: p.emptyable(p.text),
  email: p.emptyable(p.text),
  individual_name: p.emptyable(p.text),
  invoice_prefix: p.text,
  invoice_settings: p.object({
    custom_fields: p.anything,
    default_payment_method: p.emptyable(p.text),
    footer: p.emptyable(p.text),
  }),
  metadata: p.metadata,
  name: p.emptyable(p.text),
  phone: p.emptyable(p.text),
  preferred_locales: p.list(p.text),
  shipping: p.emptyable(shipping),
  tax: p.anything,
  tax_exempt: p.emptyable(p.oneOf('none', 'exempt', 'reverse')),
};

const creatable = {
  ...writable,
  payment_method: p.text,
  tax_id_data: p.list(p.object({ type: p.needed(p.text), value: p.needed(p.text) })),
  test_clock: p.text,
};

/** A live customer. Throws Stripe's 404, and its other one for a deleted customer. */
export function liveCustomer(world: World, id: string, param = 'customer'): Stripe.Customer {
  const customer = world.store.get('customer', id, param);
  if (customer.deleted) throw missing('customer', id, param);
  return customer;
}

/** A customer of whom nothing is known, not in the store. */
export function blankCustomer(world: World, clock: Stripe.TestHelpers.TestClock | null): Stripe.Customer {
  return {
    id: newId(world, 'cus', 14),
    object: 'customer',
    address: null,
    balance: 0,
    created: clock?.frozen_time ?? world.now(),
    currency: null,
    customer_account: null,
    default_source: null,
    delinquent: false,
    description: null,
    discount: null,
    email: null,
    invoice_prefix: world.random.characters(8).toUpperCase(),
    invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
    livemode: false,
    metadata: {},
    name: null,
    next_invoice_sequence: 1,
    phone: null,
    preferred_locales: [],
    shipping: null,
    tax_exempt: 'none',
    test_clock: clock?.id ?? null,
  };
}

export function createCustomer(world: World, given: p.Read<typeof creatable>): Stripe.Customer {
  const clock = given.test_clock ? world.store.get('test_helpers.test_clock', given.test_clock, 'test_clock') : null;
  const customer = blankCustomer(world, clock);
  world.store.put('customer', customer);
  write(world, customer, given);
  if (given.payment_method) attach(world, resolvePaymentMethod(world, given.payment_method), customer.id);
  emit(world, 'customer.created', customer);
  for (const { type, value } of given.tax_id_data ?? []) newTaxId(world, customer, type, value);
  return customer;
}

/** Deletes for good: subscriptions end at once, and the id answers `deleted: true` from now on. */
export function deleteCustomer(world: World, customer: Stripe.Customer): Stripe.DeletedCustomer {
  for (const subscription of world.store.all('subscription')) {
    const live = subscription.status !== 'canceled' && subscription.status !== 'incomplete_expired';
    if (idOf(subscription.customer) === customer.id && live)
      endSubscription(world, subscription, { reason: 'cancellation_requested' });
  }
  for (const invoice of world.store.all('invoice')) {
    if (idOf(invoice.customer) !== customer.id) continue;
    for (const action of ['finalize', 'retry']) unschedule(world, action, invoice.id);
  }
  emit(world, 'customer.deleted', customer);
  return world.store.put('customer', { id: customer.id, object: 'customer', deleted: true }) as Stripe.DeletedCustomer;
}

function write(world: World, customer: Stripe.Customer, given: p.Read<typeof writable>): void {
  const {
    address,
    balance,
    coupon,
    promotion_code,
    invoice_settings,
    metadata,
    shipping: shipped,
    tax: _,
    ...plain
  } = given;
  if (plain.email && !plain.email.includes('@'))
    throw invalid(`Invalid email address: ${plain.email}`, 'email', 'email_invalid');
  const known = [
    'business_name',
    'description',
    'email',
    'individual_name',
    'invoice_prefix',
    'name',
    'phone',
    'preferred_locales',
    'tax_exempt',
  ];
  for (const key of known) if (key in plain) Object.assign(customer, { [key]: plain[key as keyof typeof plain] });
  if (address !== undefined) customer.address = address && fullAddress(address);
  if (shipped !== undefined) customer.shipping = shipped as Stripe.Customer.Shipping | null;
  if (balance !== undefined && balance !== customer.balance) {
    const change = balance - customer.balance;
    customer.balance = balance;
    recordBalance(world, customer, customer.currency ?? 'usd', change, null);
  }
  if (metadata !== undefined) customer.metadata = p.mergeMetadata(customer.metadata, metadata);
  const method = invoice_settings?.default_payment_method;
  if (method !== undefined)
    customer.invoice_settings.default_payment_method = method && ownMethod(world, customer, method);
  if (coupon || promotion_code) customer.discount = redeem(world, { coupon, promotion_code }, customer.id, null);
}

function ownMethod(world: World, customer: Stripe.Customer, id: string): string {
  const method = world.store.get('payment_method', id, 'invoice_settings[default_payment_method]');
  if (idOf(method.customer) !== customer.id) {
    throw invalid(
      `The customer does not have a payment method with the ID ${id}. The payment method must be attached to the customer.`,
      'invoice_settings[default_payment_method]',
      'resource_missing',
    );
  }
  return id;
}

export function fullAddress(given: p.Read<Parameters<typeof p.object>[0]>): Stripe.Address {
  const empty = { city: null, country: null, line1: null, line2: null, postal_code: null, state: null };
  return { ...empty, ...given } as Stripe.Address;
}

export const customerRoutes: Route[] = [
  route('POST /v1/customers', creatable, createCustomer),
  retrieve('/v1/customers', 'customer'),
  route('POST /v1/customers/:id', writable, (world, given, { id }) => {
    const customer = liveCustomer(world, id, 'id');
    emitChange(world, 'customer.updated', customer, () => write(world, customer, given));
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

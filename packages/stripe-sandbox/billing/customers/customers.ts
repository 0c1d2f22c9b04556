/** Customers: creating, updating, and deleting them with all their objects (docs.stripe.com/api/customers). */
import type Stripe from 'stripe';
import { unschedule } from '../../events/clock.ts';
import { emit } from '../../events/events.ts';
import { mergeMetadata } from '../../protocol/parameters.ts';
import { invalid, missing } from '../../world/fault.ts';
import { idOf, newId, type World } from '../../world/world.ts';
import { recordBalance } from '../invoices/invoices.ts';
import { attach, resolvePaymentMethod } from '../payments/payment-methods.ts';
import { endSubscription } from '../subscriptions/endings.ts';
import { newTaxId } from './tax-ids.ts';

/** The writable fields of a customer. Null clears a field. */
export interface CustomerFields {
  address?: object | null | undefined;
  balance?: number | undefined;
  business_name?: string | null | undefined;
  description?: string | null | undefined;
  email?: string | null | undefined;
  individual_name?: string | null | undefined;
  invoice_prefix?: string | undefined;
  invoice_settings?: { default_payment_method?: string | null | undefined } | undefined;
  metadata?: Record<string, string> | null | undefined;
  name?: string | null | undefined;
  phone?: string | null | undefined;
  preferred_locales?: string[] | undefined;
  shipping?: object | null | undefined;
  tax?: unknown;
  tax_exempt?: 'none' | 'exempt' | 'reverse' | null | undefined;
}

export interface NewCustomer extends CustomerFields {
  payment_method?: string | undefined;
  tax_id_data?: { type: string; value: string }[] | undefined;
  test_clock?: string | undefined;
}

/** The most customers of a test clock (docs.stripe.com/billing/testing/test-clocks#limitations). */
const CLOCK_CUSTOMERS = 3;

/** Returns a customer that exists. Throws Stripe's 404 for an unknown id, and its other 404 for a deleted customer. */
export function liveCustomer(world: World, id: string, param = 'customer'): Stripe.Customer {
  const customer = world.store.get('customer', id, param);
  if (customer.deleted) throw missing('customer', id, param);
  return customer;
}

/** A customer with all fields empty, not in the store. */
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

export function createCustomer(world: World, given: NewCustomer): Stripe.Customer {
  const clock = given.test_clock ? world.store.get('test_helpers.test_clock', given.test_clock, 'test_clock') : null;
  if (clock) refuseFullClock(world, clock);
  const customer = blankCustomer(world, clock);
  world.store.put('customer', customer);
  writeCustomer(world, customer, given);
  if (given.payment_method) attach(world, resolvePaymentMethod(world, given.payment_method), customer.id);
  emit(world, 'customer.created', customer);
  for (const { type, value } of given.tax_id_data ?? []) newTaxId(world, customer, type, value);
  return customer;
}

/** Throws 400 for a test clock that has as many customers as it can have. */
function refuseFullClock(world: World, { id }: Stripe.TestHelpers.TestClock): void {
  const own = world.store.all('customer').filter((one) => !one.deleted && idOf(one.test_clock) === id);
  if (own.length >= CLOCK_CUSTOMERS) {
    throw invalid(`A test clock can have at most ${CLOCK_CUSTOMERS} customers.`, 'test_clock');
  }
}

/** Deletes a customer for good: the subscriptions end at once, and the id answers `deleted: true` from now on. */
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

/** Sets the given fields of a customer. Throws 400 for another customer's payment method. */
export function writeCustomer(world: World, customer: Stripe.Customer, given: CustomerFields): void {
  const { address, balance, invoice_settings, metadata, shipping: shipped, tax: _, ...plain } = given;
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
  if (metadata !== undefined) customer.metadata = mergeMetadata(customer.metadata, metadata);
  const method = invoice_settings?.default_payment_method;
  if (method !== undefined)
    customer.invoice_settings.default_payment_method = method && ownMethod(world, customer, method);
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

export function fullAddress(given: object): Stripe.Address {
  const empty = { city: null, country: null, line1: null, line2: null, postal_code: null, state: null };
  return { ...empty, ...given } as Stripe.Address;
}

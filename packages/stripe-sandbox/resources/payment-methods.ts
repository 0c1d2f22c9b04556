/** Payment methods: test cards, by number or by `pm_card_…` token (docs.stripe.com/api/payment_methods). */
import type Stripe from 'stripe';
import { cardByNumber, cardByToken, cardOf, declineOf, type TestCard } from '../billing/payments/cards.ts';
import { emit, emitChange } from '../events/events.ts';
import { page, pagination } from '../protocol/listing.ts';
import * as p from '../protocol/parameters.ts';
import { listing, type Route, retrieve, route } from '../protocol/routes.ts';
import { Fault, invalid, missing } from '../world/fault.ts';
import { idOf, newId, type World } from '../world/world.ts';
import { fullAddress, liveCustomer } from './customers.ts';

const billingDetails = p.object({
  address: p.emptyable(p.address),
  email: p.emptyable(p.text),
  name: p.emptyable(p.text),
  phone: p.emptyable(p.text),
  tax_id: p.text,
});

const creatable = {
  allow_redisplay: p.oneOf('always', 'limited', 'unspecified'),
  billing_details: billingDetails,
  card: p.object({ number: p.text, exp_month: p.integer, exp_year: p.integer, cvc: p.text, token: p.text }),
  metadata: p.metadata,
  type: p.needed(p.oneOf('card')),
};

interface CardDetails {
  billing_details?: Partial<Stripe.PaymentMethod.BillingDetails>;
  metadata?: Record<string, string>;
  exp_month?: number;
  exp_year?: number;
}

/** A payment method of that test card, attached to nobody. */
export function newPaymentMethod(world: World, card: TestCard, details: CardDetails = {}): Stripe.PaymentMethod {
  const id = newId(world, 'pm');
  const year = new Date(world.now() * 1000).getUTCFullYear();
  const method: Stripe.PaymentMethod = {
    id,
    object: 'payment_method',
    allow_redisplay: 'unspecified',
    billing_details: { address: null, email: null, name: null, phone: null, tax_id: null, ...details.billing_details },
    card: {
      brand: card.brand,
      checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: 'pass' },
      country: 'US',
      display_brand: card.brand,
      exp_month: details.exp_month ?? 12,
      exp_year: details.exp_year ?? year + 4,
      fingerprint: fingerprint(card.number),
      funding: 'credit',
      generated_from: null,
      last4: card.number.slice(-4),
      networks: { available: [card.brand], preferred: null },
      regulated_status: 'unregulated',
      three_d_secure_usage: { supported: true },
      wallet: null,
    },
    created: world.now(),
    customer: null,
    customer_account: null,
    livemode: false,
    metadata: details.metadata ?? {},
    type: 'card',
  };
  world.notes.cards[id] = card.number;
  return world.store.put('payment_method', method);
}

/** The payment method of that id; a `pm_card_…` token makes a new one each time, as at Stripe. */
export function resolvePaymentMethod(world: World, id: string, param = 'payment_method'): Stripe.PaymentMethod {
  const found = world.store.find('payment_method', id);
  if (found) return found;
  const card = cardByToken(id);
  if (!card) throw missing('PaymentMethod', id, param);
  return newPaymentMethod(world, card);
}

/** Attaches a method to a customer. Throws the card's 402 where the card declines already that. */
export function attach(world: World, method: Stripe.PaymentMethod, customer: string): Stripe.PaymentMethod {
  const owner = idOf(method.customer);
  if (owner && owner !== customer) {
    throw invalid(
      'The payment method you provided has already been attached to a customer.',
      'payment_method',
      'payment_method_unexpected_state',
    );
  }
  const card = cardOf(world, method.id);
  if (card.declines && !card.attaches) {
    const { code, message } = declineOf(card.declines);
    throw new Fault(402, 'card_error', message, { code, decline_code: card.declines });
  }
  if (owner) return method;
  method.customer = customer;
  emit(world, 'payment_method.attached', method);
  return method;
}

function detach(world: World, method: Stripe.PaymentMethod): void {
  const owner = idOf(method.customer);
  if (!owner)
    throw invalid(
      'The payment method you provided is not attached to a customer so detachment is impossible.',
      'payment_method',
    );
  const customer = world.store.get('customer', owner);
  emitChange(world, 'payment_method.detached', method, () => {
    method.customer = null;
  });
  if (!customer.deleted && idOf(customer.invoice_settings.default_payment_method) === method.id) {
    emitChange(world, 'customer.updated', customer, () => {
      customer.invoice_settings.default_payment_method = null;
    });
  }
  for (const subscription of world.store.all('subscription')) {
    if (idOf(subscription.default_payment_method) !== method.id) continue;
    emitChange(world, 'customer.subscription.updated', subscription, () => {
      subscription.default_payment_method = null;
    });
  }
}

/** The same for every payment method of one number, as at Stripe. */
function fingerprint(number: string): string {
  let hash = 7;
  for (const digit of number) hash = (hash * 31 + Number(digit)) % 2_147_483_647;
  return `fp${hash.toString(36).padStart(14, '0')}`;
}

const ofCustomer = { ...pagination, type: p.text, allow_redisplay: p.text };

export const paymentMethodRoutes: Route[] = [
  route('POST /v1/payment_methods', creatable, (world, given) => {
    const token = given.card?.token;
    const card = token ? cardByToken(token.replace(/^tok_/, 'pm_card_')) : cardByNumber(given.card?.number ?? '');
    if (!card) throw missing('token', token!, 'card[token]');
    const { address, ...plain } = given.billing_details ?? {};
    return newPaymentMethod(world, card, {
      billing_details: { ...(plain as object), ...(address && { address: fullAddress(address) }) },
      metadata: given.metadata ?? {},
      ...(given.card?.exp_month && { exp_month: given.card.exp_month }),
      ...(given.card?.exp_year && { exp_year: given.card.exp_year }),
    });
  }),
  retrieve('/v1/payment_methods', 'payment_method'),
  route(
    'POST /v1/payment_methods/:id',
    {
      allow_redisplay: creatable.allow_redisplay,
      billing_details: billingDetails,
      card: p.object({ exp_month: p.integer, exp_year: p.integer }),
      metadata: p.metadata,
    },
    (world, given, { id }) => {
      const method = world.store.get('payment_method', id);
      emitChange(world, 'payment_method.updated', method, () => {
        const { address, ...plain } = given.billing_details ?? {};
        Object.assign(method.billing_details, plain, address && { address: fullAddress(address) });
        Object.assign(method.card!, given.card);
        if (given.allow_redisplay) method.allow_redisplay = given.allow_redisplay;
        if (given.metadata !== undefined) method.metadata = p.mergeMetadata(method.metadata, given.metadata);
      });
      return method;
    },
  ),
  route('POST /v1/payment_methods/:id/attach', { customer: p.needed(p.text) }, (world, { customer }, { id }) =>
    attach(world, resolvePaymentMethod(world, id), liveCustomer(world, customer).id),
  ),
  route('POST /v1/payment_methods/:id/detach', {}, (world, _, { id }) => {
    const method = world.store.get('payment_method', id);
    detach(world, method);
    return method;
  }),
  listing(
    '/v1/payment_methods',
    'payment_method',
    { customer: p.text, type: p.text, allow_redisplay: p.text },
    (method, asked) => (asked.customer ? idOf(method.customer) === asked.customer : false),
  ),
  route('GET /v1/customers/:customer/payment_methods', ofCustomer, (world, params, { customer }) => {
    liveCustomer(world, customer);
    const methods = world.store.all('payment_method').filter((one) => idOf(one.customer) === customer);
    return page(methods, params, `/v1/customers/${customer}/payment_methods`);
  }),
  route('GET /v1/customers/:customer/payment_methods/:id', {}, (world, _, { customer, id }) => {
    const method = world.store.get('payment_method', id);
    if (idOf(method.customer) !== customer) throw missing('PaymentMethod', id, 'payment_method');
    return method;
  }),
];

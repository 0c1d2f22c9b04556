/** Payment intents, setup intents and charges (docs.stripe.com/api/payment_intents, docs.stripe.com/api/setup_intents). */
import type Stripe from 'stripe';
import { liveCustomer } from '../billing/customers/customers.ts';
import { attach, resolvePaymentMethod } from '../billing/payments/payment-methods.ts';
import {
  authenticatePayment,
  cancelPaymentIntent,
  cardFault,
  confirm,
  createPaymentIntent,
  declineUnauthenticated,
  unexpectedState,
} from '../billing/payments/payments.ts';
import { authenticateSetup, confirmSetup, createSetupIntent } from '../billing/payments/setups.ts';
import { attempt, onIntentSettled } from '../billing/subscriptions/collection.ts';
import { emit } from '../events/events.ts';
import * as p from '../protocol/parameters.ts';
import { listing, type Route, retrieve, route } from '../protocol/routes.ts';
import { invalid } from '../world/fault.ts';
import { idOf, type World } from '../world/world.ts';

const automatic = p.object({ enabled: p.needed(p.flag), allow_redirects: p.oneOf('always', 'never') });

const offSession = p.or('one_off', 'recurring')(p.flag);

const paymentCreatable = {
  amount: p.needed(p.integer),
  automatic_payment_methods: automatic,
  confirm: p.flag,
  currency: p.needed(p.text),
  customer: p.text,
  description: p.text,
  metadata: p.newMetadata,
  off_session: offSession,
  payment_method: p.text,
  payment_method_types: p.list(p.oneOf('card')),
  receipt_email: p.text,
  return_url: p.text,
  setup_future_usage: p.oneOf('off_session', 'on_session'),
};

/** Confirms an intent, and applies the result to its invoice. Throws the card's 402. */
function confirmPayment(
  world: World,
  intent: Stripe.PaymentIntent,
  paymentMethod: string,
  offSession: boolean,
  returnUrl?: string,
): Stripe.PaymentIntent {
  if (!['requires_payment_method', 'requires_confirmation', 'requires_action'].includes(intent.status))
    throw unexpectedState(intent);
  const method = resolvePaymentMethod(world, paymentMethod);
  const invoice = invoiceOfIntent(world, intent);
  if (invoice) attempt(world, invoice, offSession, method.id);
  else confirm(world, intent, method.id, offSession);
  if (!invoice && offSession) declineUnauthenticated(world, intent);
  if (intent.next_action?.redirect_to_url && returnUrl) intent.next_action.redirect_to_url.return_url = returnUrl;
  if (intent.status === 'requires_payment_method') throw cardFault(intent);
  if (intent.status === 'succeeded' && intent.setup_future_usage && intent.customer)
    attach(world, method, idOf(intent.customer)!);
  return intent;
}

/** The action of the 3-D Secure page: passes or fails the authentication of a payment or setup intent. */
export function authenticate(
  world: World,
  intentId: string,
  passed: boolean,
): Stripe.PaymentIntent | Stripe.SetupIntent {
  if (intentId.startsWith('seti_')) {
    const setup = world.store.get('setup_intent', intentId);
    authenticateSetup(world, setup, passed);
    return setup;
  }
  const intent = world.store.get('payment_intent', intentId);
  authenticatePayment(world, intent, passed);
  onIntentSettled(world, intent);
  return intent;
}

function invoiceOfIntent(world: World, intent: Stripe.PaymentIntent): Stripe.Invoice | undefined {
  const payment = world.store.all('invoice_payment').find((one) => idOf(one.payment.payment_intent) === intent.id);
  return payment && world.store.find('invoice', idOf(payment.invoice));
}

const setupCreatable = {
  automatic_payment_methods: automatic,
  confirm: p.flag,
  customer: p.text,
  description: p.text,
  metadata: p.newMetadata,
  payment_method: p.text,
  payment_method_types: p.list(p.oneOf('card')),
  return_url: p.text,
  usage: p.oneOf('off_session', 'on_session'),
};

function confirmSetupIntent(
  world: World,
  intent: Stripe.SetupIntent,
  paymentMethod: string | undefined,
): Stripe.SetupIntent {
  const method = paymentMethod ?? idOf(intent.payment_method);
  if (!method) throw invalid('You must provide a payment method to confirm this SetupIntent.', 'payment_method');
  confirmSetup(world, intent, resolvePaymentMethod(world, method).id);
  return intent;
}

export const intentRoutes: Route[] = [
  route('POST /v1/payment_intents', paymentCreatable, (world, given) => {
    if (given.customer) liveCustomer(world, given.customer);
    if (given.amount < 1)
      throw invalid('This value must be greater than or equal to 1.', 'amount', 'parameter_invalid_integer');
    const intent = createPaymentIntent(world, {
      amount: given.amount,
      currency: given.currency,
      customer: given.customer ?? null,
      description: given.description ?? null,
      metadata: given.metadata ?? {},
      setupFutureUsage: given.setup_future_usage ?? null,
      paymentMethod: given.payment_method ? resolvePaymentMethod(world, given.payment_method).id : null,
    });
    intent.receipt_email = given.receipt_email ?? null;
    if (!given.confirm) return intent;
    if (!intent.payment_method)
      throw invalid('You must provide a payment method to confirm this PaymentIntent.', 'payment_method');
    return confirmPayment(world, intent, idOf(intent.payment_method)!, Boolean(given.off_session), given.return_url);
  }),
  retrieve('/v1/payment_intents', 'payment_intent'),
  listing(
    '/v1/payment_intents',
    'payment_intent',
    { customer: p.text },
    (one, asked) => !asked.customer || idOf(one.customer) === asked.customer,
  ),
  route(
    'POST /v1/payment_intents/:id',
    { metadata: p.metadata, description: p.text, payment_method: p.text, receipt_email: p.emptyable(p.text) },
    (world, given, { id }) => {
      const intent = world.store.get('payment_intent', id);
      if (given.description !== undefined) intent.description = given.description;
      if (given.receipt_email !== undefined) intent.receipt_email = given.receipt_email;
      if (given.metadata !== undefined) intent.metadata = p.mergeMetadata(intent.metadata, given.metadata);
      if (given.payment_method) {
        intent.payment_method = resolvePaymentMethod(world, given.payment_method).id;
        intent.status = 'requires_confirmation';
      }
      return intent;
    },
  ),
  route(
    'POST /v1/payment_intents/:id/confirm',
    { payment_method: p.text, off_session: offSession, return_url: p.text },
    (world, given, { id }) => {
      const intent = world.store.get('payment_intent', id);
      const method = given.payment_method ?? idOf(intent.payment_method);
      if (!method) throw invalid('You must provide a payment method to confirm this PaymentIntent.', 'payment_method');
      return confirmPayment(world, intent, method, Boolean(given.off_session), given.return_url);
    },
  ),
  route(
    'POST /v1/payment_intents/:id/cancel',
    { cancellation_reason: p.oneOf('abandoned', 'duplicate', 'fraudulent', 'requested_by_customer') },
    (world, given, { id }) => {
      const intent = world.store.get('payment_intent', id);
      cancelPaymentIntent(world, intent, given.cancellation_reason ?? 'requested_by_customer');
      return intent;
    },
  ),
  route('POST /v1/setup_intents', setupCreatable, (world, given) => {
    if (given.customer) liveCustomer(world, given.customer);
    const intent = createSetupIntent(world, {
      customer: given.customer ?? null,
      usage: given.usage ?? 'off_session',
      paymentMethod: given.payment_method ? resolvePaymentMethod(world, given.payment_method).id : null,
      metadata: given.metadata ?? {},
      description: given.description ?? null,
    });
    return given.confirm ? confirmSetupIntent(world, intent, undefined) : intent;
  }),
  retrieve('/v1/setup_intents', 'setup_intent'),
  listing(
    '/v1/setup_intents',
    'setup_intent',
    { customer: p.text },
    (one, asked) => !asked.customer || idOf(one.customer) === asked.customer,
  ),
  route('POST /v1/setup_intents/:id/confirm', { payment_method: p.text, return_url: p.text }, (world, given, { id }) =>
    confirmSetupIntent(world, world.store.get('setup_intent', id), given.payment_method),
  ),
  route(
    'POST /v1/setup_intents/:id/cancel',
    { cancellation_reason: p.oneOf('abandoned', 'duplicate', 'requested_by_customer') },
    (world, given, { id }) => {
      const intent = world.store.get('setup_intent', id);
      intent.status = 'canceled';
      intent.cancellation_reason = given.cancellation_reason ?? null;
      emit(world, 'setup_intent.canceled', intent);
      return intent;
    },
  ),
  retrieve('/v1/charges', 'charge'),
  listing(
    '/v1/charges',
    'charge',
    { customer: p.text, payment_intent: p.text },
    (one, asked) =>
      (!asked.customer || idOf(one.customer) === asked.customer) &&
      (!asked.payment_intent || idOf(one.payment_intent) === asked.payment_intent),
  ),
];

/**
 * Payment intents: how each test card behaves when an intent is confirmed, and the charge that results
 * (docs.stripe.com/payments/paymentintents/lifecycle). collection.ts applies the result to the invoice; this file does not know invoices.
 */
import type Stripe from 'stripe';
import { nowFor } from '../../events/clock.ts';
import { emit } from '../../events/events.ts';
import { Fault } from '../../world/fault.ts';
import { idOf, newId, type World } from '../../world/world.ts';
import { cardOf, declineOf } from './cards.ts';
import { newCharge } from './charges.ts';
import { openDispute } from './disputes.ts';

type Outcome = { kind: 'succeeds' } | { kind: 'declined'; declineCode: string } | { kind: 'requires_action' };

export interface NewPaymentIntent {
  amount: number;
  currency: string;
  customer: string | null;
  description?: string | null;
  metadata?: Record<string, string>;
  setupFutureUsage?: Stripe.PaymentIntent.SetupFutureUsage | null;
  paymentMethod?: string | null;
}

/** Creates a payment intent that waits for a payment method or for confirmation. */
export function createPaymentIntent(world: World, given: NewPaymentIntent): Stripe.PaymentIntent {
  const id = newId(world, 'pi');
  const intent: Stripe.PaymentIntent = {
    id,
    object: 'payment_intent',
    allowed_payment_method_types: null,
    amount: given.amount,
    amount_capturable: 0,
    amount_details: { tip: {} },
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: null,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: 'automatic',
    client_secret: `${id}_secret_${world.random.characters(25)}`,
    confirmation_method: 'automatic',
    created: nowFor(world, given.customer),
    currency: given.currency,
    customer: given.customer,
    customer_account: null,
    description: given.description ?? null,
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    managed_payments: null,
    metadata: given.metadata ?? {},
    next_action: null,
    on_behalf_of: null,
    payment_method: given.paymentMethod ?? null,
    payment_method_configuration_details: null,
    payment_method_options: {
      card: { installments: null, mandate_options: null, network: null, request_three_d_secure: 'automatic' },
    },
    payment_method_types: ['card'],
    payment_record: null,
    processing: null,
    receipt_email: null,
    review: null,
    setup_future_usage: given.setupFutureUsage ?? null,
    shipping: null,
    source: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: given.paymentMethod ? 'requires_confirmation' : 'requires_payment_method',
    transfer_data: null,
    transfer_group: null,
  };
  world.store.put('payment_intent', intent);
  emit(world, 'payment_intent.created', intent);
  return intent;
}

/** The outcome of charging that payment method now. It does not use up a planned decline. */
function outcomeOf(world: World, paymentMethod: string, offSession: boolean): Outcome {
  const card = cardOf(world, paymentMethod);
  const { card: shown } = world.store.get('payment_method', paymentMethod);
  const declineCode = shown?.checks?.cvc_check === 'fail' ? 'incorrect_cvc' : card.declines;
  if (declineCode) return { kind: 'declined', declineCode };
  const isSetUp = card.authentication === 'on_session' || world.notes.authenticated[paymentMethod];
  if (!card.authentication || (card.authentication !== 'always' && offSession && isSetUp)) return { kind: 'succeeds' };
  return { kind: 'requires_action' };
}

/** Throws the 402 that charging this payment method would give. Does nothing if the charge would succeed. */
export function refuseCard(world: World, paymentMethod: string, offSession: boolean): void {
  const outcome = outcomeOf(world, paymentMethod, offSession);
  if (outcome.kind === 'succeeds') return;
  const declineCode = outcome.kind === 'declined' ? outcome.declineCode : 'authentication_required';
  const { code, message } = declineOf(declineCode);
  throw new Fault(402, 'card_error', message, {
    code: outcome.kind === 'declined' ? code : 'subscription_payment_intent_requires_action',
    decline_code: declineCode,
  });
}

/**
 * Confirms an intent with its payment method. Nothing is thrown: the result is in the intent's status. `authenticated`: the customer has just
 * passed 3-D Secure on a hosted page.
 */
export function confirm(
  world: World,
  intent: Stripe.PaymentIntent,
  paymentMethod: string,
  offSession: boolean,
  authenticated = false,
): void {
  intent.payment_method = paymentMethod;
  const planned = world.troubles.takeDecline(idOf(intent.customer));
  let outcome: Outcome = planned
    ? { kind: 'declined', declineCode: planned }
    : outcomeOf(world, paymentMethod, offSession);
  if (authenticated && outcome.kind === 'requires_action') outcome = afterAuthentication(world, paymentMethod);
  if (outcome.kind === 'declined') decline(world, intent, paymentMethod, outcome.declineCode);
  else if (outcome.kind === 'succeeds') succeed(world, intent, paymentMethod);
  else {
    intent.status = 'requires_action';
    intent.next_action = {
      type: 'redirect_to_url',
      redirect_to_url: { url: `${world.baseUrl}/c/3ds/${intent.id}`, return_url: null },
    };
    emit(world, 'payment_intent.requires_action', intent);
  }
}

/** Applies the customer's answer on the 3-D Secure page. */
export function authenticatePayment(world: World, intent: Stripe.PaymentIntent, passed: boolean): void {
  const paymentMethod = idOf(intent.payment_method);
  if (intent.status !== 'requires_action' || !paymentMethod) throw unexpectedState(intent);
  intent.next_action = null;
  if (!passed) {
    decline(world, intent, paymentMethod, 'authentication_required', 'payment_intent_authentication_failure');
    return;
  }
  world.notes.authenticated[paymentMethod] = true;
  const outcome = afterAuthentication(world, paymentMethod);
  if (outcome.kind === 'declined') decline(world, intent, paymentMethod, outcome.declineCode);
  else succeed(world, intent, paymentMethod);
}

/** The bank's answer to a payment once 3-D Secure was passed. */
function afterAuthentication(world: World, paymentMethod: string): Exclude<Outcome, { kind: 'requires_action' }> {
  const { declinesAuthenticated: declineCode } = cardOf(world, paymentMethod);
  return declineCode ? { kind: 'declined', declineCode } : { kind: 'succeeds' };
}

/** An off-session payment cannot ask for 3-D Secure: it is declined with `authentication_required` (docs.stripe.com/payments/save-and-reuse). */
export function declineUnauthenticated(world: World, intent: Stripe.PaymentIntent): void {
  const paymentMethod = idOf(intent.payment_method);
  if (intent.status !== 'requires_action' || !paymentMethod) return;
  intent.next_action = null;
  decline(world, intent, paymentMethod, 'authentication_required');
}

export function cancelPaymentIntent(
  world: World,
  intent: Stripe.PaymentIntent,
  reason: Stripe.PaymentIntent.CancellationReason,
): void {
  if (intent.status === 'succeeded' || intent.status === 'canceled') throw unexpectedState(intent);
  intent.status = 'canceled';
  intent.canceled_at = nowFor(world, idOf(intent.customer));
  intent.cancellation_reason = reason;
  intent.next_action = null;
  emit(world, 'payment_intent.canceled', intent);
}

/** The API's 402 for a confirmation that failed. */
export function cardFault(intent: Stripe.PaymentIntent): Fault {
  const error = intent.last_payment_error;
  return new Fault(402, 'card_error', error?.message ?? 'Your card was declined.', {
    code: error?.code ?? 'card_declined',
    ...(error?.decline_code && { decline_code: error.decline_code }),
    ...(error?.charge && { charge: error.charge }),
    payment_intent: intent,
  });
}

export function unexpectedState(intent: Stripe.PaymentIntent): Fault {
  return new Fault(
    400,
    'invalid_request_error',
    `This PaymentIntent's status is ${intent.status}, which does not allow what was asked.`,
    { code: 'payment_intent_unexpected_state', payment_intent: intent },
  );
}

function succeed(world: World, intent: Stripe.PaymentIntent, paymentMethod: string): void {
  const charge = newCharge(world, intent, paymentMethod, null);
  intent.latest_charge = charge.id;
  intent.status = 'succeeded';
  intent.amount_received = intent.amount;
  intent.last_payment_error = null;
  intent.next_action = null;
  emit(world, 'charge.succeeded', charge);
  emit(world, 'payment_intent.succeeded', intent);
  for (const opening of cardOf(world, paymentMethod).disputes ?? []) openDispute(world, charge, opening);
}

function decline(
  world: World,
  intent: Stripe.PaymentIntent,
  paymentMethod: string,
  declineCode: string,
  code?: string,
): void {
  const error = { ...declineOf(declineCode), ...(code && { code }) };
  const charge = newCharge(world, intent, paymentMethod, { ...error, declineCode });
  intent.latest_charge = charge.id;
  intent.status = 'requires_payment_method';
  intent.payment_method = null;
  intent.last_payment_error = {
    charge: charge.id,
    code: error.code,
    decline_code: declineCode,
    doc_url: `https://stripe.com/docs/error-codes/${error.code.replaceAll('_', '-')}`,
    message: error.message,
    payment_method: structuredClone(world.store.get('payment_method', paymentMethod)),
    type: 'card_error',
  };
  emit(world, 'charge.failed', charge);
  emit(world, 'payment_intent.payment_failed', intent);
}

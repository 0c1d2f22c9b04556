/** Setup intents: saving a payment method for later, with 3-D Secure if the card asks for it (docs.stripe.com/payments/setup-intents). */
import type Stripe from 'stripe';
import { nowFor } from '../../events/clock.ts';
import { emit } from '../../events/events.ts';
import { Fault } from '../../world/fault.ts';
import { idOf, newId, type World } from '../../world/world.ts';
import { cardOf, declineOf } from './cards.ts';
import { attach, declineOfAttaching } from './payment-methods.ts';

export interface NewSetupIntent {
  customer: string | null;
  usage: string;
  paymentMethod?: string | null;
  metadata?: Record<string, string>;
  description?: string | null;
}

export function createSetupIntent(world: World, given: NewSetupIntent): Stripe.SetupIntent {
  const id = newId(world, 'seti');
  const intent: Stripe.SetupIntent = {
    id,
    object: 'setup_intent',
    allowed_payment_method_types: null,
    application: null,
    automatic_payment_methods: null,
    cancellation_reason: null,
    client_secret: `${id}_secret_${world.random.characters(25)}`,
    created: nowFor(world, given.customer),
    customer: given.customer,
    customer_account: null,
    description: given.description ?? null,
    excluded_payment_method_types: null,
    flow_directions: null,
    last_setup_error: null,
    latest_attempt: null,
    livemode: false,
    managed_payments: null,
    mandate: null,
    metadata: given.metadata ?? {},
    next_action: null,
    on_behalf_of: null,
    payment_method: given.paymentMethod ?? null,
    payment_method_configuration_details: null,
    payment_method_options: { card: { mandate_options: null, network: null, request_three_d_secure: 'automatic' } },
    payment_method_types: ['card'],
    single_use_mandate: null,
    status: given.paymentMethod ? 'requires_confirmation' : 'requires_payment_method',
    usage: given.usage,
  };
  world.store.put('setup_intent', intent);
  emit(world, 'setup_intent.created', intent);
  return intent;
}

/** Confirms a setup intent. Throws 402 for a card that declines being attached. */
export function confirmSetup(world: World, intent: Stripe.SetupIntent, paymentMethod: string): void {
  const card = cardOf(world, paymentMethod);
  intent.payment_method = paymentMethod;
  const declineCode = declineOfAttaching(world, world.store.get('payment_method', paymentMethod));
  if (declineCode) {
    const { code, message } = declineOf(declineCode);
    intent.status = 'requires_payment_method';
    intent.last_setup_error = { code, decline_code: declineCode, message, type: 'card_error' };
    emit(world, 'setup_intent.setup_failed', intent);
    throw new Fault(402, 'card_error', message, { code, decline_code: declineCode, setup_intent: intent });
  }
  if (card.authentication && card.authentication !== 'on_session') {
    intent.status = 'requires_action';
    intent.next_action = {
      type: 'redirect_to_url',
      redirect_to_url: { url: `${world.baseUrl}/c/3ds/${intent.id}`, return_url: null },
    };
    emit(world, 'setup_intent.requires_action', intent);
    return;
  }
  succeed(world, intent, paymentMethod);
}

/** Applies the customer's answer on the 3-D Secure page. */
export function authenticateSetup(world: World, intent: Stripe.SetupIntent, passed: boolean): void {
  const paymentMethod = idOf(intent.payment_method);
  if (intent.status !== 'requires_action' || !paymentMethod) {
    throw new Fault(400, 'invalid_request_error', `This SetupIntent's status is ${intent.status}.`, {
      code: 'setup_intent_unexpected_state',
    });
  }
  intent.next_action = null;
  if (passed) {
    world.notes.authenticated[paymentMethod] = true;
    succeed(world, intent, paymentMethod);
    return;
  }
  intent.status = 'requires_payment_method';
  intent.last_setup_error = {
    code: 'setup_intent_authentication_failure',
    message: 'The customer could not be authenticated.',
    type: 'invalid_request_error',
  };
  emit(world, 'setup_intent.setup_failed', intent);
}

function succeed(world: World, intent: Stripe.SetupIntent, paymentMethod: string): void {
  intent.status = 'succeeded';
  const customer = idOf(intent.customer);
  const method = world.store.get('payment_method', paymentMethod);
  if (customer && idOf(method.customer) !== customer) attach(world, method, customer);
  emit(world, 'setup_intent.succeeded', intent);
}

/** Payment methods: saved test cards, attached to a customer or detached (docs.stripe.com/api/payment_methods). */
import type Stripe from 'stripe';
import { emit, emitChange } from '../../events/events.ts';
import { Fault, invalid, missing } from '../../world/fault.ts';
import { idOf, newId, type World } from '../../world/world.ts';
import { cardByToken, cardOf, declineOf } from './cards.ts';
import type { TestCard } from './test-cards.ts';

interface CardDetails {
  billing_details?: Partial<Stripe.PaymentMethod.BillingDetails>;
  /** False if no security code was given; then it is not checked. */
  cvc?: boolean;
  metadata?: Record<string, string>;
  exp_month?: number;
  exp_year?: number;
}

/** The bank's answers about the details of a card. Details that are absent are not checked. */
function checksOf(card: TestCard, { billing_details, cvc = true }: CardDetails): Stripe.PaymentMethod.Card.Checks {
  const { line1, postal_code } = billing_details?.address ?? {};
  const check = (name: keyof Stripe.PaymentMethod.Card.Checks, isGiven: boolean) =>
    isGiven ? (card.failingChecks?.includes(name) ? 'fail' : 'pass') : null;
  return {
    address_line1_check: check('address_line1_check', Boolean(line1)),
    address_postal_code_check: check('address_postal_code_check', Boolean(postal_code)),
    cvc_check: check('cvc_check', cvc),
  };
}

/** The decline code of attaching this method, if the bank declines it. A security code that fails its check is declined, as by default in Radar. */
export function declineOfAttaching(world: World, method: Stripe.PaymentMethod): string | undefined {
  const card = cardOf(world, method.id);
  if (method.card?.checks?.cvc_check === 'fail') return 'incorrect_cvc';
  return card.attaches ? undefined : card.declines;
}

/** A payment method for a test card, not attached to a customer. */
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
      checks: checksOf(card, details),
      country: card.country,
      display_brand: card.brand,
      exp_month: details.exp_month ?? 12,
      exp_year: details.exp_year ?? year + 4,
      fingerprint: fingerprint(card.key),
      funding: card.funding,
      generated_from: null,
      last4: card.last4,
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
  world.notes.cards[id] = card.key;
  return world.store.put('payment_method', method);
}

/** The payment method with that id. As in Stripe, a `pm_card_…` token makes a new one each time. */
export function resolvePaymentMethod(world: World, id: string, param = 'payment_method'): Stripe.PaymentMethod {
  const found = world.store.find('payment_method', id);
  if (found) return found;
  const card = id.startsWith('pm_card_') ? cardByToken(id) : undefined;
  if (!card) throw missing('PaymentMethod', id, param);
  return newPaymentMethod(world, card);
}

/** Attaches a method to a customer. Throws the card's 402 if the card declines being attached. */
export function attach(world: World, method: Stripe.PaymentMethod, customer: string): Stripe.PaymentMethod {
  const owner = idOf(method.customer);
  if (owner && owner !== customer) {
    throw invalid(
      'The payment method you provided has already been attached to a customer.',
      'payment_method',
      'payment_method_unexpected_state',
    );
  }
  const declineCode = declineOfAttaching(world, method);
  if (declineCode) {
    const { code, message } = declineOf(declineCode);
    throw new Fault(402, 'card_error', message, { code, decline_code: declineCode });
  }
  if (owner) return method;
  method.customer = customer;
  emit(world, 'payment_method.attached', method);
  return method;
}

/** Detaches a method from its customer, and removes it wherever it was the default. */
export function detach(world: World, method: Stripe.PaymentMethod): void {
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

/** A card's fingerprint: the same for every payment method of that card, as in Stripe. */
function fingerprint(key: string): string {
  let hash = 7;
  for (const character of key) hash = (hash * 31 + character.charCodeAt(0)) % 2_147_483_647;
  return `fp${hash.toString(36).padStart(14, '0')}`;
}

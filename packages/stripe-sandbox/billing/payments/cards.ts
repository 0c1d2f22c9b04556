/** Stripe's test cards and tokens, and how each behaves (docs.stripe.com/testing). None of the numbers is a real card. */
import { Fault } from '../../world/fault.ts';
import type { World } from '../../world/world.ts';

export interface TestCard {
  number: string;
  brand: string;
  /** The card's `pm_card_…` token. */
  token: string;
  /** The decline code of every charge. Attaching the card fails with it too, unless `attaches`. */
  declines?: string;
  attaches?: boolean;
  /** `always` asks for 3-D Secure at each payment; `unless_set_up` asks unless the card passed it while being set up. */
  authentication?: 'always' | 'unless_set_up';
  /** Charges succeed and are disputed at once, for this reason. */
  disputed?: 'fraudulent' | 'product_not_received';
}

const visa = (number: string, token: string, behaviour: Partial<TestCard> = {}): TestCard => ({
  number,
  brand: 'visa',
  token,
  ...behaviour,
});

const TEST_CARDS: readonly TestCard[] = [
  visa('4242424242424242', 'pm_card_visa'),
  visa('4000056655665556', 'pm_card_visa_debit'),
  { number: '5555555555554444', brand: 'mastercard', token: 'pm_card_mastercard' },
  { number: '378282246310005', brand: 'amex', token: 'pm_card_amex' },
  visa('4000000000000002', 'pm_card_visa_chargeDeclined', { declines: 'generic_decline' }),
  visa('4000000000009995', 'pm_card_visa_chargeDeclinedInsufficientFunds', { declines: 'insufficient_funds' }),
  visa('4000000000009987', 'pm_card_visa_chargeDeclinedLostCard', { declines: 'lost_card' }),
  visa('4000000000009979', 'pm_card_visa_chargeDeclinedStolenCard', { declines: 'stolen_card' }),
  visa('4000000000000069', 'pm_card_chargeDeclinedExpiredCard', { declines: 'expired_card' }),
  visa('4000000000000127', 'pm_card_chargeDeclinedIncorrectCvc', { declines: 'incorrect_cvc' }),
  visa('4000000000000119', 'pm_card_chargeDeclinedProcessingError', { declines: 'processing_error' }),
  visa('4000000000000341', 'pm_card_chargeCustomerFail', { declines: 'generic_decline', attaches: true }),
  visa('4000002500003155', 'pm_card_authenticationRequiredOnSetup', { authentication: 'unless_set_up' }),
  visa('4000002760003184', 'pm_card_authenticationRequired', { authentication: 'always' }),
  visa('4000000000000259', 'pm_card_createDispute', { disputed: 'fraudulent' }),
  visa('4000000000002685', 'pm_card_createDisputeProductNotReceived', { disputed: 'product_not_received' }),
];

/** Second names of tokens. */
const ALIASES: Record<string, string> = {
  pm_card_threeDSecure2Required: 'pm_card_authenticationRequired',
  pm_card_chargeDeclined: 'pm_card_visa_chargeDeclined',
  pm_card_chargeDeclinedInsufficientFunds: 'pm_card_visa_chargeDeclinedInsufficientFunds',
  pm_card_us: 'pm_card_visa',
};

export function cardByToken(token: string): TestCard | undefined {
  const name = ALIASES[token] ?? token;
  return TEST_CARDS.find((card) => card.token === name);
}

/** The test card with that number, spaces allowed. Throws 402 for any other number, so that nobody enters a real card. */
export function cardByNumber(given: string): TestCard {
  const number = given.replaceAll(/[\s-]/g, '');
  const card = TEST_CARDS.find((one) => one.number === number);
  if (card) return card;
  throw new Fault(
    402,
    'card_error',
    'Your card was declined. Your request was in test mode, but used a non test card. For a list of valid test cards, visit: https://stripe.com/docs/testing.',
    { code: 'card_declined', decline_code: 'test_mode_live_card', param: 'number' },
  );
}

/** The test card behind a payment method. */
export function cardOf(world: World, paymentMethodId: string): TestCard {
  return cardByNumber(world.notes.cards[paymentMethodId] ?? '4242424242424242');
}

const MESSAGES: Record<string, string> = {
  expired_card: 'Your card has expired.',
  incorrect_cvc: "Your card's security code is incorrect.",
  insufficient_funds: 'Your card has insufficient funds.',
  processing_error: 'An error occurred while processing your card. Try again in a little bit.',
};

/** The error code and message of a decline. Some decline codes are error codes of their own, the others are `card_declined`. */
export function declineOf(declineCode: string): { code: string; message: string } {
  const own = ['expired_card', 'incorrect_cvc', 'processing_error'].includes(declineCode);
  return { code: own ? declineCode : 'card_declined', message: MESSAGES[declineCode] ?? 'Your card was declined.' };
}

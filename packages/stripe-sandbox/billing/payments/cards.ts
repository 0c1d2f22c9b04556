/** Test cards as people enter them, and the errors of cards (docs.stripe.com/testing, docs.stripe.com/declines/codes). */
import * as rules from '../../protocol/rules.ts';
import { Fault } from '../../world/fault.ts';
import type { World } from '../../world/world.ts';
import { type TestCard, testCard } from './test-cards.ts';

/** The card of a `pm_card_…` or `tok_…`. */
export function cardByToken(token: string): TestCard | undefined {
  return /^(pm_card|tok)_/.test(token) ? testCard(token) : undefined;
}

/** The test card with that number, spaces allowed. Throws 402 for any other number, so that nobody enters a real card. */
export function cardByNumber(given: string): TestCard {
  const number = given.replaceAll(/[\s-]/g, '');
  const card = /^\d+$/.test(number) ? testCard(number) : undefined;
  if (card) return card;
  if (!passesLuhn(number)) {
    throw new Fault(402, 'card_error', 'Your card number is incorrect.', { code: 'incorrect_number', param: 'number' });
  }
  throw new Fault(
    402,
    'card_error',
    'Your card was declined. Your request was in test mode, but used a non test card. For a list of valid test cards, visit: https://stripe.com/docs/testing.',
    { code: 'card_declined', decline_code: 'test_mode_live_card', param: 'number' },
  );
}

/** The check digit of card numbers (ISO/IEC 7812-1, annex B). */
function passesLuhn(number: string): boolean {
  if (!/^\d{12,19}$/.test(number)) return false;
  const sum = [...number].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 1 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

/** A card as its holder types it in a form. */
export interface CardEntry {
  number: string;
  /** Such as `12 / 34`. */
  expiry?: string | undefined;
  cvc?: string | undefined;
}

/** Reads a card from a form. Throws the 402 of a wrong number, expiry or security code. `now`: Unix seconds. */
export function readCard(entry: CardEntry, now: number): { card: TestCard; exp_month?: number; exp_year?: number } {
  const card = cardByNumber(entry.number);
  if (entry.cvc) refuse(rules.cvc(entry.cvc, 'cvc', now));
  if (!entry.expiry) return { card };
  const match = /^\s*(\d{1,2})\s*\/\s*(\d{2}|\d{4})\s*$/.exec(entry.expiry);
  const given = { exp_month: Number(match?.[1] ?? 0), exp_year: Number(match?.[2] ?? 0) };
  refuse(rules.expiry(given, 'card', now));
  return { card, exp_month: given.exp_month, exp_year: given.exp_year < 100 ? 2000 + given.exp_year : given.exp_year };
}

function refuse(refused: Fault | undefined): void {
  if (refused) throw refused;
}

/** The test card behind a payment method. */
export function cardOf(world: World, paymentMethodId: string): TestCard {
  return testCard(world.notes.cards[paymentMethodId] ?? 'pm_card_visa')!;
}

const MESSAGES: Record<string, string> = {
  authentication_required: 'Your card was declined. This transaction requires authentication.',
  card_velocity_exceeded:
    'Your card was declined for making repeated attempts too frequently or exceeding its amount limit.',
  expired_card: 'Your card has expired.',
  incorrect_cvc: "Your card's security code is incorrect.",
  insufficient_funds: 'Your card has insufficient funds.',
  processing_error: 'An error occurred while processing your card. Try again in a little bit.',
};

/** Decline codes that are error codes of their own. All others have the error code `card_declined`. */
const OWN_CODES = ['authentication_required', 'expired_card', 'incorrect_cvc', 'processing_error'];

/** The error code and message of a decline. */
export function declineOf(declineCode: string): { code: string; message: string } {
  const code = OWN_CODES.includes(declineCode) ? declineCode : 'card_declined';
  return { code, message: MESSAGES[declineCode] ?? 'Your card was declined.' };
}

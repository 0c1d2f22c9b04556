/** The card that somebody entered in a form of the hosted pages. */
import type Stripe from 'stripe';
import { readCard } from '../billing/payments/cards.ts';
import { newPaymentMethod } from '../billing/payments/payment-methods.ts';
import type { StripeSandbox } from '../controls.ts';
import { nowFor } from '../events/clock.ts';

/** A new payment method from the fields `card`, `expiry` and `cvc`. Throws the 402 of what is wrong with them. */
export function enteredCard(
  { world }: StripeSandbox,
  customer: string,
  { card: number = '', expiry, cvc }: Record<string, string>,
): Stripe.PaymentMethod {
  const { card, ...dates } = readCard({ number, expiry, cvc }, nowFor(world, customer));
  return newPaymentMethod(world, card, dates);
}

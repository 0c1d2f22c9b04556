import { defineErrors, withStatus } from '../../platform/errors.ts';
import { emailErrors } from '../email/email.ts';

export const billingErrors = defineErrors({
  redirect_not_allowed: { status: 400, title: 'The address to return to is not on an allowed origin' },
  unknown_plan: { status: 400, title: 'There is no such plan for sale' },
  unknown_product: { status: 400, title: 'There is no such product for sale' },
  unknown_currency: { status: 400, title: 'Nothing is sold in this currency' },
  unknown_promotion_code: { status: 400, title: 'The promotion code is unknown or no longer valid' },
  unknown_meter: { status: 400, title: 'There is no such meter' },
  invalid_quantity: { status: 400, title: 'The quantity does not fit the plan' },
  invalid_period: { status: 400, title: 'The period is not valid' },
  payment_declined: { status: 402, title: 'The payment was declined' },
  feature_not_included: { status: 402, title: 'The plan does not include this' },
  limit_reached: { status: 402, title: 'The limit of the plan is reached' },
  already_subscribed: { status: 409, title: 'The organization has a subscription already' },
  not_subscribed: { status: 409, title: 'The organization has no subscription' },
  checkout_open: { status: 409, title: 'A checkout of this organization is still open' },
  change_pending: { status: 409, title: 'A change of the subscription still waits for its payment' },
  change_not_possible: { status: 409, title: 'The subscription cannot be changed like this' },
  payments_refused: { status: 409, title: 'Stripe refuses this as things are' },
  payments_unavailable: { status: 503, title: 'Payments cannot be reached' },
});

/** Stripe repeats what is not 2xx, and shows the status to whoever looks for the mistake: 400, as in its own examples. */
/** For reading: there is nothing to show, where a change would contradict the state. */
export const noSubscription = withStatus(billingErrors.not_subscribed, 404, 'There is no subscription to show');

export const invalidStripeSignature = withStatus(
  emailErrors.invalid_signature,
  400,
  'The Stripe-Signature does not fit the body, or is too old',
);

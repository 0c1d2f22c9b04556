/** Giving somebody longer to try. */
import { after, type Clock, DAY_MS } from '../../../platform/clock.ts';
import { billingErrors } from '../errors.ts';
import type { Projection } from '../projection/projection.ts';
import type { Customers } from '../stripe/customers.ts';
import { instantOf, type StripeGateway } from '../stripe/stripe.ts';
import { currentSubscription } from './current-subscription.ts';

/**
 * Moves the end of a trial, at Stripe, and brings the projection up to date.
 * `confirm` runs when it is known that the trial can be moved, and before Stripe is asked to; throwing refuses.
 * @returns the id of the subscription, and the end before
 * @throws `not_subscribed`; `change_not_possible` for a subscription that is not in its trial, or an end that is not later, or is beyond two years
 *   (Stripe's limit); `payments_unavailable`
 */
export type ExtendTrial = (
  organizationId: string,
  until: Date,
  confirm: (trial: { subscriptionId: string; before: Date }) => Promise<void>,
) => Promise<void>;

const MAX_DAYS = 730;

export function createTrialExtension(options: {
  clock: Clock;
  gateway: StripeGateway;
  customers: Customers;
  projection: Projection;
}): ExtendTrial {
  const { clock, gateway, projection } = options;
  return async (organizationId, until, confirm) => {
    const { id, status, trial_end: end } = await currentSubscription(options, organizationId);
    const before = instantOf(end);
    if (status !== 'trialing' || !before)
      throw billingErrors.change_not_possible({
        detail: `The subscription is ${status}: there is no trial to extend.`,
      });
    if (until <= before || until > after(clock.now(), MAX_DAYS * DAY_MS))
      throw billingErrors.change_not_possible({
        detail: `The trial ends ${before.toISOString()}. Name a later end, at most two years from now.`,
      });
    await confirm({ subscriptionId: id, before });
    await gateway.ask('subscriptions.update', (stripe) =>
      stripe.subscriptions.update(id, {
        trial_end: Math.floor(until.getTime() / 1_000),
        proration_behavior: 'none',
      }),
    );
    await projection.refresh(organizationId);
  };
}

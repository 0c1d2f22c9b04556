import type Stripe from 'stripe';
import { isLive } from '../catalog/access.ts';
import { billingErrors } from '../errors.ts';
import type { Customers } from '../stripe/customers.ts';
import type { StripeGateway } from '../stripe/stripe.ts';

/**
 * The live subscription of an organization as Stripe has it now: our projection may be behind.
 * @throws `not_subscribed`, `payments_unavailable`
 */
export async function currentSubscription(
  { gateway, customers }: { gateway: StripeGateway; customers: Customers },
  organizationId: string,
): Promise<Stripe.Subscription> {
  const customer = await customers.find(organizationId);
  if (customer === undefined) throw billingErrors.not_subscribed();
  const subscriptions = await gateway.ask('subscriptions.list', (stripe) =>
    stripe.subscriptions.list({ customer, limit: 100 }),
  );
  const live = subscriptions.data.filter(({ status }) => isLive(status)).sort((a, b) => a.created - b.created);
  if (!live[0]) throw billingErrors.not_subscribed();
  return live[0];
}

const WAITING: readonly string[] = ['incomplete', 'unpaid', 'paused'];

/** True if a subscription grants nothing until an invoice is paid: then nothing of it can be changed, only brought back or ended. */
export const isWaiting = (status: string): boolean => WAITING.includes(status);

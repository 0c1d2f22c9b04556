/** Billing's part of the test of the document's examples. */
import type { TestService } from '../../../../test/service.ts';
import { startBillingService } from './scene.ts';

export const absent = {
  // A subscription: nothing has been paid yet.
  getSubscription: 'not_subscribed',
  updateSubscription: 'not_subscribed',
  resumeSubscription: 'not_subscribed',
  previewSubscription: 'not_subscribed',
  // A plan that includes it.
  exportOrganizationAuditEvents: 'feature_not_included',
  // A signature over the body, by the provider.
  receiveStripeWebhook: 'invalid_signature',
  // The caller is no operator.
  getOperatorBilling: 'forbidden',
  listOperatorInvoices: 'forbidden',
  extendTrial: 'forbidden',
  refundInvoice: 'forbidden',
  createGrant: 'forbidden',
  endGrant: 'forbidden',
};

/** Starts the service beside a Stripe sandbox. */
export async function start(env: Record<string, string>): Promise<TestService> {
  return (await startBillingService(env)).test;
}

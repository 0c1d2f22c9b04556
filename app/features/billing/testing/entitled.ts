/** Gives an organization a feature or limit of a plan, for the tests of other features. */
import type { TestService } from '../../../../test/service.ts';
import { announceEntitlements } from '../entitlement/entitlements.ts';
import { billingCustomers, billingSubscriptions } from '../schema.ts';

/** Stores a subscription of the plan that includes everything, as the projection would. */
export async function entitle({ service: { db }, clock }: TestService, organizationId: string): Promise<void> {
  const createdAt = clock.now();
  await db.transaction(async (tx) => {
    const customer = { organizationId, stripeCustomerId: `cus_${organizationId}`, createdAt };
    await tx.insert(billingCustomers).values(customer);
    const id = `sub_${organizationId}`;
    const terms = { status: 'active', plan: 'scale', currency: 'usd', quantity: 1, superseded: false };
    await tx.insert(billingSubscriptions).values({ organizationId, id, createdAt, ...terms });
    announceEntitlements(tx, organizationId);
  });
}

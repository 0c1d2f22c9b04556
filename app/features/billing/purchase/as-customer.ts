import type { Projection } from '../projection/projection.ts';
import type { Customers } from '../stripe/customers.ts';
import { isMissing } from '../stripe/stripe.ts';

/**
 * Does something at Stripe as an organization's customer. Where that one was deleted there and no event has told of it yet, looks, and does
 * it as another one.
 */
export async function asCustomer<T>(
  { customers, projection }: { customers: Customers; projection: Pick<Projection, 'refresh'> },
  organizationId: string,
  work: (customerId: string) => Promise<T>,
): Promise<T> {
  const customerId = await customers.ensure(organizationId);
  try {
    return await work(customerId);
  } catch (error) {
    if (!isMissing(error, 'customer')) throw error;
    await projection.refresh(organizationId);
    return work(await customers.ensure(organizationId));
  }
}

/** Stripe's customer portal: cards, addresses, invoices, cancelling. */
import { asCustomer } from './as-customer.ts';
import { portalConfiguration } from './catalog-sync.ts';
import type { Customers } from './customers.ts';
import type { Projection } from './projection.ts';
import type { StripeGateway } from './stripe.ts';

export interface Portal {
  /** @returns an address that works once. @throws `payments_unavailable` */
  open(organizationId: string, returnUrl: string): Promise<string>;
}

export interface PortalOptions {
  gateway: StripeGateway;
  customers: Customers;
  projection: Pick<Projection, 'refresh'>;
}

export function createPortal({ gateway, customers, projection }: PortalOptions): Portal {
  let configuration: string | undefined;

  return {
    async open(organizationId, returnUrl) {
      const session = await asCustomer({ customers, projection }, organizationId, (customer) =>
        gateway.ask('portal_sessions.create', async (stripe) => {
          configuration ??= await portalConfiguration(stripe);
          return stripe.billingPortal.sessions.create({
            customer,
            return_url: returnUrl,
            ...(configuration !== undefined && { configuration }),
          });
        }),
      );
      return session.url;
    },
  };
}

/** Stripe's customer portal: cards, addresses, invoices, cancelling. */
import { portalConfiguration } from './catalog-sync.ts';
import type { Customers } from './customers.ts';
import type { StripeGateway } from './stripe.ts';

export interface Portal {
  /** @returns an address that works once. @throws `payments_unavailable` */
  open(organizationId: string, returnUrl: string): Promise<string>;
}

export function createPortal({ gateway, customers }: { gateway: StripeGateway; customers: Customers }): Portal {
  let configuration: string | undefined;

  return {
    async open(organizationId, returnUrl) {
      const customer = await customers.ensure(organizationId);
      const session = await gateway.ask('portal_sessions.create', async (stripe) => {
        configuration ??= await portalConfiguration(stripe);
        return stripe.billingPortal.sessions.create({
          customer,
          return_url: returnUrl,
          ...(configuration !== undefined && { configuration }),
        });
      });
      return session.url;
    },
  };
}

/** Stripe's customer portal: cards, addresses, invoices, cancelling. */
import type { OrganizationAccess } from '../../organizations/organizations.ts';
import { ownConfiguration, portalConfigurations } from '../catalog/catalog-sync.ts';
import type { Projection } from '../projection/projection.ts';
import type { Customers } from '../stripe/customers.ts';
import type { StripeGateway } from '../stripe/stripe.ts';
import { asCustomer } from './as-customer.ts';

export interface Portal {
  /** @returns an address that works once. @throws `payments_unavailable`; what `OrganizationAccess.confirm` throws */
  open(access: OrganizationAccess, returnUrl: string): Promise<string>;
}

export interface PortalOptions {
  gateway: StripeGateway;
  customers: Customers;
  projection: Pick<Projection, 'refresh'>;
}

export function createPortal({ gateway, customers, projection }: PortalOptions): Portal {
  let configuration: string | undefined;

  return {
    async open(access, returnUrl) {
      const session = await asCustomer({ customers, projection }, access.organizationId, async (customer) => {
        configuration ??= ownConfiguration(await gateway.ask('portal_sessions.create', portalConfigurations));
        // The questions to Stripe took time, and the caller may have lost the permission since then.
        await access.confirm('billing:manage');
        return gateway.ask('portal_sessions.create', (stripe) =>
          stripe.billingPortal.sessions.create({
            customer,
            return_url: returnUrl,
            ...(configuration !== undefined && { configuration }),
          }),
        );
      });
      return session.url;
    },
  };
}

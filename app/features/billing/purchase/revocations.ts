/** Taking back a one-off product. Stripe keeps the decision, in the invoice's metadata: so the projection can still be rebuilt from it. */
import { eq } from 'drizzle-orm';
import type { Database } from '../../../platform/database/database.ts';
import { httpErrors } from '../../../platform/http/errors.ts';
import type { Projection } from '../projection/projection.ts';
import { billingInvoices } from '../schema.ts';
import { WITHDRAWN } from '../stripe/snapshot.ts';
import type { StripeGateway } from '../stripe/stripe.ts';

export interface Revocation {
  product: string;
  withdrawn: boolean;
}

export type RevokeProduct = (invoiceId: string, how: { undo: boolean }) => Promise<Revocation>;

export interface RevocationsOptions {
  db: Database;
  gateway: StripeGateway;
  projection: Pick<Projection, 'refresh'>;
}

/**
 * @returns a function that takes back the product of an invoice; with `undo` it is granted again, also after a lost dispute.
 *   It throws `not_found` for an invoice that is not known here, `conflict` for one that is not of a product, `payments_unavailable`
 */
export function createRevocations({ db, gateway, projection }: RevocationsOptions): RevokeProduct {
  return async (invoiceId, { undo }) => {
    const [invoice] = await db.select().from(billingInvoices).where(eq(billingInvoices.id, invoiceId));
    if (!invoice) throw httpErrors.not_found({ detail: `There is no invoice ${invoiceId}.` });
    const { product, organizationId } = invoice;
    if (product === null) throw httpErrors.conflict({ detail: `Invoice ${invoiceId} is for no product.` });
    await gateway.ask('invoices.update', (stripe) =>
      stripe.invoices.update(invoiceId, { metadata: { [WITHDRAWN]: String(!undo) } }),
    );
    await projection.refresh(organizationId);
    return { product, withdrawn: !undo };
  };
}

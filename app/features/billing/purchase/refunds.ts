/** Giving money back, by hand: a credit note, so that the books say why. */
import { eq } from 'drizzle-orm';
import type { Database } from '../../../platform/database/database.ts';
import { httpErrors } from '../../../platform/http/errors.ts';
import { billingErrors } from '../errors.ts';
import type { Projection } from '../projection/projection.ts';
import { billingInvoices } from '../schema.ts';
import type { StripeGateway } from '../stripe/stripe.ts';

export interface Refund {
  creditNote: string;
  amount: number;
  currency: string;
}

export interface RefundScope {
  /** The invoice must be of this organization. */
  readonly organizationId: string;
  /** Runs when it is known what can be refunded, and before Stripe is asked to; throwing refuses. */
  readonly confirm: (amount: number) => Promise<void>;
}

export type RefundInvoice = (invoiceId: string, amount?: number, scope?: RefundScope) => Promise<Refund>;

/**
 * @returns a function that refunds a paid invoice
 *   `invoiceId`: as Stripe has it; `amount`: in minor units, the whole rest by default; `scope`: for an operator of the API.
 *   It throws `not_found` for an invoice that is not known here, `conflict` for one that is not paid or already refunded
 */
export function createRefunds({
  db,
  gateway,
  projection,
}: {
  db: Database;
  gateway: StripeGateway;
  projection: Projection;
}): RefundInvoice {
  return async (invoiceId, amount, scope) => {
    const [invoice] = await db.select().from(billingInvoices).where(eq(billingInvoices.id, invoiceId));
    if (!invoice || (scope && invoice.organizationId !== scope.organizationId))
      throw httpErrors.not_found({ detail: `There is no invoice ${invoiceId}.` });
    const left = invoice.amountPaid - invoice.amountCredited;
    const refunded = amount ?? left;
    if (invoice.status !== 'paid' || left === 0)
      throw httpErrors.conflict({ detail: `Of invoice ${invoiceId} there is nothing to refund.` });
    if (refunded < 1 || refunded > left)
      throw billingErrors.invalid_quantity({ detail: `Of invoice ${invoiceId} ${left} can be refunded.` });
    await scope?.confirm(refunded);
    // The same refund asked for twice is one: its key names what is left after it.
    const idempotencyKey = `refund:${invoiceId}:${left - refunded}`;
    const note = await gateway.ask('credit_notes.create', (stripe) =>
      stripe.creditNotes.create(
        { invoice: invoiceId, amount: refunded, refund_amount: refunded, reason: 'order_change' },
        { idempotencyKey },
      ),
    );
    await projection.refresh(invoice.organizationId);
    return { creditNote: note.id, amount: refunded, currency: invoice.currency };
  };
}

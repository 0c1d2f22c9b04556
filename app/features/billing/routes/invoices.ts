import type { Operations } from '../../../platform/http/operations/operations.ts';
import type { Authorization } from '../../organizations/organizations.ts';
import type { Invoices } from '../purchase/invoices.ts';
import type { Invoice as Row } from '../schema.ts';
import { below, Invoice } from './representations.ts';

export interface InvoiceRoutesOptions {
  authorization: Authorization;
  invoices: Invoices;
}

export function invoiceRoutes(operations: Operations, { authorization, invoices }: InvoiceRoutesOptions): void {
  below(operations).list('/invoices', {
    guard: authorization.needs('billing:read'),
    operationId: 'listInvoices',
    summary: 'List invoices',
    description: 'The newest first, with links to a page and a PDF.',
    item: Invoice,
    rows: ({ access }, limit, after) => invoices.list(access.organizationId, limit, after),
    keyOf: ({ createdAt, id }) => [createdAt.toISOString(), id],
    present: presentInvoice,
  });
}

/** An invoice as members and operators see it. */
export function presentInvoice({ amountCredited, createdAt, paidAt, nextPaymentAttempt, ...row }: Row) {
  const {
    id,
    number,
    status,
    currency,
    total,
    amountPaid,
    amountRemaining,
    description,
    product,
    hostedUrl,
    pdfUrl,
    withdrawn,
  } = row;
  return {
    ...{
      id,
      number,
      status,
      currency,
      total,
      amountPaid,
      amountRemaining,
      description,
      product,
      hostedUrl,
      pdfUrl,
      withdrawn,
    },
    amountRefunded: amountCredited,
    createdAt: createdAt.toISOString(),
    paidAt: paidAt?.toISOString() ?? null,
    nextPaymentAttempt: nextPaymentAttempt?.toISOString() ?? null,
  };
}

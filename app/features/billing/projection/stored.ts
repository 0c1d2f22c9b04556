/** Reads the stored projection of a customer. */
import { eq } from 'drizzle-orm';
import type { Executor } from '../../../platform/database/database.ts';
import {
  type BillingCustomer,
  billingInvoices,
  billingPaymentMethods,
  billingSubscriptions,
  type Invoice,
  type PaymentMethod,
  type Subscription,
} from '../schema.ts';

export interface Stored {
  customer: BillingCustomer;
  subscriptions: Subscription[];
  invoices: Invoice[];
  paymentMethods: PaymentMethod[];
}

export async function readStored(tx: Executor, customer: BillingCustomer): Promise<Stored> {
  const { organizationId } = customer;
  const isOwn = <T extends { organizationId: Parameters<typeof eq>[0] }>(table: T) =>
    eq(table.organizationId, organizationId);
  return {
    customer,
    subscriptions: await tx.select().from(billingSubscriptions).where(isOwn(billingSubscriptions)),
    invoices: await tx.select().from(billingInvoices).where(isOwn(billingInvoices)),
    paymentMethods: await tx.select().from(billingPaymentMethods).where(isOwn(billingPaymentMethods)),
  };
}

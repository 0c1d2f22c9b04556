/** Invoices as projected. */
import { and, desc, eq, sql } from 'drizzle-orm';
import type { TolerantReads } from '../../../platform/database/replica.ts';
import { billingInvoices, type Invoice } from '../schema.ts';

export interface Invoices {
  /** The newest first, before the key [createdAt, id]. */
  list(organizationId: string, limit: number, before?: readonly string[]): Promise<Invoice[]>;
}

export function createInvoices(reads: TolerantReads): Invoices {
  return {
    list(organizationId, limit, before) {
      const { createdAt, id } = billingInvoices;
      const beyond = before && sql`(${createdAt}, ${id}) < (${before[0]}::timestamptz, ${before[1]})`;
      return reads((db) =>
        db
          .select()
          .from(billingInvoices)
          .where(and(eq(billingInvoices.organizationId, organizationId), beyond))
          .orderBy(desc(createdAt), desc(id))
          .limit(limit),
      );
    },
  };
}

/** Disputes: money that a customer's bank takes back. Recorded for people to answer in Stripe's dashboard, with an alert while they wait. */
import { eq } from 'drizzle-orm';
import type { Database } from '../../../platform/database/database.ts';
import { transact } from '../../../platform/database/retry.ts';
import type { Jobs } from '../../../platform/jobs/jobs.ts';
import type { Logger } from '../../../platform/telemetry/logger.ts';
import type { Audit } from '../../audit/audit.ts';
import { projectQueue } from '../queues.ts';
import { billingDisputes } from '../schema.ts';
import type { Customers } from '../stripe/customers.ts';
import { idOf, instantOf, isMissing, type StripeGateway } from '../stripe/stripe.ts';

export interface Disputes {
  /** Stores a dispute as Stripe has it now. */
  record(disputeId: string): Promise<void>;
}

export interface DisputesOptions {
  db: Database;
  jobs: Pick<Jobs, 'enqueue'>;
  gateway: StripeGateway;
  customers: Customers;
  audit: Audit;
  logger: Logger;
}

const OVER = new Set(['won', 'lost', 'warning_closed', 'prevented']);

export function createDisputes({ db, jobs, gateway, customers, audit, logger }: DisputesOptions): Disputes {
  return {
    async record(disputeId) {
      const dispute = await gateway
        .ask('disputes.retrieve', (stripe) => stripe.disputes.retrieve(disputeId, { expand: ['charge'] }))
        .catch((error: unknown) => {
          if (isMissing(error)) return undefined;
          throw error;
        });
      if (!dispute) return;
      const customer = typeof dispute.charge === 'object' ? dispute.charge.customer : null;
      const organizationId = customer ? await customers.ownerOf(idOf(customer)) : undefined;
      const { id, status, reason, amount, currency } = dispute;
      const row = { status, reason, amount, currency, organizationId: organizationId ?? null };
      await transact(db, async (tx) => {
        const [before] = await tx.select().from(billingDisputes).where(eq(billingDisputes.id, id)).for('update');
        if (before?.status === status) return;
        await tx
          .insert(billingDisputes)
          .values({ id, createdAt: instantOf(dispute.created), ...row })
          .onConflictDoUpdate({ target: billingDisputes.id, set: row });
        if (!before)
          logger.warn({ disputeId: id, organizationId, reason }, 'a payment is disputed: answer it in Stripe');
        const closes = OVER.has(status) && !(before && OVER.has(before.status));
        if (organizationId === undefined || (before && !closes)) return;
        await audit.append(tx, {
          ownerId: organizationId,
          action: closes ? 'dispute.closed' : 'dispute.opened',
          actor: { type: 'system' },
          target: { type: 'dispute', id },
          details: { status, reason, amount, currency },
        });
        // The money is lost, so the product that it bought is granted no longer.
        if (closes && customer) {
          const customerId = idOf(customer);
          await jobs.enqueue(tx, projectQueue, { customerId }, { key: customerId });
        }
      });
    },
  };
}

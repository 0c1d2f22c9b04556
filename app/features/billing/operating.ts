/** The part of billing for operators: finding an organization by what Stripe calls it, and what the command line grants. */
import { eq, or } from 'drizzle-orm';
import type { Database } from '../../platform/database/database.ts';
import { transact } from '../../platform/database/retry.ts';
import { httpErrors } from '../../platform/http/errors.ts';
import type { Audit } from '../audit/audit.ts';
import type { Found, OperatorFollower } from '../operator/operator.ts';
import { organizations } from '../organizations/schema.ts';
import type { Grants } from './entitlement/grants.ts';
import type { BillingOperations } from './operations.ts';
import type { ExtendTrial } from './purchase/trials.ts';
import { billingInvoices, billingSubscriptions, stripeCustomers } from './schema.ts';

const MAX_FOUND = 20;

export function createBillingFinder(db: Database): Pick<OperatorFollower, 'find'> {
  const found = (kind: string, id: string, title: string, detail: string | null, organizationId: string): Found => ({
    ...{ kind, id, title, detail, userId: null, organizationId },
  });

  return {
    async find({ text }) {
      if (/^cus_\w+$/.test(text)) {
        const rows = await db.select().from(stripeCustomers).where(eq(stripeCustomers.id, text));
        return rows.map(({ id, organizationId }) => found('customer', id, id, null, organizationId));
      }
      if (/^sub_\w+$/.test(text)) {
        const rows = await db.select().from(billingSubscriptions).where(eq(billingSubscriptions.id, text));
        return rows.map(({ id, plan, status, organizationId }) =>
          found('subscription', id, plan ?? id, status, organizationId),
        );
      }
      if (!/^[\w-]{4,60}$/.test(text)) return [];
      const named = or(eq(billingInvoices.id, text), eq(billingInvoices.number, text));
      const rows = await db.select().from(billingInvoices).where(named).limit(MAX_FOUND);
      return rows.map(({ id, number, status, organizationId }) =>
        found('invoice', id, number ?? id, status, organizationId),
      );
    },
  };
}

/** The same as over the API, by somebody at the command line, whom nobody knows. */
export function createHandOperations(options: {
  db: Database;
  audit: Audit;
  grants: Grants;
  extendTrial: ExtendTrial;
}): Pick<BillingOperations, 'extendTrial' | 'grant'> {
  const { db, audit, grants } = options;
  const actor = { type: 'operator' } as const;
  return {
    extendTrial: (organizationId, until, reason) =>
      options.extendTrial(organizationId, until, ({ subscriptionId, before }) =>
        transact(db, (tx) =>
          audit.append(tx, {
            ...{ ownerId: organizationId, action: 'subscription.trial_extended', actor },
            target: { type: 'subscription', id: subscriptionId },
            details: { before: before.toISOString(), after: until.toISOString(), reason },
          }),
        ),
      ),
    grant: (organizationId, grant) =>
      transact(db, async (tx) => {
        const own = eq(organizations.id, organizationId);
        const [found] = await tx.select({ id: organizations.id }).from(organizations).where(own).for('share');
        if (!found) throw httpErrors.not_found({ detail: `There is no organization ${organizationId}.` });
        return grants.add(tx, organizationId, grant, { actor });
      }),
  };
}

/** What operators grant beyond a plan: a feature, or more of a limit, for a reason and until an instant. */
import { and, eq, gt } from 'drizzle-orm';
import type { Clock } from '../../../platform/clock.ts';
import type { Database, Transaction } from '../../../platform/database/database.ts';
import { httpErrors } from '../../../platform/http/errors.ts';
import { newId } from '../../../platform/security/random.ts';
import type { Audit, AuditEntry } from '../../audit/audit.ts';
import type { Feature, Limit } from '../catalog/catalog.ts';
import { billingCustomers, billingGrants, type Grant } from '../schema.ts';
import type { EntitlementChanges } from './changes.ts';
import { announceEntitlements } from './entitlements.ts';

/** Who grants, and from where. */
export type Granting = Pick<AuditEntry, 'actor' | 'origin'>;

export interface NewGrant {
  what: { feature: Feature } | { limit: Limit; quantity: number };
  reason: string;
  endsAt: Date;
}

export interface Grants {
  /** Those that have not ended, the oldest first. */
  list(organizationId: string): Promise<Grant[]>;
  /** @param tx has locked the organization @throws `validation_failed` for an end that is not in the future */
  add(tx: Transaction, organizationId: string, grant: NewGrant, by: Granting): Promise<Grant>;
  /** Ends one before its time. @throws `not_found` */
  end(tx: Transaction, organizationId: string, id: string, reason: string, by: Granting): Promise<void>;
}

export interface GrantsOptions {
  db: Database;
  clock: Clock;
  audit: Audit;
  entitlementChanges: Pick<EntitlementChanges, 'around'>;
}

export function createGrants({ db, clock, audit, entitlementChanges }: GrantsOptions): Grants {
  const living = (organizationId: string) =>
    and(eq(billingGrants.organizationId, organizationId), gt(billingGrants.endsAt, clock.now()));

  /** Runs a change, and tells those who listen to events, where there is a customer. */
  async function telling(tx: Transaction, organizationId: string, change: () => Promise<void>): Promise<void> {
    const own = eq(billingCustomers.organizationId, organizationId);
    const [customer] = await tx.select().from(billingCustomers).where(own).for('update');
    await (customer ? entitlementChanges.around(tx, customer, change) : change());
    announceEntitlements(tx, organizationId);
  }

  return {
    list: (organizationId) => db.select().from(billingGrants).where(living(organizationId)).orderBy(billingGrants.id),

    async add(tx, organizationId, { what, reason, endsAt }, by) {
      const now = clock.now();
      if (endsAt <= now) {
        const fault = { in: 'body', path: '/endsAt', message: 'is not in the future' };
        throw httpErrors.validation_failed({ detail: `endsAt ${fault.message}.`, extensions: { errors: [fault] } });
      }
      const kind = { feature: null, limit: null, quantity: null, ...what };
      const grant: Grant = { organizationId, id: newId(), ...kind, reason, createdAt: now, endsAt };
      await telling(tx, organizationId, async () => {
        await tx.insert(billingGrants).values(grant);
      });
      await audit.append(tx, {
        ...{ ownerId: organizationId, action: 'entitlement.granted', ...by, target: { type: 'grant', id: grant.id } },
        details: { ...what, reason, endsAt: endsAt.toISOString() },
      });
      return grant;
    },

    async end(tx, organizationId, id, reason, by) {
      await telling(tx, organizationId, async () => {
        const { rowCount } = await tx
          .update(billingGrants)
          .set({ endsAt: clock.now() })
          .where(and(living(organizationId), eq(billingGrants.id, id)));
        if (rowCount === 0) throw httpErrors.not_found();
      });
      const target = { type: 'grant', id };
      await audit.append(tx, {
        ownerId: organizationId,
        action: 'entitlement.withdrawn',
        ...by,
        target,
        details: { reason },
      });
    },
  };
}

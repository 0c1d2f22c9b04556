/** Stripe's customer of an organization: made before anything is bought, found again whatever happened. */
import { and, eq, isNotNull, isNull } from 'drizzle-orm';
import type { Database, Executor } from '../../../platform/database/database.ts';
import { UUID } from '../../../platform/http/uuids.ts';
import { users } from '../../accounts/schema.ts';
import type { Audit } from '../../audit/audit.ts';
import { memberships, organizations } from '../../organizations/schema.ts';
import { billingCustomers, stripeCustomers } from '../schema.ts';
import { instantOf, isMissing, type StripeGateway } from './stripe.ts';

export interface Customers {
  /** The customer of an organization that is not deleted at Stripe. */
  find(organizationId: string): Promise<string | undefined>;
  /** The same, made where there is none. @throws `payments_unavailable` */
  ensure(organizationId: string): Promise<string>;
  /** Finds the organization of a customer of Stripe. */
  ownerOf(stripeCustomerId: string): Promise<string | undefined>;
  /**
   * Takes over a customer that was made elsewhere, such as in Stripe's dashboard, with `organization_id` in its metadata.
   * @returns the organization, if it exists and has no customer
   */
  adopt(stripeCustomerId: string): Promise<string | undefined>;
}

const METADATA_KEY = 'organization_id';

export interface CustomersOptions {
  db: Database;
  gateway: StripeGateway;
  audit: Audit;
}

export function createCustomers({ db, gateway, audit }: CustomersOptions): Customers {
  async function find(organizationId: string): Promise<string | undefined> {
    const [row] = await db
      .select({ id: billingCustomers.stripeCustomerId })
      .from(billingCustomers)
      .where(and(eq(billingCustomers.organizationId, organizationId), isNull(billingCustomers.deletedAt)));
    return row?.id;
  }

  /** Records a customer; the first one wins. @returns the one that is recorded now */
  async function record(
    organizationId: string,
    stripeCustomerId: string,
    createdAt: Date,
    adopted: boolean,
  ): Promise<string> {
    return db.transaction(async (tx) => {
      // Locked, so that a purge either waits or is seen.
      const [organization] = await tx
        .select({ id: organizations.id })
        .from(organizations)
        .where(eq(organizations.id, organizationId))
        .for('share');
      if (!organization) return stripeCustomerId;
      const [row] = await tx
        .insert(billingCustomers)
        .values({ organizationId, stripeCustomerId, createdAt, adopted })
        .onConflictDoUpdate({
          target: billingCustomers.organizationId,
          set: { stripeCustomerId, createdAt, adopted, deletedAt: null },
          setWhere: isNotNull(billingCustomers.deletedAt),
        })
        .returning({ id: billingCustomers.stripeCustomerId });
      const owner = row ?? (await currentOf(tx, organizationId));
      if (owner.id !== stripeCustomerId) return owner.id;
      await tx.insert(stripeCustomers).values({ id: stripeCustomerId, organizationId }).onConflictDoNothing();
      if (adopted && row) {
        const target = { type: 'stripe_customer', id: stripeCustomerId };
        await audit.append(tx, {
          ownerId: organizationId,
          action: 'customer.adopted',
          actor: { type: 'system' },
          target,
        });
      }
      return owner.id;
    });
  }

  /** Which make of customer the next one is: the key of its creation, so that two attempts at once make one customer. */
  async function generation(organizationId: string): Promise<number> {
    const former = await db
      .select({ id: stripeCustomers.id })
      .from(stripeCustomers)
      .where(eq(stripeCustomers.organizationId, organizationId));
    return former.length;
  }

  return {
    find,

    async ensure(organizationId) {
      // Counted before the look: who comes while another's is recorded must not count that one as a former customer.
      const number = await generation(organizationId);
      const existing = await find(organizationId);
      if (existing !== undefined) return existing;
      const { name, email } = await describe(db, organizationId);
      // The key fixes the parameters too, so they must not change between two attempts: name and address follow by an update.
      const idempotencyKey = `customer:${organizationId}:${number}`;
      const customer = await gateway.ask('customers.create', (stripe) =>
        stripe.customers.create({ metadata: { [METADATA_KEY]: organizationId } }, { idempotencyKey }),
      );
      const id = await record(organizationId, customer.id, instantOf(customer.created), false);
      await gateway.ask('customers.update', (stripe) => stripe.customers.update(id, { name, ...(email && { email }) }));
      return id;
    },

    async ownerOf(stripeCustomerId) {
      const [row] = await db
        .select({ organizationId: stripeCustomers.organizationId })
        .from(stripeCustomers)
        .where(eq(stripeCustomers.id, stripeCustomerId));
      return row?.organizationId;
    },

    async adopt(stripeCustomerId) {
      const customer = await gateway
        .ask('customers.retrieve', (stripe) => stripe.customers.retrieve(stripeCustomerId))
        .catch((error: unknown) => {
          if (isMissing(error)) return undefined;
          throw error;
        });
      if (!customer || customer.deleted) return undefined;
      const organizationId = customer.metadata[METADATA_KEY]?.toLowerCase();
      if (organizationId === undefined || !UUID.test(organizationId)) return undefined;
      const [organization] = await db
        .select({ id: organizations.id })
        .from(organizations)
        .where(eq(organizations.id, organizationId));
      if (!organization) return undefined;
      const recorded = await record(organizationId, stripeCustomerId, instantOf(customer.created), true);
      return recorded === stripeCustomerId ? organizationId : undefined;
    },
  };
}

async function currentOf(tx: Executor, organizationId: string): Promise<{ id: string }> {
  const [row] = await tx
    .select({ id: billingCustomers.stripeCustomerId })
    .from(billingCustomers)
    .where(eq(billingCustomers.organizationId, organizationId));
  return row!;
}

/** The data about an organization that Stripe gets: its name, and the address of its first owner. */
async function describe(db: Executor, organizationId: string): Promise<{ name: string; email: string | undefined }> {
  const [row] = await db
    .select({ name: organizations.name, email: users.email })
    .from(organizations)
    .leftJoin(memberships, and(eq(memberships.organizationId, organizations.id), eq(memberships.role, 'owner')))
    .leftJoin(users, eq(users.id, memberships.userId))
    .where(eq(organizations.id, organizationId))
    .orderBy(memberships.createdAt)
    .limit(1);
  return { name: row?.name ?? organizationId, email: row?.email ?? undefined };
}

/** Seats: how many a subscription is for, and how that follows the number of members. */
import { and, count, eq, inArray, sql } from 'drizzle-orm';
import type { Database, Executor } from '../../../platform/database/database.ts';
import type { Jobs } from '../../../platform/jobs/jobs.ts';
import { memberships } from '../../organizations/schema.ts';
import { hasSeats, SEATED_STATUSES } from '../catalog/access.ts';
import { isPlan, type PlanName, planOf, seatPlans } from '../catalog/catalog.ts';
import { soldAs } from '../catalog/sold-as.ts';
import { billingErrors } from '../errors.ts';
import { seatsQueue } from '../queues.ts';
import { billingSubscriptions } from '../schema.ts';
import type { SeatProration } from '../settings.ts';
import type { Customers } from '../stripe/customers.ts';
import { planItemOf } from '../stripe/snapshot.ts';
import type { StripeGateway } from '../stripe/stripe.ts';

export interface Seats {
  /**
   * The quantity of a plan.
   * @param wanted what the caller asked for, if anything
   * @throws `invalid_quantity` for more than one of a plan without seats, for fewer seats than members, and for any number where seats
   *   follow the members
   */
  quantityFor(organizationId: string, plan: PlanName, wanted: number | undefined): Promise<number>;
  /** How many members an organization has. */
  count(organizationId: string): Promise<number>;
  /** When members of an organization come or go. */
  membersChanged(tx: Executor, organizationId: string): Promise<void>;
  /** Makes the quantity at Stripe the number of members. @throws `payments_unavailable` */
  follow(organizationId: string): Promise<void>;
  /** Those of some organizations whose subscription, as projected, is for another number of seats than there are members. */
  behind(organizationIds: readonly string[]): Promise<SeatsBehind[]>;
}

export interface SeatsBehind {
  organizationId: string;
  /** Of the subscription. */
  id: string;
  quantity: number;
  members: number;
}

export interface SeatsOptions {
  db: Database;
  jobs: Pick<Jobs, 'enqueue'>;
  gateway: StripeGateway;
  customers: Customers;
  /** `BILLING_SEATS_FOLLOW_MEMBERS`. */
  followMembers: boolean;
  /** `BILLING_SEAT_PRORATION`. */
  proration: SeatProration;
}

const PRORATIONS = { next_invoice: 'create_prorations', at_once: 'always_invoice', none: 'none' } as const;

export function createSeats({ db, jobs, gateway, customers, followMembers, proration }: SeatsOptions): Seats {
  async function membersOf(organizationId: string): Promise<number> {
    const [row] = await db
      .select({ members: count() })
      .from(memberships)
      .where(eq(memberships.organizationId, organizationId));
    return row!.members;
  }

  return {
    count: membersOf,

    async quantityFor(organizationId, plan, wanted) {
      if (!planOf(plan).seats) {
        if (wanted !== undefined && wanted !== 1)
          throw billingErrors.invalid_quantity({ detail: 'This plan has one price, whatever the number of members.' });
        return 1;
      }
      const members = await membersOf(organizationId);
      if (wanted === undefined || wanted === members) return members;
      if (followMembers) throw billingErrors.invalid_quantity({ detail: `Seats follow the members: ${members} now.` });
      if (wanted < members) throw billingErrors.invalid_quantity({ detail: `There are ${members} members.` });
      return wanted;
    },

    async membersChanged(tx, organizationId) {
      if (followMembers) await jobs.enqueue(tx, seatsQueue, { organizationId }, { key: organizationId });
    },

    async follow(organizationId) {
      const customer = await customers.find(organizationId);
      if (customer === undefined) return;
      const subscriptions = await gateway.ask('subscriptions.list', (stripe) =>
        stripe.subscriptions.list({ customer, limit: 10 }),
      );
      // If there are two, one will be cancelled as a duplicate: until then, both follow.
      for (const live of subscriptions.data.filter(({ status }) => hasSeats(status))) {
        const item = planItemOf(live);
        const plan = item && soldAs(item.price)?.plan;
        if (!item || !isPlan(plan) || !planOf(plan).seats) continue;
        const quantity = await membersOf(organizationId);
        if (item.quantity === quantity || quantity === 0) continue;
        await gateway.ask('subscriptions.update', (stripe) =>
          stripe.subscriptions.update(live.id, {
            items: [{ id: item.id, quantity }],
            proration_behavior: PRORATIONS[proration],
          }),
        );
      }
    },

    async behind(organizationIds) {
      if (!followMembers || organizationIds.length === 0) return [];
      const { organizationId, id, quantity, status, plan, superseded } = billingSubscriptions;
      const members = count(memberships.userId);
      return db
        .select({ organizationId, id, quantity, members })
        .from(billingSubscriptions)
        .innerJoin(memberships, eq(memberships.organizationId, organizationId))
        .where(
          and(
            inArray(organizationId, [...organizationIds]),
            inArray(status, [...SEATED_STATUSES]),
            inArray(plan, seatPlans),
            eq(superseded, false),
          ),
        )
        .groupBy(organizationId, id, quantity)
        .having(sql`${members} <> ${quantity}`);
    },
  };
}

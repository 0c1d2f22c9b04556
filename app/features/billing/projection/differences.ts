/** How what is stored of a customer differs from Stripe, row by row and column by column. */
import type { BillingCustomer } from '../schema.ts';
import type { Snapshot } from '../stripe/snapshot.ts';
import type { Stored } from './stored.ts';

/** A row that is not, or not so, at Stripe; or the other way round. */
export interface Difference {
  organizationId: string;
  /** `seats`: the quantity at Stripe is not the number of members. */
  kind: 'customer' | 'subscription' | 'invoice' | 'payment_method' | 'seats';
  id: string;
  change: 'added' | 'removed' | 'changed';
  /** Which columns differ: stored, at Stripe; of seats: at Stripe, wanted. */
  fields: Record<string, [unknown, unknown]>;
}

/** The columns of the customer's own row that Stripe decides. */
export function customerFields(customer: BillingCustomer, snapshot: Snapshot, now: Date) {
  return {
    deletedAt: snapshot.deleted ? (customer.deletedAt ?? now) : null,
    testClockTime: snapshot.testClockTime,
    // Never taken back: subscriptions of former customers count too.
    trialUsed: customer.trialUsed || snapshot.trialUsed,
  };
}

export function differences(stored: Stored, snapshot: Snapshot, now: Date): Difference[] {
  const { organizationId, stripeCustomerId } = stored.customer;
  const fields = changed(stored.customer, customerFields(stored.customer, snapshot, now));
  const own: Difference[] =
    Object.keys(fields).length > 0
      ? [{ organizationId, kind: 'customer', id: stripeCustomerId, change: 'changed', fields }]
      : [];
  return [
    ...own,
    ...rowDifferences(organizationId, 'subscription', stored.subscriptions, snapshot.subscriptions, () => true),
    ...rowDifferences(organizationId, 'invoice', stored.invoices, snapshot.invoices, isFetched(snapshot)),
    ...rowDifferences(organizationId, 'payment_method', stored.paymentMethods, snapshot.paymentMethods, () => true),
  ];
}

/** Only the latest invoices are fetched, so an older one that is absent has not been deleted. */
export function isFetched({ invoices, deleted }: Snapshot): (row: { createdAt?: Date }) => boolean {
  if (deleted) return () => false;
  const oldest = invoices.length < 100 ? 0 : Math.min(...invoices.map(({ createdAt }) => createdAt.getTime()));
  return ({ createdAt }) => createdAt !== undefined && createdAt.getTime() > oldest;
}

function rowDifferences<T extends { id: string }>(
  organizationId: string,
  kind: Difference['kind'],
  stored: readonly T[],
  wanted: readonly Omit<T, 'organizationId'>[],
  isExpected: (row: T) => boolean,
): Difference[] {
  const byId = new Map(stored.map((row) => [row.id, row]));
  const found: Difference[] = [];
  for (const row of wanted as readonly T[]) {
    const before = byId.get(row.id);
    byId.delete(row.id);
    const fields = changed(before ?? {}, row);
    if (!before) found.push({ organizationId, kind, id: row.id, change: 'added', fields });
    else if (Object.keys(fields).length > 0)
      found.push({ organizationId, kind, id: row.id, change: 'changed', fields });
  }
  for (const row of byId.values())
    if (isExpected(row)) found.push({ organizationId, kind, id: row.id, change: 'removed', fields: {} });
  return found;
}

function changed(before: object, after: object): Record<string, [unknown, unknown]> {
  const given = before as Record<string, unknown>;
  const differing = Object.entries(after).filter(([name, value]) => comparable(given[name]) !== comparable(value));
  return Object.fromEntries(differing.map(([name, value]) => [name, [given[name] ?? null, value]]));
}

function comparable(value: unknown): unknown {
  return value instanceof Date ? value.getTime() : (value ?? null);
}

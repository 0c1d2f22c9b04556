/**
 * Two handlers that many products have, for the same traces: one believes what events say, one fetches before it locks. The traces must break
 * both, or they would prove nothing of ours.
 */
import { eq } from 'drizzle-orm';
import type Stripe from 'stripe';
import type { Database } from '../../../../platform/database/database.ts';
import { billingCustomers, billingSubscriptions } from '../../schema.ts';
import { fetchSnapshot, type Snapshot } from '../../stripe/snapshot.ts';
import type { StripeGateway } from '../../stripe/stripe.ts';

/** Stores what the latest event to arrive says of its subscription. */
export async function applyPayload(db: Database, organizationId: string, event: Stripe.Event): Promise<void> {
  if (!event.type.startsWith('customer.subscription.')) return;
  const { id, status } = event.data.object as Stripe.Subscription;
  await db.transaction(async (tx) => {
    const [row] = await tx.select().from(billingSubscriptions).where(eq(billingSubscriptions.id, id));
    const now = new Date(event.created * 1_000);
    const blank = { currency: 'usd', quantity: 1, superseded: false, createdAt: now };
    if (row) await tx.update(billingSubscriptions).set({ status }).where(eq(billingSubscriptions.id, id));
    else await tx.insert(billingSubscriptions).values({ organizationId, id, status, ...blank });
  });
}

/** Fetches, then locks the customer and stores what it has fetched. */
export async function fetchThenLock(
  db: Database,
  gateway: StripeGateway,
  organizationId: string,
  customerId: string,
): Promise<void> {
  const snapshot: Snapshot = await fetchSnapshot(gateway, customerId);
  await db.transaction(async (tx) => {
    const own = eq(billingCustomers.organizationId, organizationId);
    await tx.select().from(billingCustomers).where(own).for('update');
    await tx.delete(billingSubscriptions).where(eq(billingSubscriptions.organizationId, organizationId));
    const rows = snapshot.subscriptions.map((row) => ({ organizationId, ...row }));
    if (rows.length > 0) await tx.insert(billingSubscriptions).values(rows);
  });
}

/** Preview of cancelling a subscription now: the credit, or the amount due. */
import type Stripe from 'stripe';
import { nowFor } from '../../events/clock.ts';
import { idOf, newId, type World } from '../../world/world.ts';
import { buildInvoice } from '../invoices/invoices.ts';
import { usageLines } from '../invoices/lines.ts';
import { prorationLines, takePendingItems } from '../invoices/prorations.ts';

export function endingPreview(world: World, subscription: Stripe.Subscription, prorate: boolean): Stripe.Invoice {
  const customer = world.store.get('customer', idOf(subscription.customer)) as Stripe.Customer;
  const now = nowFor(world, customer.id);
  const items = subscription.items.data;
  return buildInvoice(
    world,
    {
      customer,
      subscription,
      reason: 'upcoming',
      lines: [
        ...takePendingItems(world, customer.id, subscription.id, subscription.currency),
        ...(prorate ? prorationLines(world, subscription, items, [], now) : []),
        ...usageLines(world, subscription, items, (item) => ({ start: item.current_period_start, end: now })),
      ],
      period: { start: items[0]!.current_period_start, end: now },
      currency: subscription.currency,
      automaticTax: subscription.automatic_tax.enabled,
    },
    newId(world, 'upcoming_in'),
  );
}

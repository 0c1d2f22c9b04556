/** Previews: the invoice that would come, built by the same code as real invoices and not stored (docs.stripe.com/api/invoices/create_preview). */
import type Stripe from 'stripe';
import { idOf, newId, type World } from '../../world/world.ts';
import { buildInvoice } from '../invoices/invoices.ts';
import { type LineDraft, periodLines, usageLines } from '../invoices/lines.ts';
import { takePendingItems } from '../invoices/prorations.ts';
import { type Change, invoiceOf, planChange } from './change-plan.ts';
import { nextPeriodEnd, rollItem } from './life.ts';
import { draftSubscription, firstInvoice, type NewSubscription } from './subscribing.ts';

/** Options of a preview besides the change itself. */
export interface PreviewOptions {
  prorations?: LineDraft[];
  /** These replace the subscription's discounts. */
  discounts?: Stripe.Discount[] | undefined;
}

/** The next renewal's invoice, with the pending items. */
export function previewRenewal(
  world: World,
  subscription: Stripe.Subscription,
  options: PreviewOptions = {},
): Stripe.Invoice {
  const customer = world.store.get('customer', idOf(subscription.customer)) as Stripe.Customer;
  const end = nextPeriodEnd(subscription);
  const due = subscription.items.data.filter((item) => item.current_period_end === end);
  const next = due.map((item) => ({ ...item }));
  for (const item of next) rollItem(subscription, item, end);
  const ending = subscription.cancel_at !== null && subscription.cancel_at <= end;
  const invoice = buildInvoice(
    world,
    {
      customer,
      subscription,
      reason: 'upcoming',
      lines: [
        ...takePendingItems(world, customer.id, subscription.id, subscription.currency),
        ...(options.prorations ?? []),
        ...usageLines(world, subscription, due, (item) => ({ start: item.current_period_start, end })),
        ...(ending ? [] : periodLines(world, subscription, next)),
      ],
      period: { start: due[0]!.current_period_start, end },
      currency: subscription.currency,
      automaticTax: subscription.automatic_tax.enabled,
      ...(options.discounts && { discounts: options.discounts }),
    },
    previewId(world),
  );
  invoice.created = end;
  invoice.next_payment_attempt = end + world.settings.draftSeconds;
  return invoice;
}

/** The invoice for a change: immediate if the change is billed at once, else the next renewal's. */
export function previewChange(
  world: World,
  subscription: Stripe.Subscription,
  change: Change,
  discounts?: Stripe.Discount[],
): Stripe.Invoice {
  const plan = planChange(world, subscription, change);
  if (plan.billNow) return invoiceOf(world, subscription, plan, { id: previewId(world), discounts });
  const after = { ...subscription, items: { ...subscription.items, data: plan.items } };
  return previewRenewal(world, after, { prorations: plan.prorations, discounts });
}

/** The first invoice of a new subscription. */
export function previewSubscription(world: World, given: NewSubscription): Stripe.Invoice {
  return firstInvoice(world, draftSubscription(world, given), given, previewId(world));
}

function previewId(world: World): string {
  return newId(world, 'upcoming_in');
}

/** Invoices, their lines and payments, and previews (docs.stripe.com/api/invoices). */
import type Stripe from 'stripe';
import { blankCustomer, fullAddress, liveCustomer } from '../billing/customers/customers.ts';
import { redeem, unredeemed } from '../billing/invoices/discounts.ts';
import { buildInvoice, finalize, openDraft, voidInvoice } from '../billing/invoices/invoices.ts';
import { takePendingItems } from '../billing/invoices/prorations.ts';
import { resolvePaymentMethod } from '../billing/payments/payment-methods.ts';
import { attempt, onPaid, pay, writeOff } from '../billing/subscriptions/collection.ts';
import { endingPreview } from '../billing/subscriptions/ending-preview.ts';
import { nextPeriodEnd } from '../billing/subscriptions/life.ts';
import { previewChange, previewRenewal, previewSubscription } from '../billing/subscriptions/previews.ts';
import { nowFor } from '../events/clock.ts';
import { emit, emitChange } from '../events/events.ts';
import { page, pagination } from '../protocol/listing.ts';
import * as p from '../protocol/parameters.ts';
import { listing, type Route, retrieve, route, searching } from '../protocol/routes.ts';
import { invalid } from '../world/fault.ts';
import { idOf, type World } from '../world/world.ts';
import { priceFor } from './prices.ts';
import { changesOf, itemShape } from './subscription-items.ts';
import {
  automaticTax,
  billingMode,
  cancelAt,
  discountList,
  prorationBehavior,
  timestampOrNow,
} from './subscription-parameters.ts';
import { WORDS } from './words.ts';

const creatable = {
  auto_advance: p.flag,
  automatic_tax: automaticTax,
  collection_method: p.oneOf('charge_automatically', 'send_invoice'),
  currency: p.text,
  customer: p.needed(p.text),
  days_until_due: p.integer,
  default_payment_method: p.text,
  description: p.text,
  discounts: discountList,
  footer: p.text,
  metadata: p.metadata,
  pending_invoice_items_behavior: p.oneOf('exclude', 'include'),
};

function create(world: World, given: p.Read<typeof creatable>): Stripe.Invoice {
  const customer = liveCustomer(world, given.customer);
  const now = nowFor(world, customer.id);
  const currency = given.currency ?? customer.currency ?? 'usd';
  const pending = given.pending_invoice_items_behavior === 'include';
  const invoice = buildInvoice(world, {
    customer,
    subscription: null,
    reason: 'manual',
    lines: pending ? takePendingItems(world, customer.id, null, currency) : [],
    period: { start: now, end: now },
    currency,
    automaticTax: given.automatic_tax?.enabled ?? false,
    ...(given.discounts && { discounts: given.discounts.map((asked) => redeem(world, asked, customer.id, null)) }),
    collectionMethod: given.collection_method ?? 'charge_automatically',
    daysUntilDue: given.days_until_due ?? null,
    description: given.description ?? null,
    defaultPaymentMethod: given.default_payment_method ?? null,
    metadata: given.metadata ?? {},
  });
  return openDraft(world, invoice, given.auto_advance ? now + world.settings.draftSeconds : null);
}

const previewable = {
  automatic_tax: automaticTax,
  currency: p.text,
  customer: p.text,
  customer_details: p.object({
    address: p.emptyable(p.address),
    tax_exempt: p.emptyable(p.oneOf('none', 'exempt', 'reverse')),
    tax_ids: p.list(p.object({ type: p.needed(p.oneOf(...WORDS.taxIdTypes)), value: p.needed(p.text) })),
  }),
  discounts: discountList,
  preview_mode: p.oneOf('next'),
  subscription: p.text,
  subscription_details: p.object({
    billing_cycle_anchor: p.oneOf('now', 'unchanged'),
    billing_mode: billingMode,
    cancel_at: p.emptyable(cancelAt),
    cancel_at_period_end: p.flag,
    cancel_now: p.flag,
    items: p.list(itemShape),
    metadata: p.metadata,
    proration_behavior: prorationBehavior,
    proration_date: p.integer,
    trial_end: timestampOrNow,
  }),
};

function preview(world: World, given: p.Read<typeof previewable>): Stripe.Invoice {
  if (given.subscription)
    return previewOf(world, world.store.get('subscription', given.subscription, 'subscription'), given);
  const details = given.subscription_details;
  return previewSubscription(world, {
    customer: given.customer ? liveCustomer(world, given.customer) : strangerOf(world, given.customer_details),
    items: (details?.items ?? []).map((item) => ({ price: priceFor(world, item), quantity: item.quantity })),
    currency: given.currency,
    trialEnd: details?.trial_end === 'now' ? undefined : details?.trial_end,
    discounts: given.discounts ?? undefined,
    fields: given.automatic_tax?.enabled
      ? { automatic_tax: { disabled_reason: null, enabled: true, liability: { type: 'self' } } }
      : {},
  });
}

function previewOf(world: World, subscription: Stripe.Subscription, given: p.Read<typeof previewable>): Stripe.Invoice {
  const details = given.subscription_details;
  if (subscription.status === 'canceled') {
    throw invalid('No upcoming invoices for customer', 'subscription', 'invoice_upcoming_none');
  }
  if (details?.cancel_now) return endingPreview(world, subscription, details.proration_behavior !== 'none');
  const customer = idOf(subscription.customer);
  const discounts = given.discounts?.map((asked) => unredeemed(world, asked, customer, subscription.id));
  const ends = details?.cancel_at_period_end ? nextPeriodEnd(subscription) : details?.cancel_at;
  if (ends !== undefined && typeof ends !== 'string') {
    return previewRenewal(world, { ...subscription, cancel_at: ends }, { discounts });
  }
  const changes = details?.items?.length || details?.billing_cycle_anchor === 'now' || details?.trial_end !== undefined;
  if (!changes) return previewRenewal(world, subscription, { discounts });
  const change = {
    items: changesOf(world, details.items ?? []),
    anchorNow: details.billing_cycle_anchor === 'now',
    trialEnd: details.trial_end,
    prorationBehavior: details.proration_behavior ?? 'create_prorations',
    prorationDate: details.proration_date,
  };
  return previewChange(world, subscription, change, discounts);
}

/** A customer that exists only for a preview, and is not stored. */
function strangerOf(
  world: World,
  details: ReturnType<typeof previewable.customer_details> | undefined,
): Stripe.Customer {
  const stranger = blankCustomer(world, null);
  if (details?.address) stranger.address = fullAddress(details.address);
  return stranger;
}

const payable = { forgive: p.flag, off_session: p.flag, paid_out_of_band: p.flag, payment_method: p.text };

function payNow(world: World, invoice: Stripe.Invoice, given: p.Read<typeof payable>): Stripe.Invoice {
  if (invoice.status === 'draft') finalize(world, invoice);
  if (given.paid_out_of_band && invoice.status === 'open') onPaid(world, invoice, true);
  else if (invoice.status !== 'paid' || invoice.amount_due > 0) {
    const method = given.payment_method ? resolvePaymentMethod(world, given.payment_method).id : null;
    pay(world, invoice, method, given.off_session ?? true);
  }
  return invoice;
}

const filters = {
  collection_method: p.oneOf('charge_automatically', 'send_invoice'),
  customer: p.text,
  due_date: p.range,
  status: p.oneOf('draft', 'open', 'paid', 'uncollectible', 'void'),
  subscription: p.text,
};

const get = (world: World, id: string) => world.store.get('invoice', id);

export const invoiceRoutes: Route[] = [
  route('POST /v1/invoices', creatable, create),
  route('POST /v1/invoices/create_preview', previewable, preview),
  retrieve('/v1/invoices', 'invoice'),
  searching('/v1/invoices', 'invoice'),
  route(
    'POST /v1/invoices/:id',
    {
      auto_advance: p.flag,
      description: p.emptyable(p.text),
      default_payment_method: p.emptyable(p.text),
      footer: p.text,
      metadata: p.metadata,
      days_until_due: p.integer,
    },
    (world, given, { id }) => {
      const invoice = get(world, id);
      const fixed = (['description', 'footer', 'days_until_due'] as const).find((field) => given[field] !== undefined);
      if (fixed && invoice.status !== 'draft') {
        throw invalid("Finalized invoices can't be updated in this way", fixed, 'invoice_not_editable');
      }
      emitChange(world, 'invoice.updated', invoice, () => {
        if (given.auto_advance !== undefined) invoice.auto_advance = given.auto_advance;
        if (given.description !== undefined) invoice.description = given.description;
        if (given.default_payment_method !== undefined) invoice.default_payment_method = given.default_payment_method;
        if (given.footer !== undefined) invoice.footer = given.footer;
        if (given.days_until_due !== undefined) {
          invoice.due_date = nowFor(world, idOf(invoice.customer)) + given.days_until_due * 86_400;
        }
        if (given.metadata !== undefined) invoice.metadata = p.mergeMetadata(invoice.metadata, given.metadata);
      });
      return invoice;
    },
  ),
  route('DELETE /v1/invoices/:id', {}, (world, _, { id }) => {
    const invoice = get(world, id);
    if (invoice.status !== 'draft' || invoice.parent)
      throw invalid('You can only delete draft invoices that no subscription made.', 'id', 'invoice_not_editable');
    world.store.remove('invoice', id);
    emit(world, 'invoice.deleted', invoice);
    return { id, object: 'invoice', deleted: true };
  }),
  route('POST /v1/invoices/:id/finalize', { auto_advance: p.flag }, (world, given, { id }) => {
    const invoice = get(world, id);
    finalize(world, invoice);
    const collects =
      (given.auto_advance ?? invoice.auto_advance) && invoice.collection_method === 'charge_automatically';
    if (collects && invoice.status === 'open') attempt(world, invoice, true);
    return invoice;
  }),
  route('POST /v1/invoices/:id/pay', payable, (world, given, { id }) => payNow(world, get(world, id), given)),
  route('POST /v1/invoices/:id/void', {}, (world, _, { id }) => {
    voidInvoice(world, get(world, id));
    return get(world, id);
  }),
  route('POST /v1/invoices/:id/mark_uncollectible', {}, (world, _, { id }) => {
    writeOff(world, get(world, id));
    return get(world, id);
  }),
  route('POST /v1/invoices/:id/send', {}, (world, _, { id }) => {
    const invoice = get(world, id);
    if (invoice.status === 'draft') finalize(world, invoice);
    emit(world, 'invoice.sent', invoice);
    return invoice;
  }),
  route('GET /v1/invoices/:id/lines', pagination, (world, given, { id }) => {
    // The lines of an invoice keep its order, unlike every other list.
    return page(get(world, id).lines.data.toReversed(), given, `/v1/invoices/${id}/lines`);
  }),
  listing(
    '/v1/invoices',
    'invoice',
    filters,
    (invoice, asked) =>
      (!asked.customer || idOf(invoice.customer) === asked.customer) &&
      (!asked.status || invoice.status === asked.status) &&
      (!asked.collection_method || invoice.collection_method === asked.collection_method) &&
      p.inRange(invoice.due_date ?? 0, asked.due_date) &&
      (!asked.subscription || idOf(invoice.parent?.subscription_details?.subscription) === asked.subscription),
  ),
  retrieve('/v1/invoice_payments', 'invoice_payment'),
  listing(
    '/v1/invoice_payments',
    'invoice_payment',
    {
      invoice: p.text,
      status: p.oneOf('canceled', 'open', 'paid'),
      payment: p.object({ type: p.needed(p.oneOf('payment_intent')), payment_intent: p.text }),
    },
    (payment, asked) =>
      (!asked.invoice || idOf(payment.invoice) === asked.invoice) &&
      (!asked.status || payment.status === asked.status) &&
      (!asked.payment?.payment_intent || idOf(payment.payment.payment_intent) === asked.payment.payment_intent),
  ),
];

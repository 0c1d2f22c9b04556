/**
 * An invoice's life: built as a draft, finalized, paid, voided or marked uncollectible (docs.stripe.com/invoicing/overview). `buildInvoice` is
 * pure, so that previews use the same code. collection.ts charges invoices.
 */
import type Stripe from 'stripe';
import { nowFor, schedule, unschedule } from '../../events/clock.ts';
import { emit, emitChange } from '../../events/events.ts';
import { leastCharge } from '../../protocol/currencies.ts';
import { listOf } from '../../protocol/listing.ts';
import { invalid } from '../../world/fault.ts';
import { idOf, newId, type World } from '../../world/world.ts';
import { cancelPaymentIntent, createPaymentIntent } from '../payments/payments.ts';
import { blankInvoice, type NewInvoice } from './blank-invoice.ts';
import { discountsFor, takeOff, useUp } from './discounts.ts';
import { toLine, usageLines } from './lines.ts';
import { taxFor, taxOn, taxRateOf } from './taxes.ts';

/** Builds an invoice with lines, discounts, taxes and totals. It is not in the store yet. */
export function buildInvoice(world: World, given: NewInvoice, id = newId(world, 'in')): Stripe.Invoice {
  const invoice = blankInvoice(world, given, id, nowFor(world, given.customer.id));
  invoice.lines = listOf(
    given.lines.map((line) => toLine(world, line, id)),
    `/v1/invoices/${id}/lines`,
  );
  const discounts = given.discounts ?? discountsFor(world, given.customer.id, given.subscription);
  invoice.discounts = discounts.map((one) => one.id);
  applyDiscounts(world, invoice, discounts);
  applyTaxes(world, invoice, given.customer, given.automaticTax);
  applyTotals(invoice, given.customer.balance);
  return invoice;
}

/** Recomputes a draft's discounts, taxes and totals after its lines changed. */
export function retotal(world: World, invoice: Stripe.Invoice): void {
  const customer = world.store.get('customer', idOf(invoice.customer)!) as Stripe.Customer;
  const discounts = invoice.discounts.map((one) => world.store.get('discount', idOf(one)));
  applyDiscounts(world, invoice, discounts);
  applyTaxes(world, invoice, customer, invoice.automatic_tax.enabled);
  applyTotals(invoice, customer.balance);
}

/** Stores a draft and emits its event. With `finalizeAt` (Unix seconds) it is finalized automatically at that time. */
export function openDraft(world: World, invoice: Stripe.Invoice, finalizeAt: number | null): Stripe.Invoice {
  world.store.put('invoice', invoice);
  for (const line of invoice.lines.data) {
    const details = line.parent?.subscription_item_details ?? line.parent?.invoice_item_details;
    const item = details?.invoice_item ? world.store.find('invoiceitem', details.invoice_item) : undefined;
    if (item) item.invoice = invoice.id;
  }
  const subscription = subscriptionOf(world, invoice);
  if (subscription) subscription.latest_invoice = invoice.id;
  invoice.automatically_finalizes_at = finalizeAt;
  invoice.auto_advance = finalizeAt !== null || invoice.auto_advance === true;
  if (finalizeAt !== null) schedule(world, idOf(invoice.customer)!, 'finalize', invoice.id, finalizeAt);
  emit(world, 'invoice.created', invoice);
  return invoice;
}

/** Draft → open, or straight to paid when nothing is due. The invoice gets its number and a payment intent, and is immutable from then on. */
export function finalize(world: World, invoice: Stripe.Invoice): void {
  if (invoice.status !== 'draft')
    throw invalid(
      'This invoice is already finalized, you can’t re-finalize a non-draft invoice.',
      'id',
      'invoice_not_editable',
    );
  const customer = world.store.get('customer', idOf(invoice.customer)!) as Stripe.Customer;
  const now = nowFor(world, customer.id);
  unschedule(world, 'finalize', invoice.id);
  recountUsage(world, invoice);
  settleBalance(world, invoice, customer);
  invoice.status = 'open';
  invoice.number = nextNumber(world, customer);
  invoice.effective_at = now;
  invoice.automatically_finalizes_at = null;
  invoice.status_transitions.finalized_at = now;
  invoice.hosted_invoice_url = `${world.baseUrl}/i/${invoice.id}`;
  invoice.invoice_pdf = `${world.baseUrl}/i/${invoice.id}/pdf`;
  invoice.webhooks_delivered_at = now;
  useUp(
    world,
    invoice.discounts.map((one) => idOf(one)!),
    subscriptionOf(world, invoice),
  );
  if (invoice.amount_due > 0) openPayment(world, invoice);
  emit(world, 'invoice.finalized', invoice);
  if (invoice.due_date !== null)
    schedule(world, customer.id, 'overdue', invoice.id, Math.max(invoice.due_date, now + 1));
  if (invoice.amount_due === 0) markPaid(world, invoice, 0);
  else if (invoice.collection_method === 'send_invoice') emit(world, 'invoice.sent', invoice);
}

/** Counts usage again that was reported while the invoice was a draft, if it happened in the invoice's period. */
function recountUsage(world: World, invoice: Stripe.Invoice): void {
  const periods = world.notes.usagePeriods[invoice.id];
  const subscription = subscriptionOf(world, invoice);
  if (!periods || !subscription) return;
  delete world.notes.usagePeriods[invoice.id];
  const items = subscription.items.data.filter((item) => periods[item.id]);
  const counted = usageLines(world, subscription, items, (item) => periods[item.id]!);
  const metered = new Set(counted.map((line) => line.subscriptionItem));
  const kept = invoice.lines.data.filter((line) => {
    const details = line.parent?.subscription_item_details;
    return !details || details.proration || !metered.has(details.subscription_item);
  });
  if (counted.length === 0) return;
  invoice.lines.data = [...kept, ...counted.map((line) => toLine(world, line, invoice.id))];
  retotal(world, invoice);
}

/** Open → paid. collection.ts decides how the subscription changes. */
export function markPaid(world: World, invoice: Stripe.Invoice, amount: number, outOfBand = false): void {
  const now = nowFor(world, idOf(invoice.customer));
  unschedule(world, 'retry', invoice.id);
  emitChange(world, 'invoice.updated', invoice, () => {
    invoice.status = 'paid';
    invoice.amount_paid = amount;
    invoice.amount_remaining = 0;
    invoice.attempted = true;
    invoice.next_payment_attempt = null;
    invoice.auto_advance = false;
    invoice.status_transitions.paid_at = now;
    if (outOfBand) invoice.amount_paid_off_stripe = amount;
  });
  for (const payment of paymentsOf(world, invoice.id)) {
    if (payment.status !== 'open') continue;
    payment.status = outOfBand ? 'canceled' : 'paid';
    payment.amount_paid = outOfBand ? null : amount;
    payment.status_transitions[outOfBand ? 'canceled_at' : 'paid_at'] = now;
    if (!outOfBand) emit(world, 'invoice_payment.paid', payment);
  }
  emit(world, 'invoice.paid', invoice);
  emit(world, 'invoice.payment_succeeded', invoice);
}

/** Open or uncollectible → void: nothing is owed. */
export function voidInvoice(world: World, invoice: Stripe.Invoice): void {
  if (invoice.status !== 'open' && invoice.status !== 'uncollectible') {
    throw invalid(`You can only pass in open invoices. This invoice isn't open.`, 'id', 'status_transition_invalid');
  }
  close(world, invoice, 'void', 'void_invoice');
  emit(world, 'invoice.voided', invoice);
}

/** Open → uncollectible: written off, but it can still be paid. */
export function markUncollectible(world: World, invoice: Stripe.Invoice): void {
  if (invoice.status !== 'open')
    throw invalid('You can only mark open invoices uncollectible.', 'id', 'status_transition_invalid');
  unschedule(world, 'retry', invoice.id);
  invoice.status = 'uncollectible';
  invoice.next_payment_attempt = null;
  invoice.auto_advance = false;
  invoice.status_transitions.marked_uncollectible_at = nowFor(world, idOf(invoice.customer));
  emit(world, 'invoice.marked_uncollectible', invoice);
}

export function paymentsOf(world: World, invoiceId: string): Stripe.InvoicePayment[] {
  return world.store.of('invoice_payment', invoiceId);
}

/** The payment intent that pays an invoice, if it has one. */
export function intentOf(world: World, invoice: Stripe.Invoice): Stripe.PaymentIntent | undefined {
  const payment = paymentsOf(world, invoice.id).find((one) => one.is_default);
  return world.store.find('payment_intent', idOf(payment?.payment.payment_intent) ?? '');
}

export function subscriptionOf(world: World, invoice: Stripe.Invoice): Stripe.Subscription | null {
  const id = idOf(invoice.parent?.subscription_details?.subscription);
  return id ? (world.store.find('subscription', id) ?? null) : null;
}

function close(world: World, invoice: Stripe.Invoice, status: 'void', reason: 'void_invoice'): void {
  const now = nowFor(world, idOf(invoice.customer));
  unschedule(world, 'retry', invoice.id);
  const intent = intentOf(world, invoice);
  if (intent && intent.status !== 'succeeded' && intent.status !== 'canceled')
    cancelPaymentIntent(world, intent, reason);
  for (const payment of paymentsOf(world, invoice.id)) {
    if (payment.status !== 'open') continue;
    payment.status = 'canceled';
    payment.status_transitions.canceled_at = now;
  }
  invoice.status = status;
  invoice.next_payment_attempt = null;
  invoice.auto_advance = false;
  invoice.status_transitions.voided_at = now;
}

/** Creates the payment intent and the invoice payment for the amount due. */
function openPayment(world: World, invoice: Stripe.Invoice): void {
  const intent = createPaymentIntent(world, {
    amount: invoice.amount_due,
    currency: invoice.currency,
    customer: idOf(invoice.customer),
    description: invoice.billing_reason === 'subscription_create' ? 'Subscription creation' : 'Subscription update',
    setupFutureUsage: invoice.parent ? 'off_session' : null,
  });
  const payment: Stripe.InvoicePayment = {
    id: newId(world, 'inpay'),
    object: 'invoice_payment',
    amount_paid: null,
    amount_requested: invoice.amount_due,
    created: nowFor(world, idOf(invoice.customer)),
    currency: invoice.currency,
    invoice: invoice.id,
    is_default: true,
    livemode: false,
    payment: { payment_intent: intent.id, type: 'payment_intent' },
    status: 'open',
    status_transitions: { canceled_at: null, paid_at: null },
  };
  world.store.put('invoice_payment', payment);
}

/** Uses the customer's credit before the card. A negative total becomes credit, and one that is too small to be charged is owed with the next invoice. */
function settleBalance(world: World, invoice: Stripe.Invoice, customer: Stripe.Customer): void {
  applyTotals(invoice, customer.balance);
  const ending = invoice.total + customer.balance - invoice.amount_due;
  invoice.ending_balance = ending;
  if (ending === customer.balance) return;
  const change = ending - customer.balance;
  emitChange(world, 'customer.updated', customer, () => {
    customer.balance = ending;
  });
  recordBalance(world, customer, invoice.currency, change, invoice.id);
}

/** Adds an entry to the customer's balance history. */
export function recordBalance(
  world: World,
  customer: Stripe.Customer,
  currency: string,
  amount: number,
  invoice: string | null,
  creditNote: string | null = null,
): Stripe.CustomerBalanceTransaction {
  return world.store.put('customer_balance_transaction', {
    id: newId(world, 'cbtxn'),
    object: 'customer_balance_transaction',
    amount,
    checkout_session: null,
    created: nowFor(world, customer.id),
    credit_note: creditNote,
    currency,
    customer: customer.id,
    customer_account: null,
    description: null,
    ending_balance: customer.balance,
    invoice,
    livemode: false,
    metadata: {},
    type: creditNote ? 'credit_note' : invoice ? 'applied_to_invoice' : 'adjustment',
  });
}

function applyDiscounts(world: World, invoice: Stripe.Invoice, discounts: Stripe.Discount[]): void {
  const lines = invoice.lines.data.map((line) => ({
    amount: line.amount,
    product: line.pricing?.price_details?.product ?? null,
    discountable: line.discountable,
  }));
  const taken = takeOff(world, lines, discounts, invoice.currency);
  invoice.lines.data.forEach((line, index) => {
    line.discount_amounts = taken[index]!.map(({ discount, amount }) => ({ amount, discount }));
    line.pretax_credit_amounts = taken[index]!.map(({ discount, amount }) => ({ amount, discount, type: 'discount' }));
  });
  invoice.total_discount_amounts = discounts.map((one) => ({
    amount: taken.flat().reduce((sum, part) => sum + (part.discount === one.id ? part.amount : 0), 0),
    discount: one.id,
  }));
  invoice.total_pretax_credit_amounts = invoice.total_discount_amounts.map((one) => ({ ...one, type: 'discount' }));
}

function applyTaxes(world: World, invoice: Stripe.Invoice, customer: Stripe.Customer, enabled: boolean): void {
  if (!enabled) return;
  const decision = taxFor(world, customer);
  invoice.automatic_tax = {
    disabled_reason: null,
    enabled: true,
    liability: { type: 'self' },
    provider: 'stripe',
    status: decision.status,
  };
  const totals = new Map<string, Stripe.Invoice.TotalTax>();
  for (const line of invoice.lines.data) {
    const price = world.store.find('price', idOf(line.pricing?.price_details?.price) ?? '');
    const inclusive = price?.tax_behavior === 'inclusive';
    const taxable = line.amount - discountOn(line);
    const tax = {
      amount: taxOn(taxable, decision.percentage, inclusive),
      tax_behavior: inclusive ? ('inclusive' as const) : ('exclusive' as const),
      tax_rate_details: { tax_rate: taxRateOf(world, decision, inclusive) },
      taxability_reason: decision.reason,
      taxable_amount: inclusive ? taxable - taxOn(taxable, decision.percentage, true) : taxable,
      type: 'tax_rate_details' as const,
    };
    line.taxes = [tax];
    const total = totals.get(tax.tax_behavior);
    if (!total) totals.set(tax.tax_behavior, { ...tax });
    else {
      total.amount += tax.amount;
      total.taxable_amount = (total.taxable_amount ?? 0) + tax.taxable_amount;
    }
  }
  invoice.total_taxes = [...totals.values()];
}

function discountOn(line: Stripe.InvoiceLineItem): number {
  return (line.discount_amounts ?? []).reduce((sum, one) => sum + one.amount, 0);
}

function applyTotals(invoice: Stripe.Invoice, balance: number): void {
  const taxes = invoice.total_taxes ?? [];
  const sum = (behaviour: string) =>
    taxes.reduce((total, tax) => total + (tax.tax_behavior === behaviour ? tax.amount : 0), 0);
  invoice.subtotal = invoice.lines.data.reduce((total, line) => total + line.amount, 0);
  invoice.subtotal_excluding_tax = invoice.subtotal - sum('inclusive');
  const discount = invoice.lines.data.reduce((total, line) => total + discountOn(line), 0);
  invoice.total = invoice.subtotal - discount + sum('exclusive');
  invoice.total_excluding_tax = invoice.total - sum('exclusive') - sum('inclusive');
  invoice.starting_balance = balance;
  const due = Math.max(0, invoice.total + balance);
  invoice.amount_due = due < leastCharge(invoice.currency) ? 0 : due;
  invoice.amount_remaining = invoice.amount_due;
}

function nextNumber(world: World, customer: Stripe.Customer): string {
  const next = (world.notes.invoiceNumbers[customer.id] ?? 0) + 1;
  world.notes.invoiceNumbers[customer.id] = next;
  customer.next_invoice_sequence = next + 1;
  return `${customer.invoice_prefix}-${String(next).padStart(4, '0')}`;
}

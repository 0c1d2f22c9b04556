/** Credit notes: they reduce a finalized invoice, wholly or partly (docs.stripe.com/api/credit_notes). */
import type Stripe from 'stripe';
import { liveCustomer } from '../billing/customers/customers.ts';
import { decimal } from '../billing/invoices/amounts.ts';
import { intentOf, recordBalance } from '../billing/invoices/invoices.ts';
import { onPaid } from '../billing/subscriptions/collection.ts';
import { nowFor } from '../events/clock.ts';
import { emit, emitChange } from '../events/events.ts';
import { listOf } from '../protocol/listing.ts';
import * as p from '../protocol/parameters.ts';
import { listing, type Route, retrieve, route } from '../protocol/routes.ts';
import { invalid } from '../world/fault.ts';
import { idOf, newId, type World } from '../world/world.ts';
import { createRefund } from './refunds.ts';

const creatable = {
  amount: p.integer,
  credit_amount: p.integer,
  invoice: p.needed(p.text),
  lines: p.list(
    p.object({
      amount: p.integer,
      description: p.text,
      invoice_line_item: p.text,
      quantity: p.integer,
      type: p.needed(p.oneOf('custom_line_item', 'invoice_line_item')),
      unit_amount: p.integer,
    }),
  ),
  memo: p.text,
  metadata: p.newMetadata,
  out_of_band_amount: p.integer,
  reason: p.oneOf('duplicate', 'fraudulent', 'order_change', 'product_unsatisfactory'),
  refund_amount: p.integer,
};

type Asked = p.Read<typeof creatable>;

/**
 * Creates a credit note. On an open invoice it reduces the amount due. On a paid one its amount is refunded to the card, credited to the
 * customer's balance, or settled elsewhere, and the three must add up. Throws 400 otherwise.
 */
function create(world: World, given: Asked): Stripe.CreditNote {
  const note = build(world, given);
  const invoice = world.store.get('invoice', given.invoice, 'invoice');
  const customer = liveCustomer(world, idOf(invoice.customer)!);
  world.store.put('credit_note', note);
  if (note.pre_payment_amount > 0) {
    emitChange(world, 'invoice.updated', invoice, () => {
      invoice.pre_payment_credit_notes_amount += note.pre_payment_amount;
      invoice.amount_due -= note.pre_payment_amount;
      invoice.amount_remaining -= note.pre_payment_amount;
    });
    const intent = intentOf(world, invoice);
    if (intent) intent.amount = invoice.amount_due;
    if (invoice.amount_due === 0) onPaid(world, invoice, false);
  } else {
    settle(world, note, invoice, customer, given);
  }
  emit(world, 'credit_note.created', note);
  return note;
}

function settle(
  world: World,
  note: Stripe.CreditNote,
  invoice: Stripe.Invoice,
  customer: Stripe.Customer,
  given: Asked,
): void {
  invoice.post_payment_credit_notes_amount += note.post_payment_amount;
  if (given.refund_amount) {
    const intent = intentOf(world, invoice);
    const refund = createRefund(world, { payment_intent: intent?.id, amount: given.refund_amount });
    note.refunds = [{ amount_refunded: refund.amount, payment_record_refund: null, refund: refund.id, type: 'refund' }];
  }
  if (given.credit_amount) {
    emitChange(world, 'customer.updated', customer, () => {
      customer.balance -= given.credit_amount!;
    });
    note.customer_balance_transaction = recordBalance(
      world,
      customer,
      invoice.currency,
      -given.credit_amount,
      invoice.id,
      note.id,
    ).id;
  }
}

/** Validates and builds a credit note without applying it. Previews return it. */
function build(world: World, given: Asked): Stripe.CreditNote {
  const invoice = world.store.get('invoice', given.invoice, 'invoice');
  if (invoice.status !== 'open' && invoice.status !== 'paid') {
    throw invalid(
      `You can only create a credit note for an invoice that is open or paid; this one is ${invoice.status}.`,
      'invoice',
    );
  }
  const id = newId(world, 'cn');
  const lines = linesOf(world, given, invoice);
  const total = lines.reduce((sum, line) => sum + line.amount, 0);
  const paid = invoice.status === 'paid';
  const left = paid ? invoice.amount_paid - invoice.post_payment_credit_notes_amount : invoice.amount_remaining;
  if (total < 1 || total > left)
    throw invalid(
      `The credit note's amount (${total}) is not between 1 and what is left to credit (${left}).`,
      'amount',
    );
  const shares = (given.refund_amount ?? 0) + (given.credit_amount ?? 0) + (given.out_of_band_amount ?? 0);
  if (paid && shares !== total) {
    throw invalid(
      'The sum of refund_amount, credit_amount and out_of_band_amount must equal the credit note amount.',
      'refund_amount',
    );
  }
  const now = nowFor(world, idOf(invoice.customer));
  const earlier = world.store.all('credit_note').filter((one) => idOf(one.invoice) === invoice.id).length;
  return {
    id,
    object: 'credit_note',
    amount: total,
    amount_shipping: 0,
    created: now,
    currency: invoice.currency,
    customer: idOf(invoice.customer)!,
    customer_account: null,
    customer_balance_transaction: null,
    discount_amount: 0,
    discount_amounts: [],
    effective_at: now,
    invoice: invoice.id,
    lines: listOf(lines, `/v1/credit_notes/${id}/lines`),
    livemode: false,
    memo: given.memo ?? null,
    metadata: given.metadata ?? {},
    number: `${invoice.number}-CN-${String(earlier + 1).padStart(2, '0')}`,
    out_of_band_amount: given.out_of_band_amount ?? null,
    pdf: `${world.baseUrl}/credit_notes/${id}/pdf`,
    post_payment_amount: paid ? total : 0,
    pre_payment_amount: paid ? 0 : total,
    pretax_credit_amounts: [],
    reason: given.reason ?? null,
    refunds: [],
    shipping_cost: null,
    status: 'issued',
    subtotal: total,
    subtotal_excluding_tax: total,
    total,
    total_excluding_tax: total,
    total_taxes: [],
    type: paid ? 'post_payment' : 'pre_payment',
    voided_at: null,
  };
}

function linesOf(world: World, given: Asked, invoice: Stripe.Invoice): Stripe.CreditNoteLineItem[] {
  if (given.amount !== undefined && given.lines)
    throw invalid('You may only specify one of these parameters: amount, lines.', 'amount');
  const asked = given.lines ?? [
    { type: 'custom_line_item' as const, description: 'Credit', unit_amount: given.amount ?? 0, quantity: 1 },
  ];
  return asked.map((line) => {
    const source =
      line.type === 'invoice_line_item'
        ? invoice.lines.data.find((one) => one.id === line.invoice_line_item)
        : undefined;
    if (line.type === 'invoice_line_item' && !source)
      throw invalid(`No such invoice line item: '${line.invoice_line_item}'`, 'lines', 'resource_missing');
    const amount =
      ('amount' in line ? line.amount : undefined) ?? source?.amount ?? (line.unit_amount ?? 0) * (line.quantity ?? 1);
    return {
      id: newId(world, 'cnli'),
      object: 'credit_note_line_item',
      amount,
      description: line.description ?? source?.description ?? null,
      discount_amount: 0,
      discount_amounts: [],
      ...(source && { invoice_line_item: source.id }),
      livemode: false,
      metadata: {},
      pretax_credit_amounts: [],
      quantity: line.quantity ?? source?.quantity ?? 1,
      tax_rates: [],
      taxes: [],
      type: line.type,
      unit_amount: line.unit_amount ?? null,
      unit_amount_decimal: line.unit_amount === undefined ? null : decimal(line.unit_amount),
    };
  });
}

export const creditNoteRoutes: Route[] = [
  route('POST /v1/credit_notes', creatable, create),
  route('GET /v1/credit_notes/preview', creatable, build),
  retrieve('/v1/credit_notes', 'credit_note'),
  route('POST /v1/credit_notes/:id', { memo: p.text, metadata: p.newMetadata }, (world, given, { id }) => {
    const note = world.store.get('credit_note', id);
    emitChange(world, 'credit_note.updated', note, () => {
      if (given.memo !== undefined) note.memo = given.memo;
      if (given.metadata !== undefined) note.metadata = p.mergeMetadata(note.metadata, given.metadata);
    });
    return note;
  }),
  listing(
    '/v1/credit_notes',
    'credit_note',
    { customer: p.text, invoice: p.text },
    (one, asked) =>
      (!asked.customer || idOf(one.customer) === asked.customer) &&
      (!asked.invoice || idOf(one.invoice) === asked.invoice),
  ),
];

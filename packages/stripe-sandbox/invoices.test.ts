import assert from 'node:assert/strict';
import { test } from 'node:test';
import type Stripe from 'stripe';
import { bench, customerWith, eventTypes, monthly } from './testing.ts';

async function openInvoice(stripe: Stripe, customer: string, amount = 1000): Promise<Stripe.Invoice> {
  const draft = await stripe.invoices.create({ customer, auto_advance: false });
  await stripe.invoiceItems.create({ customer, invoice: draft.id, amount, currency: 'usd', description: 'Work' });
  return stripe.invoices.finalizeInvoice(draft.id);
}

test('an invoice goes from draft to open with a number and a link, and to paid', async (t) => {
  const { stripe, sandbox } = await bench(t);
  const customer = await customerWith(stripe);
  const open = await openInvoice(stripe, customer.id);
  assert.deepEqual([open.status, open.amount_due, open.number], ['open', 1000, `${customer.invoice_prefix}-0001`]);
  assert.equal(open.hosted_invoice_url, `${sandbox.url}/i/${open.id}`);
  assert.equal((await stripe.invoices.pay(open.id)).status, 'paid');
  await assert.rejects(stripe.invoices.pay(open.id), { code: 'invoice_already_paid' });
});

test('a finalized invoice cannot be finalized again, or changed', async (t) => {
  const { stripe } = await bench(t);
  const customer = await customerWith(stripe);
  const open = await openInvoice(stripe, customer.id);
  await assert.rejects(stripe.invoices.finalizeInvoice(open.id), { code: 'invoice_not_editable' });
  await assert.rejects(stripe.invoiceItems.create({ customer: customer.id, invoice: open.id, amount: 1 }), {
    code: 'invoice_not_editable',
  });
});

test('paying with a card that declines is 402, and the invoice stays open', async (t) => {
  const { stripe } = await bench(t);
  const customer = await customerWith(stripe, 'pm_card_chargeCustomerFail');
  const open = await openInvoice(stripe, customer.id);
  await assert.rejects(stripe.invoices.pay(open.id), { statusCode: 402, code: 'card_declined' });
  const after = await stripe.invoices.retrieve(open.id);
  assert.deepEqual([after.status, after.attempt_count, after.attempted], ['open', 1, true]);
});

test('an invoice paid elsewhere is paid, without a charge', async (t) => {
  const { stripe } = await bench(t);
  const customer = await stripe.customers.create({});
  const open = await openInvoice(stripe, customer.id);
  assert.equal((await stripe.invoices.pay(open.id, { paid_out_of_band: true })).status, 'paid');
  assert.deepEqual((await stripe.charges.list()).data, []);
});

test('a void invoice cannot be paid, and its payment intent is canceled', async (t) => {
  const { stripe } = await bench(t);
  const customer = await customerWith(stripe);
  const open = await openInvoice(stripe, customer.id);
  assert.equal((await stripe.invoices.voidInvoice(open.id)).status, 'void');
  await assert.rejects(stripe.invoices.pay(open.id));
  const [intent] = (await stripe.paymentIntents.list()).data;
  assert.deepEqual([intent!.status, intent!.cancellation_reason], ['canceled', 'void_invoice']);
});

test('an uncollectible invoice can still be paid', async (t) => {
  const { stripe } = await bench(t);
  const customer = await customerWith(stripe);
  const open = await openInvoice(stripe, customer.id);
  assert.equal((await stripe.invoices.markUncollectible(open.id)).status, 'uncollectible');
  assert.equal((await stripe.invoices.pay(open.id)).status, 'paid');
});

test('an invoice of zero is paid when it is finalized', async (t) => {
  const { stripe } = await bench(t);
  const customer = await stripe.customers.create({});
  const draft = await stripe.invoices.create({ customer: customer.id });
  assert.equal((await stripe.invoices.finalizeInvoice(draft.id)).status, 'paid');
});

test('a credit note on an open invoice lowers what is due', async (t) => {
  const { stripe } = await bench(t);
  const customer = await customerWith(stripe);
  const open = await openInvoice(stripe, customer.id);
  const note = await stripe.creditNotes.create({ invoice: open.id, amount: 400 });
  assert.deepEqual([note.type, note.number], ['pre_payment', `${open.number}-CN-01`]);
  assert.equal((await stripe.invoices.pay(open.id)).amount_paid, 600);
});

test('a credit note on a paid invoice is refunded, credited or settled elsewhere, to the cent', async (t) => {
  const { stripe } = await bench(t);
  const customer = await customerWith(stripe);
  const { id } = await openInvoice(stripe, customer.id);
  await stripe.invoices.pay(id);
  await assert.rejects(stripe.creditNotes.create({ invoice: id, amount: 500, refund_amount: 400 }), /must equal/);
  const note = await stripe.creditNotes.create({
    invoice: id,
    amount: 500,
    refund_amount: 300,
    credit_amount: 200,
    reason: 'order_change',
  });
  assert.deepEqual([note.type, note.refunds[0]!.amount_refunded], ['post_payment', 300]);
  assert.equal(((await stripe.customers.retrieve(customer.id)) as Stripe.Customer).balance, -200);
  await assert.rejects(stripe.creditNotes.create({ invoice: id, amount: 501, credit_amount: 501 }), {
    param: 'amount',
  });
});

test('the events of a payment are in chronological order', async (t) => {
  const { stripe } = await bench(t);
  const price = await monthly(stripe, 1000);
  const customer = await customerWith(stripe);
  await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
  const types = await eventTypes(stripe);
  const wanted = [
    'customer.subscription.created',
    'invoice.created',
    'invoice.finalized',
    'charge.succeeded',
    'invoice.paid',
    'customer.subscription.updated',
  ];
  assert.deepEqual(
    types.filter((type) => wanted.includes(type)),
    wanted,
  );
});

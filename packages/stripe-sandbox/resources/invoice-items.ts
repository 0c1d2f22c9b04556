/** Invoice items: one-off amounts for a later invoice (docs.stripe.com/api/invoiceitems). */
import type Stripe from 'stripe';
import { refuseUnsellable } from '../billing/catalog/selling.ts';
import { liveCustomer } from '../billing/customers/customers.ts';
import { amountOf } from '../billing/invoices/amounts.ts';
import { retotal } from '../billing/invoices/invoices.ts';
import { invoiceItemLine, productName, toLine } from '../billing/invoices/lines.ts';
import { newInvoiceItem } from '../billing/invoices/prorations.ts';
import { nowFor } from '../events/clock.ts';
import { emit } from '../events/events.ts';
import * as p from '../protocol/parameters.ts';
import { listing, type Route, retrieve, route } from '../protocol/routes.ts';
import { invalid } from '../world/fault.ts';
import { idOf, type World } from '../world/world.ts';
import { oneOffPriceData, priceFor } from './prices.ts';

const creatable = {
  amount: p.integer,
  currency: p.text,
  customer: p.needed(p.text),
  description: p.text,
  discountable: p.flag,
  invoice: p.text,
  metadata: p.metadata,
  period: p.object({ start: p.needed(p.integer), end: p.needed(p.integer) }),
  price_data: oneOffPriceData,
  pricing: p.object({ price: p.needed(p.text) }),
  quantity: p.integer,
  subscription: p.text,
};

function create(world: World, given: p.Read<typeof creatable>): Stripe.InvoiceItem {
  const customer = liveCustomer(world, given.customer);
  const now = nowFor(world, customer.id);
  const price =
    given.pricing || given.price_data
      ? priceFor(world, { price: given.pricing?.price, price_data: given.price_data })
      : null;
  if (price) refuseUnsellable(world, price, 'pricing[price]');
  if (!price && given.amount === undefined)
    throw invalid('You must pass one of amount, pricing and price_data.', 'amount', 'parameter_missing');
  const currency = given.currency ?? price?.currency ?? customer.currency ?? 'usd';
  const quantity = given.quantity ?? 1;
  const item = newInvoiceItem(world, customer.id, {
    amount: given.amount ?? amountOf(price!, quantity, currency),
    currency,
    description: given.description ?? (price ? productName(world, price) : ''),
    period: given.period ?? { start: now, end: now },
    price,
    quantity,
    discountable: given.discountable ?? true,
    proration: false,
    subscription: given.subscription ?? null,
    subscriptionItem: null,
    invoiceItem: null,
    metadata: given.metadata ?? {},
  });
  world.store.put('invoiceitem', item);
  if (given.invoice) addTo(world, world.store.get('invoice', given.invoice, 'invoice'), item);
  emit(world, 'invoiceitem.created', item);
  return item;
}

function addTo(world: World, invoice: Stripe.Invoice, item: Stripe.InvoiceItem): void {
  if (invoice.status !== 'draft')
    throw invalid('This invoice is no longer editable.', 'invoice', 'invoice_not_editable');
  item.invoice = invoice.id;
  invoice.lines.data.push(toLine(world, invoiceItemLine(world, item), invoice.id));
  retotal(world, invoice);
}

export const invoiceItemRoutes: Route[] = [
  route('POST /v1/invoiceitems', creatable, create),
  retrieve('/v1/invoiceitems', 'invoiceitem'),
  route('DELETE /v1/invoiceitems/:id', {}, (world, _, { id }) => {
    const item = world.store.get('invoiceitem', id);
    if (item.invoice) throw invalid('This invoice item is attached to an invoice.', 'id', 'invoice_not_editable');
    world.store.remove('invoiceitem', id);
    emit(world, 'invoiceitem.deleted', item);
    return { id, object: 'invoiceitem', deleted: true };
  }),
  listing(
    '/v1/invoiceitems',
    'invoiceitem',
    { customer: p.text, invoice: p.text, pending: p.flag },
    (item, asked) =>
      (!asked.customer || idOf(item.customer) === asked.customer) &&
      (!asked.invoice || idOf(item.invoice) === asked.invoice) &&
      (asked.pending === undefined || (item.invoice === null) === asked.pending),
  ),
];

/** Completing a checkout: called when somebody presses Pay on the hosted page, or by a test in their place. */
import type Stripe from 'stripe';
import { nowFor, unschedule } from '../../events/clock.ts';
import { emit, emitChange } from '../../events/events.ts';
import { Fault, invalid } from '../../world/fault.ts';
import { idOf, type World } from '../../world/world.ts';
import { createCustomer, fullAddress } from '../customers/customers.ts';
import { newTaxId } from '../customers/tax-ids.ts';
import { type DiscountAsked, redeem } from '../invoices/discounts.ts';
import { buildInvoice, finalize, intentOf, openDraft } from '../invoices/invoices.ts';
import { oneOffLines, productName } from '../invoices/lines.ts';
import { declineOf, readCard } from '../payments/cards.ts';
import { attach, newPaymentMethod } from '../payments/payment-methods.ts';
import { cardFault, confirm, createPaymentIntent } from '../payments/payments.ts';
import { createSetupIntent } from '../payments/setups.ts';
import { attempt } from '../subscriptions/collection.ts';
import { subscribe } from '../subscriptions/subscribing.ts';
import type { CheckoutAsked } from './blank-session.ts';
import { type Quote, quoteOf } from './quote.ts';

export interface CheckoutForm {
  /** A test card's number; optional where no payment method is collected. */
  card?: string;
  /** The card's expiry, such as `12 / 34`. Default: four years from now. */
  expiry?: string;
  cvc?: string;
  email?: string;
  name?: string;
  country?: string;
  /** The content of the promotion code field. */
  promotionCode?: string;
  taxId?: { type: string; value: string };
  /** The customer's answer to 3-D Secure; absent before the customer was asked. */
  authentication?: 'passed' | 'failed';
}

export type CheckoutOutcome = { status: 'complete'; session: Stripe.Checkout.Session } | { status: 'requires_action' };

/**
 * Completes an open session, or returns that 3-D Secure has to be asked first. Throws the card's 402 on a decline; the session then stays open
 * and nothing is bought.
 */
export function completeCheckout(world: World, session: Stripe.Checkout.Session, form: CheckoutForm): CheckoutOutcome {
  if (session.status !== 'open') throw invalid(`This Checkout Session is ${session.status}.`, 'session');
  const discounts = promotionOf(world, session, form.promotionCode);
  const quote = quoteOf(world, session, discounts);
  const needsCard = quote.total > 0 || session.mode === 'setup' || session.payment_method_collection === 'always';
  if (needsCard && !form.card) throw invalid('Your card number is incomplete.', 'card');
  if (form.card && needsAuthentication(world, session, form, quote)) return { status: 'requires_action' };

  const customer = customerOf(world, session, form);
  const method = form.card ? attach(world, paymentMethodOf(world, form), customer.id).id : null;
  if (form.authentication === 'passed' && method) world.notes.authenticated[method] = true;
  const asked = world.notes.checkouts[session.id] as CheckoutAsked;
  if (session.mode === 'subscription') startSubscription(world, session, asked, customer, method, quote, discounts);
  else if (session.mode === 'payment') takePayment(world, session, asked, customer, method, quote, discounts);
  else keepCard(world, session, asked, customer, method!);

  unschedule(world, 'expire_checkout', session.id);
  session.status = 'complete';
  session.url = null;
  emit(world, 'checkout.session.completed', session);
  return { status: 'complete', session };
}

/** Throws a decline before anything is created, as the page does. Returns true if 3-D Secure has to be asked. */
function needsAuthentication(
  world: World,
  session: Stripe.Checkout.Session,
  form: CheckoutForm,
  quote: Quote,
): boolean {
  const { card } = readCard(
    { number: form.card!, expiry: form.expiry, cvc: form.cvc },
    nowFor(world, idOf(session.customer)),
  );
  const planned = quote.total > 0 ? world.troubles.takeDecline(idOf(session.customer)) : undefined;
  const declineCode = planned ?? (quote.total > 0 || !card.attaches ? card.declines : undefined);
  if (declineCode) refuse(declineCode);
  if (form.authentication === 'passed' && quote.total > 0 && card.declinesAuthenticated)
    refuse(card.declinesAuthenticated);
  if (!card.authentication || form.authentication === 'passed') return false;
  if (form.authentication === 'failed') refuse('authentication_required');
  return true;
}

function refuse(declineCode: string): never {
  const { code, message } = declineOf(declineCode);
  throw new Fault(402, 'card_error', message, { code, decline_code: declineCode });
}

function promotionOf(world: World, session: Stripe.Checkout.Session, typed: string | undefined): DiscountAsked[] {
  const asked = world.notes.checkouts[session.id] as CheckoutAsked;
  if (!typed) return asked.discounts;
  if (!session.allow_promotion_codes) throw invalid('This session takes no promotion codes.', 'promotion_code');
  const code = world.store
    .all('promotion_code')
    .find((one) => one.active && one.code.toUpperCase() === typed.toUpperCase());
  if (!code) throw invalid('This promotion code is invalid.', 'promotion_code');
  return [{ promotion_code: code.id }];
}

function customerOf(world: World, session: Stripe.Checkout.Session, form: CheckoutForm): Stripe.Customer {
  const known = idOf(session.customer);
  const customer = known
    ? (world.store.get('customer', known) as Stripe.Customer)
    : createCustomer(world, { email: form.email ?? session.customer_email ?? undefined, name: form.name });
  const asked = world.notes.checkouts[session.id] as CheckoutAsked;
  emitChange(world, 'customer.updated', customer, () => {
    if (form.name && (!known || asked.customerUpdate?.name === 'auto')) customer.name = form.name;
    if (form.country && (!known || asked.customerUpdate?.address === 'auto'))
      customer.address = fullAddress({ country: form.country });
  });
  if (form.taxId) newTaxId(world, customer, form.taxId.type, form.taxId.value);
  session.customer = customer.id;
  session.customer_details = {
    address: form.country ? fullAddress({ country: form.country }) : (customer.address ?? null),
    business_name: null,
    email: form.email ?? customer.email ?? session.customer_email,
    individual_name: null,
    name: form.name ?? customer.name ?? null,
    phone: null,
    tax_exempt: customer.tax_exempt ?? 'none',
    tax_ids: form.taxId
      ? [{ ...form.taxId, type: form.taxId.type as Stripe.Checkout.Session.CustomerDetails.TaxId.Type }]
      : [],
  };
  return customer;
}

function paymentMethodOf(world: World, form: CheckoutForm): Stripe.PaymentMethod {
  const { card, ...expiry } = readCard({ number: form.card!, expiry: form.expiry }, world.now());
  return newPaymentMethod(world, card, {
    ...expiry,
    billing_details: {
      email: form.email ?? null,
      name: form.name ?? null,
      ...(form.country && { address: fullAddress({ country: form.country }) }),
    },
  });
}

function startSubscription(
  world: World,
  session: Stripe.Checkout.Session,
  asked: CheckoutAsked,
  customer: Stripe.Customer,
  method: string | null,
  quote: Quote,
  discounts: DiscountAsked[],
): void {
  const wanted = asked.subscription;
  const recurring = quote.lines.filter((one) => one.price.recurring);
  const oneOff = quote.lines.filter((one) => !one.price.recurring);
  const missing = wanted?.trial_settings?.end_behavior.missing_payment_method;
  const trialEnd = wanted?.trial_period_days
    ? nowFor(world, customer.id) + wanted.trial_period_days * 86_400
    : wanted?.trial_end;
  const subscription = subscribe(world, {
    customer,
    items: recurring.map(({ price, line }) => ({ price, quantity: line.quantity ?? undefined })),
    currency: session.currency ?? undefined,
    trialEnd,
    billingCycleAnchor: wanted?.billing_cycle_anchor,
    discounts,
    extraLines: oneOffLines(
      world,
      oneOff.map(({ price, line }) => ({ price, quantity: line.quantity ?? 1 })),
    ),
    fields: {
      default_payment_method: method,
      metadata: wanted?.metadata ?? {},
      description: wanted?.description ?? null,
      ...(session.automatic_tax.enabled && {
        automatic_tax: { disabled_reason: null, enabled: true, liability: { type: 'self' } },
      }),
      ...(missing && {
        trial_settings: { end_behavior: { billing_cycle_anchor: null, missing_payment_method: missing } },
      }),
    },
    // The customer is present and has already passed 3-D Secure if the card asks for it, so do not ask again.
    offSession: true,
    authenticated: true,
  });
  session.subscription = subscription.id;
  session.invoice = idOf(subscription.latest_invoice);
  session.payment_status = quote.total > 0 ? 'paid' : 'no_payment_required';
}

function takePayment(
  world: World,
  session: Stripe.Checkout.Session,
  asked: CheckoutAsked,
  customer: Stripe.Customer,
  method: string | null,
  quote: Quote,
  discounts: DiscountAsked[],
): void {
  session.payment_status = quote.total > 0 ? 'paid' : 'no_payment_required';
  if (session.invoice_creation?.enabled) {
    payByInvoice(world, session, customer, method, quote, discounts);
    return;
  }
  if (quote.total === 0 || !method) return;
  const intent = createPaymentIntent(world, {
    amount: quote.total,
    currency: session.currency!,
    customer: customer.id,
    description: asked.payment?.description ?? null,
    metadata: asked.payment?.metadata ?? {},
    setupFutureUsage: asked.payment?.setup_future_usage ?? null,
  });
  confirm(world, intent, method, true, true);
  if (intent.status !== 'succeeded') throw cardFault(intent);
  session.payment_intent = intent.id;
}

/** Pays a one-off purchase with `invoice_creation`: creates an invoice and pays it (docs.stripe.com/payments/checkout/receipts). */
function payByInvoice(
  world: World,
  session: Stripe.Checkout.Session,
  customer: Stripe.Customer,
  method: string | null,
  quote: Quote,
  discounts: DiscountAsked[],
): void {
  const now = nowFor(world, customer.id);
  const currency = session.currency!;
  const { description, metadata } = session.invoice_creation!.invoice_data;
  const lines = quote.lines.map(({ price, line, subtotal }) => ({
    amount: subtotal,
    currency,
    description: productName(world, price),
    period: { start: now, end: now },
    price,
    quantity: line.quantity ?? 1,
    discountable: true,
    proration: false,
    subscription: null,
    subscriptionItem: null,
    invoiceItem: null,
    metadata: {},
  }));
  const invoice = buildInvoice(world, {
    ...{ customer, subscription: null, reason: 'manual', lines, currency, description },
    period: { start: now, end: now },
    automaticTax: session.automatic_tax.enabled,
    discounts: discounts.map((asked) => redeem(world, asked, customer.id, null)),
    metadata: metadata ?? {},
    defaultPaymentMethod: method,
  });
  openDraft(world, invoice, null);
  finalize(world, invoice);
  attempt(world, invoice, false, method, true);
  const intent = intentOf(world, invoice);
  if (intent && intent.status !== 'succeeded') throw cardFault(intent);
  session.invoice = invoice.id;
  session.payment_intent = intent?.id ?? null;
}

function keepCard(
  world: World,
  session: Stripe.Checkout.Session,
  asked: CheckoutAsked,
  customer: Stripe.Customer,
  method: string,
): void {
  const intent = createSetupIntent(world, {
    customer: customer.id,
    usage: 'off_session',
    paymentMethod: method,
    metadata: asked.setup?.metadata ?? {},
    description: asked.setup?.description ?? null,
  });
  intent.status = 'succeeded';
  emit(world, 'setup_intent.succeeded', intent);
  session.setup_intent = intent.id;
}

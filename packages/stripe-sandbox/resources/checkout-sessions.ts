/** Checkout sessions (docs.stripe.com/api/checkout/sessions). The hosted page, or a test in its place, completes one with `completeCheckout`. */
import type Stripe from 'stripe';
import { refuseUnsellable } from '../billing/catalog/selling.ts';
import { blankSession, type CheckoutAsked } from '../billing/checkout/blank-session.ts';
import { quoteOf } from '../billing/checkout/quote.ts';
import { liveCustomer } from '../billing/customers/customers.ts';
import { nowFor, schedule, unschedule } from '../events/clock.ts';
import { emit } from '../events/events.ts';
import { leastCharge, money } from '../protocol/currencies.ts';
import { listOf, page, pagination } from '../protocol/listing.ts';
import * as p from '../protocol/parameters.ts';
import { listing, type Route, retrieve, route } from '../protocol/routes.ts';
import { invalid } from '../world/fault.ts';
import { idOf, newId, type World } from '../world/world.ts';
import { priceData, priceFor } from './prices.ts';
import { automaticTax, billingMode } from './subscription-parameters.ts';
import { WORDS } from './words.ts';

const never = p.oneOf('auto', 'never');
const customText = p.emptyable(p.object({ message: p.needed(p.text) }));

const creatable = {
  adaptive_pricing: p.object({ enabled: p.flag }),
  allow_promotion_codes: p.flag,
  automatic_tax: automaticTax,
  billing_address_collection: p.oneOf('auto', 'required'),
  cancel_url: p.text,
  client_reference_id: p.text,
  consent_collection: p.object({
    payment_method_reuse_agreement: p.object({ position: p.needed(p.oneOf('auto', 'hidden')) }),
    promotions: p.oneOf('auto', 'none'),
    terms_of_service: p.oneOf('none', 'required'),
  }),
  currency: p.text,
  custom_text: p.object({
    after_submit: customText,
    shipping_address: customText,
    submit: customText,
    terms_of_service_acceptance: customText,
  }),
  customer: p.text,
  customer_creation: p.oneOf('always', 'if_required'),
  customer_email: p.text,
  customer_update: p.object({ address: never, name: never, shipping: never }),
  discounts: p.list(p.object({ coupon: p.text, promotion_code: p.text })),
  expires_at: p.integer,
  invoice_creation: p.object({
    enabled: p.needed(p.flag),
    invoice_data: p.object({ description: p.text, metadata: p.newMetadata }),
  }),
  line_items: p.list(
    p.object({
      adjustable_quantity: p.object({ enabled: p.needed(p.flag), maximum: p.integer, minimum: p.integer }),
      metadata: p.newMetadata,
      price: p.text,
      price_data: priceData,
      quantity: p.integer,
    }),
  ),
  locale: p.oneOf(...WORDS.checkoutLocales),
  metadata: p.newMetadata,
  mode: p.needed(p.oneOf('payment', 'setup', 'subscription')),
  payment_intent_data: p.object({
    description: p.text,
    metadata: p.newMetadata,
    receipt_email: p.text,
    setup_future_usage: p.oneOf('off_session', 'on_session'),
  }),
  payment_method_collection: p.oneOf('always', 'if_required'),
  phone_number_collection: p.object({ enabled: p.needed(p.flag) }),
  return_url: p.text,
  saved_payment_method_options: p.object({
    allow_redisplay_filters: p.list(p.oneOf('always', 'limited', 'unspecified')),
    payment_method_remove: p.oneOf('disabled', 'enabled'),
    payment_method_save: p.oneOf('disabled', 'enabled'),
  }),
  setup_intent_data: p.object({ description: p.text, metadata: p.newMetadata }),
  submit_type: p.oneOf('auto', 'book', 'donate', 'pay', 'subscribe'),
  subscription_data: p.object({
    billing_cycle_anchor: p.integer,
    billing_mode: billingMode,
    description: p.text,
    invoice_settings: p.object({ issuer: p.object({ type: p.needed(p.oneOf('self')) }) }),
    metadata: p.newMetadata,
    proration_behavior: p.oneOf('create_prorations', 'none'),
    trial_end: p.integer,
    trial_period_days: p.integer,
    trial_settings: p.object({
      end_behavior: p.needed(
        p.object({ missing_payment_method: p.needed(p.oneOf('cancel', 'create_invoice', 'pause')) }),
      ),
    }),
  }),
  success_url: p.text,
  tax_id_collection: p.object({ enabled: p.needed(p.flag), required: p.oneOf('if_supported', 'never') }),
  ui_mode: p.oneOf('hosted_page', 'embedded_page', 'elements', 'form'),
};

const LIFE_SECONDS = 24 * 3600;

function create(world: World, given: p.Read<typeof creatable>): Stripe.Checkout.Session {
  if ((given.ui_mode ?? 'hosted_page') !== 'hosted_page')
    throw invalid('stripe-sandbox supports hosted pages only.', 'ui_mode');
  if (!given.success_url) throw invalid('Missing required param: success_url.', 'success_url', 'parameter_missing');
  if (given.allow_promotion_codes !== undefined && given.discounts?.length) {
    throw invalid(
      'You may only specify one of these parameters: allow_promotion_codes, discounts.',
      'allow_promotion_codes',
    );
  }
  if (given.customer && given.customer_email) {
    throw invalid('You may only specify one of these parameters: customer, customer_email.', 'customer');
  }
  const customer = given.customer ? liveCustomer(world, given.customer) : null;
  const now = nowFor(world, customer?.id ?? null);
  const expiresAt = given.expires_at ?? now + LIFE_SECONDS;
  if (expiresAt < now + 1800 || expiresAt > now + LIFE_SECONDS) {
    throw invalid(
      'The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation.',
      'expires_at',
    );
  }
  const asked: CheckoutAsked = {
    lines: (given.line_items ?? []).map((line) => ({
      id: newId(world, 'li'),
      price: priceFor(world, line).id,
      quantity: line.quantity ?? null,
    })),
    discounts: given.discounts ?? [],
    subscription: given.subscription_data ?? null,
    payment: given.payment_intent_data ?? null,
    setup: given.setup_intent_data ?? null,
    customerUpdate: given.customer_update ?? null,
  };
  checkLines(world, given.mode, asked);
  const session = blankSession(world, given, customer, expiresAt, now);
  world.notes.checkouts[session.id] = asked;
  try {
    refuseTooSmall(session, quoteOf(world, session, []).total);
  } catch (error) {
    delete world.notes.checkouts[session.id];
    throw error;
  }
  world.store.put('checkout.session', session);
  if (customer) schedule(world, customer.id, 'expire_checkout', session.id, expiresAt);
  else
    world.agenda.put({
      key: `expire_checkout:${session.id}`,
      at: expiresAt,
      clock: null,
      action: 'expire_checkout',
      subject: session.id,
    });
  return session;
}

/** Throws 400 for a payment of less than can be charged. */
function refuseTooSmall({ mode, currency }: Stripe.Checkout.Session, total: number): void {
  if (mode !== 'payment' || total === 0 || !currency || total >= leastCharge(currency)) return;
  const least = money(leastCharge(currency), currency);
  throw invalid(
    `The Checkout Session's total amount due must add up to at least ${least} ${currency}`,
    undefined,
    'amount_too_small',
  );
}

function checkLines(world: World, mode: string, asked: CheckoutAsked): void {
  const prices = asked.lines.map((line) => world.store.get('price', line.price));
  if (mode !== 'setup' && prices.length === 0)
    throw invalid('Missing required param: line_items.', 'line_items', 'parameter_missing');
  if (mode === 'payment' && prices.some((price) => price.recurring)) {
    throw invalid(
      'You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use only one-time prices.',
      'line_items',
    );
  }
  if (mode === 'subscription' && !prices.some((price) => price.recurring)) {
    throw invalid(
      'You must provide at least one recurring price in `subscription` mode when using prices.',
      'line_items',
    );
  }
  asked.lines.forEach((line, index) => {
    const metered = prices[index]!.recurring?.usage_type === 'metered';
    if (!metered && line.quantity === null)
      throw invalid('Quantity is required. Add `quantity` to `line_items[0]`', `line_items[${index}][quantity]`);
    if (metered && line.quantity !== null)
      throw invalid(
        'Quantity should not be specified where usage_type is `metered`.',
        `line_items[${index}][quantity]`,
      );
    refuseUnsellable(world, prices[index]!, `line_items[${index}][price]`);
  });
}

/** The lines of a session, with their discounts and taxes. */
export function checkoutLineItems(world: World, session: Stripe.Checkout.Session): Stripe.ApiList<Stripe.LineItem> {
  const asked = world.notes.checkouts[session.id] as CheckoutAsked;
  const { lines } = quoteOf(world, session, asked.discounts);
  return listOf(
    lines.map(({ line, price, subtotal, discount, tax }) => ({
      id: line.id,
      object: 'item',
      adjustable_quantity: null,
      amount_discount: discount,
      amount_subtotal: subtotal,
      amount_tax: tax,
      amount_total: subtotal - discount + tax,
      currency: session.currency ?? price.currency,
      description: world.store.find('product', idOf(price.product))?.name ?? null,
      metadata: {},
      price,
      quantity: line.quantity ?? 1,
    })),
    `/v1/checkout/sessions/${session.id}/line_items`,
  );
}

/** Expires an open session that was not paid. */
function expireCheckout(world: World, session: Stripe.Checkout.Session): Stripe.Checkout.Session {
  if (session.status !== 'open') {
    throw invalid(
      `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of \`${session.status}\`.`,
      'session',
    );
  }
  unschedule(world, 'expire_checkout', session.id);
  session.status = 'expired';
  session.url = null;
  emit(world, 'checkout.session.expired', session);
  return session;
}

export const checkoutRoutes: Route[] = [
  route('POST /v1/checkout/sessions', creatable, create),
  retrieve('/v1/checkout/sessions', 'checkout.session'),
  route('POST /v1/checkout/sessions/:id', { metadata: p.metadata }, (world, given, { id }) => {
    const session = world.store.get('checkout.session', id);
    if (given.metadata !== undefined) session.metadata = p.mergeMetadata(session.metadata, given.metadata);
    return session;
  }),
  route('POST /v1/checkout/sessions/:id/expire', {}, (world, _, { id }) =>
    expireCheckout(world, world.store.get('checkout.session', id)),
  ),
  route('GET /v1/checkout/sessions/:id/line_items', pagination, (world, given, { id }) =>
    page(
      checkoutLineItems(world, world.store.get('checkout.session', id)).data.toReversed(),
      given,
      `/v1/checkout/sessions/${id}/line_items`,
    ),
  ),
  listing(
    '/v1/checkout/sessions',
    'checkout.session',
    { customer: p.text, payment_intent: p.text, status: p.oneOf('complete', 'expired', 'open'), subscription: p.text },
    (session, asked) =>
      (!asked.customer || idOf(session.customer) === asked.customer) &&
      (!asked.status || session.status === asked.status) &&
      (!asked.payment_intent || idOf(session.payment_intent) === asked.payment_intent) &&
      (!asked.subscription || idOf(session.subscription) === asked.subscription),
  ),
];

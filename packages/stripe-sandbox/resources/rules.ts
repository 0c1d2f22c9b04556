/**
 * The limits of every parameter, in one table. Sources: the descriptions of parameters in the `stripe` SDK, docs.stripe.com/api, and
 * docs.stripe.com/currencies. What depends on stored objects (a price of another currency, an invoice that is paid) is not here but where the
 * object changes. A parameter that the table does not name follows the rule of its type.
 */
import { nowFor } from '../events/clock.ts';
import type { Route } from '../protocol/routes.ts';
import { type Check, compileRules, type RuleTable } from '../protocol/rule-table.ts';
import * as r from '../protocol/rules.ts';
import { idOf, type World } from '../world/world.ts';

const TRIAL_DAYS = 730;
const AMOUNT = 999_999_999_999;
const amount = r.between(0, AMOUNT);
const count = r.between(1, AMOUNT);
const time = r.between(0, 253_402_300_799);
const anyText = r.length(5000);
const anyEmail = r.length(512);
const descriptor = r.all(
  r.length(22),
  r.matches(
    /^[^<>\\"'*]*[a-z][^<>\\"'*]*$/i,
    'A statement descriptor must have a letter, and none of the characters <>\\"\'*.',
  ),
);
const priced = r.oneOfFields('price', 'price_data');
const discounted = r.oneOfFields('coupon', 'promotion_code', 'discount');
const unitPriced = r.oneOfFields('unit_amount', 'unit_amount_decimal');
const sent = r.onlyWith('days_until_due', 'collection_method', 'send_invoice');
const invoiced = r.neededIf('days_until_due', 'collection_method', 'send_invoice');
const paged = r.oneOfFields('starting_after', 'ending_before');
const ofProduct = r.oneOfFields('product', 'product_data');
const trial = r.all(r.oneOfFields('trial_end', 'trial_period_days'), r.oneOfFields('trial_end', 'trial_from_plan'));
const ending = r.oneOfFields('cancel_at', 'cancel_at_period_end');

export const RULES: RuleTable = {
  types: { text: anyText, integer: r.between(-AMOUNT, AMOUNT), decimal: r.between(-AMOUNT, AMOUNT) },

  whole: paged,

  everywhere: {
    add_invoice_items: r.atMost(20),
    amount_off: r.between(1, AMOUNT),
    billing_cycle_anchor: r.future(),
    business_name: r.length(150),
    cancel_at: r.future(),
    cancel_url: r.url,
    card: r.expiry,
    client_reference_id: r.length(200),
    country: r.country,
    credit_amount: amount,
    currency: r.currency,
    currency_options: r.currencyKeys,
    custom_fields: r.atMost(4),
    custom_message: r.length(500),
    customer_email: r.email,
    cvc: r.cvc,
    days_until_due: r.between(0, 3650),
    default_return_url: r.url,
    description: r.length(5000),
    display_name: r.length(250),
    divide_by: r.between(1, AMOUNT),
    duration_in_months: r.between(1, 120),
    email: r.email,
    event_name: r.length(100),
    evidence: r.texts(20_000),
    event_payload_key: r.length(100),
    expires_at: r.future(),
    flat_amount: amount,
    flat_amount_decimal: r.all(amount, r.decimals(12)),
    frozen_time: time,
    headline: r.length(60),
    identifier: r.length(100),
    images: r.atMost(8),
    individual_name: r.length(150),
    invoice_prefix: r.matches(/^[A-Z0-9]{1,12}$/, 'An invoice prefix must be 1 to 12 uppercase letters or numbers.'),
    limit: r.between(1, 100),
    line_items: r.atMost(100),
    lookup_key: r.length(200),
    lookup_keys: r.atMost(10),
    marketing_features: r.atMost(15),
    max_redemptions: count,
    maximum: r.between(1, 999_999),
    message: r.length(1200),
    metadata: r.metadata,
    minimum: r.between(0, 999_999),
    minimum_amount: r.between(1, AMOUNT),
    minimum_amount_currency: r.currency,
    out_of_band_amount: amount,
    payload: r.texts(5000),
    percent_off: r.percentage,
    phone: r.length(20),
    price_data: r.all(unitPriced, ofProduct),
    privacy_policy_url: r.url,
    quantity: r.between(0, 999_999_999),
    receipt_email: r.email,
    recurring: r.interval,
    redeem_by: r.future(),
    refund_amount: amount,
    resumes_at: r.future(),
    return_url: r.url,
    statement_descriptor: descriptor,
    success_url: r.url,
    tax_code: r.matches(/^(txcd_\d{8})?$/, 'Invalid tax code: it must start with txcd_ and have eight digits.'),
    terms_of_service_url: r.url,
    tiers: r.tiers,
    trial_end: r.future(TRIAL_DAYS),
    trial_period_days: r.between(0, TRIAL_DAYS),
    types: r.atMost(20),
    unit_amount: amount,
    unit_amount_decimal: r.all(amount, r.decimals(12)),
    unit_label: r.length(12),
    up_to: r.tierEnd,
  },

  operations: {
    'GET /v1/customers': { email: anyEmail },
    'GET /v1/prices': { recurring: r.all() },
    'GET /v1/products': {
      '': r.all(paged, r.oneOfFields('ids', 'starting_after'), r.oneOfFields('ids', 'ending_before')),
      url: anyText,
    },
    'GET /v1/events': { '': r.all(paged, r.oneOfFields('type', 'types')) },
    'GET /v1/billing/meters/:id/event_summaries': {
      '': r.all(paged, r.inOrder('start_time', 'end_time')),
    },

    'POST /v1/billing/meters/:id': { display_name: r.length(250) },
    'POST /v1/billing_portal/configurations': {
      name: r.length(256),
      'features[subscription_update][products]': r.atMost(10),
    },
    'POST /v1/billing_portal/configurations/:id': {
      name: r.length(256),
      'features[subscription_update][products]': r.atMost(10),
    },
    'POST /v1/billing_portal/sessions': { 'flow_data[subscription_update_confirm][items]': r.atMost(1) },

    'POST /v1/checkout/sessions': {
      '': r.all(
        r.oneOfFields('customer', 'customer_email'),
        r.oneOfFields('allow_promotion_codes', 'discounts'),
        r.onlyWith('customer_update', 'customer'),
        r.notWith('customer_creation', 'mode', 'subscription'),
        r.notWith('phone_number_collection', 'mode', 'setup'),
        r.notWith('submit_type', 'mode', 'setup'),
        r.onlyWith('invoice_creation', 'mode', 'payment'),
        r.onlyWith('payment_intent_data', 'mode', 'payment'),
        r.onlyWith('payment_method_collection', 'mode', 'subscription'),
        r.onlyWith('setup_intent_data', 'mode', 'setup'),
        r.onlyWith('subscription_data', 'mode', 'subscription'),
      ),
      discounts: r.atMost(1),
      'discounts[]': discounted,
      'invoice_creation[invoice_data][description]': r.length(1500),
      'line_items[]': priced,
      'payment_intent_data[description]': r.length(1000),
      'setup_intent_data[description]': r.length(1000),
      subscription_data: r.all(
        trial,
        r.oneOfFields('billing_cycle_anchor', 'trial_end'),
        r.oneOfFields('billing_cycle_anchor', 'trial_period_days'),
      ),
      'subscription_data[description]': r.length(500),
      'subscription_data[trial_end]': r.all(r.future(TRIAL_DAYS), r.inHours(48)),
      'subscription_data[trial_period_days]': r.between(1, TRIAL_DAYS),
    },

    'POST /v1/coupons': {
      '': r.all(
        r.oneOfFields('percent_off', 'amount_off'),
        r.onlyWith('currency_options', 'amount_off'),
        r.onlyWith('currency', 'amount_off'),
        r.onlyWith('duration_in_months', 'duration', 'repeating'),
        r.neededIf('duration_in_months', 'duration', 'repeating'),
      ),
      id: r.matches(/^[A-Za-z0-9_-]{1,200}$/, 'A coupon id can have letters, digits, dashes and underscores.'),
      name: r.length(40),
    },
    'POST /v1/coupons/:id': { name: r.length(40) },
    'POST /v1/credit_notes': {
      '': r.oneOfFields('amount', 'lines'),
      amount: r.between(1, AMOUNT),
      'lines[][amount]': amount,
      'lines[][unit_amount]': amount,
    },
    'GET /v1/credit_notes/preview': { '': r.oneOfFields('amount', 'lines'), amount: r.between(1, AMOUNT) },
    'POST /v1/customers': { name: r.length(256) },
    'POST /v1/customers/:id': { name: r.length(256) },
    'POST /v1/customers/:id/balance_transactions': { description: r.length(350) },
    'POST /v1/invoiceitems': {
      '': r.all(r.oneOfFields('amount', 'pricing', 'price_data'), r.oneOfFields('amount', 'quantity')),
      period: r.inOrder('start', 'end'),
      'price_data[unit_amount]': r.between(-AMOUNT, AMOUNT),
      'price_data[unit_amount_decimal]': r.all(r.between(-AMOUNT, AMOUNT), r.decimals(12)),
    },
    'POST /v1/invoices': { '': sent, description: r.length(1500), 'discounts[]': discounted },
    'POST /v1/invoices/:id': { description: r.length(1500) },
    'POST /v1/invoices/create_preview': {
      'discounts[]': discounted,
      subscription_details: ending,
      'subscription_details[items]': r.atMost(20),
      'subscription_details[items][]': priced,

      'subscription_details[proration_date]': time,
    },
    'POST /v1/payment_intents': {
      '': r.all(r.chargeable, r.onlyWith('off_session', 'confirm'), r.onlyWith('return_url', 'confirm')),
      amount: count,
      description: r.length(1000),
    },
    'POST /v1/payment_intents/:id': { description: r.length(1000) },
    'POST /v1/payment_methods': { card: r.all(r.expiry, r.oneOfFields('number', 'token')) },
    'POST /v1/prices': {
      '': r.all(
        unitPriced,
        ofProduct,
        r.onlyWith('tiers', 'billing_scheme', 'tiered'),
        r.onlyWith('tiers_mode', 'billing_scheme', 'tiered'),
        r.neededIf('tiers', 'billing_scheme', 'tiered'),
        r.neededIf('tiers_mode', 'billing_scheme', 'tiered'),
        r.oneOfFields('tiers', 'unit_amount', 'unit_amount_decimal'),
        r.oneOfFields('tiers', 'transform_quantity'),
        r.onlyWith('transfer_lookup_key', 'lookup_key'),
      ),
      'currency_options[*]': unitPriced,
    },
    'POST /v1/products': {
      default_price_data: unitPriced,
      description: r.length(40_000),
      'marketing_features[][name]': r.length(80),
      url: r.url,
    },
    'POST /v1/products/:id': {
      description: r.length(40_000),
      'marketing_features[][name]': r.length(80),
      url: r.url,
    },
    'POST /v1/promotion_codes': {
      code: r.matches(/^[A-Za-z0-9-]{1,500}$/, 'A promotion code can have letters, digits and dashes.'),
      restrictions: r.together('minimum_amount', 'minimum_amount_currency'),
    },
    'POST /v1/refunds': { amount: r.between(1, AMOUNT) },
    'POST /v1/setup_intents': { '': r.onlyWith('return_url', 'confirm'), description: r.length(1000) },

    'POST /v1/subscription_items': { '': priced },
    'POST /v1/subscription_items/:id': { '': priced },
    'POST /v1/subscriptions': {
      '': r.all(trial, ending, sent, invoiced),
      description: r.length(500),
      'discounts[]': discounted,
      items: r.atMost(20),
      'items[]': priced,
      'add_invoice_items[]': priced,
    },
    'POST /v1/subscriptions/:id': {
      '': r.all(ending, r.oneOfFields('trial_end', 'trial_from_plan')),
      description: r.length(500),
      'discounts[]': discounted,
      items: r.atMost(20),
      'items[]': priced,
    },
    'POST /v1/test_helpers/test_clocks': { name: r.length(300) },
    'POST /v1/webhook_endpoints': { url: r.webUrl },
    'POST /v1/webhook_endpoints/:id': { url: r.webUrl },
  },
};

const checks = new Map<Route, Check>();

/** Throws if a request's parameters break a rule of the table. */
export function checkRules(
  world: World,
  route: Route,
  params: Record<string, unknown>,
  bound: Record<string, string>,
): void {
  const operation = `${route.method} /${route.segments.join('/')}`;
  const check = checks.get(route) ?? compileRules(operation, route.shape, RULES);
  checks.set(route, check);
  check(params, nowFor(world, ownerOf(world, params, bound)));
}

/** The customer that a request is about: on a test clock, that clock's time counts. */
function ownerOf(world: World, params: Record<string, unknown>, bound: Record<string, string>): string | null {
  if (typeof params.customer === 'string') return params.customer;
  const subject = world.store.any(String(params.subscription ?? bound.id ?? bound.customer ?? '')) as
    | { id: string; object: string; customer?: string | { id: string } | null }
    | undefined;
  return subject?.object === 'customer' ? subject.id : idOf(subject?.customer);
}

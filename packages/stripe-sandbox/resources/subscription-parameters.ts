/** The parameters that creating and updating a subscription share, and how they are stored. */
import type Stripe from 'stripe';
import { resolvePaymentMethod } from '../billing/payments/payment-methods.ts';
import * as p from '../protocol/parameters.ts';
import { invalid } from '../world/fault.ts';
import { idOf, type World } from '../world/world.ts';

export const newDiscounts = p.list(p.object({ coupon: p.text, discount: p.text, promotion_code: p.text }));
export const discountList = p.emptyable(newDiscounts);
export const paymentBehavior = p.oneOf(
  'allow_incomplete',
  'default_incomplete',
  'error_if_incomplete',
  'pending_if_incomplete',
);
export const prorationBehavior = p.oneOf('always_invoice', 'create_prorations', 'none');

const anchorTypes = ['now', 'unchanged'] as const;
/** An object since API version 2026-09-30.endive; a word before. */
export const anchorChange = p.or(...anchorTypes)(p.object({ type: p.needed(p.oneOf(...anchorTypes)) }));

/** True if a change of the anchor is asked for, in either form. */
export function isAnchor(
  asked: ReturnType<typeof anchorChange> | undefined,
  type: (typeof anchorTypes)[number],
): boolean {
  return (typeof asked === 'object' ? asked.type : asked) === type;
}

export const timestampOrNow = p.or('now')(p.integer);
export const cancelAt = p.or('min_period_end', 'max_period_end')(p.integer);

/** The account that is liable for the tax: only this one, because Connect is left out. */
const liability = p.object({ type: p.needed(p.oneOf('self')) });

export const automaticTax = p.object({ enabled: p.needed(p.flag), liability });
const proratesDiscounts = p.object({ proration_discounts: p.oneOf('included') });
export const billingMode = p.object({ type: p.needed(p.oneOf('flexible')), flexible: proratesDiscounts });

export const customFields = p.emptyable(p.list(p.object({ name: p.needed(p.text), value: p.needed(p.text) })));

const cardOptions = p.object({
  mandate_options: p.object({ amount: p.integer, amount_type: p.oneOf('fixed', 'maximum'), description: p.text }),
  network: p.oneOf(
    'amex',
    'cartes_bancaires',
    'diners',
    'discover',
    'jcb',
    'mastercard',
    'unionpay',
    'unknown',
    'visa',
  ),
  request_three_d_secure: p.oneOf('any', 'automatic', 'challenge'),
});

export const cancellationDetails = p.object({
  comment: p.emptyable(p.text),
  feedback: p.emptyable(
    p.oneOf(
      'customer_service',
      'low_quality',
      'missing_features',
      'other',
      'switched_service',
      'too_complex',
      'too_expensive',
      'unused',
    ),
  ),
});

export const sharedFields = {
  automatic_tax: automaticTax,
  collection_method: p.oneOf('charge_automatically', 'send_invoice'),
  days_until_due: p.integer,
  default_payment_method: p.emptyable(p.text),
  description: p.emptyable(p.text),
  invoice_settings: p.object({
    account_tax_ids: p.emptyable(p.list(p.text)),
    custom_fields: customFields,
    description: p.emptyable(p.text),
    footer: p.emptyable(p.text),
    issuer: liability,
  }),
  metadata: p.metadata,
  payment_settings: p.object({
    payment_method_options: p.object({ card: p.emptyable(cardOptions) }),
    payment_method_types: p.emptyable(p.list(p.oneOf('card'))),
    save_default_payment_method: p.oneOf('off', 'on_subscription'),
  }),
  trial_settings: p.object({
    end_behavior: p.needed(
      p.object({
        missing_payment_method: p.needed(p.oneOf('cancel', 'create_invoice', 'pause')),
      }),
    ),
  }),
};

/** The shared fields that were given, as the subscription stores them. */
export function readFields(
  world: World,
  given: p.Read<typeof sharedFields>,
  customer: string,
  before?: Stripe.Subscription,
): Partial<Stripe.Subscription> {
  const fields: Partial<Stripe.Subscription> = {};
  if (given.automatic_tax) {
    const { enabled } = given.automatic_tax;
    fields.automatic_tax = { disabled_reason: null, enabled, liability: enabled ? { type: 'self' } : null };
  }
  if (given.collection_method) fields.collection_method = given.collection_method;
  if (given.days_until_due !== undefined) fields.days_until_due = given.days_until_due;
  if (given.default_payment_method !== undefined) {
    fields.default_payment_method =
      given.default_payment_method && ownMethod(world, given.default_payment_method, customer);
  }
  if (given.description !== undefined) fields.description = given.description;
  if (given.metadata !== undefined) fields.metadata = p.mergeMetadata(before?.metadata ?? {}, given.metadata);
  if (given.payment_settings) {
    fields.payment_settings = {
      payment_method_options: null,
      payment_method_types: given.payment_settings.payment_method_types ?? null,
      save_default_payment_method: given.payment_settings.save_default_payment_method ?? 'off',
    };
  }
  if (given.trial_settings) {
    const { missing_payment_method } = given.trial_settings.end_behavior;
    fields.trial_settings = { end_behavior: { billing_cycle_anchor: null, missing_payment_method } };
  }
  return fields;
}

function ownMethod(world: World, id: string, customer: string): string {
  const method = resolvePaymentMethod(world, id, 'default_payment_method');
  if (idOf(method.customer) !== customer) {
    throw invalid(
      `The customer does not have a payment method with the ID ${id}. The payment method must be attached to the customer.`,
      'default_payment_method',
      'resource_missing',
    );
  }
  return method.id;
}

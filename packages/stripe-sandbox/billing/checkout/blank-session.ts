/** A new checkout session, with every key that Stripe's object has. */
import type Stripe from 'stripe';
import { newId, type World } from '../../world/world.ts';
import type { DiscountAsked } from '../invoices/discounts.ts';

/** Parameters of the request that created the session which Stripe's object does not show. */
export interface CheckoutAsked {
  lines: { id: string; price: string; quantity: number | null }[];
  discounts: DiscountAsked[];
  subscription: {
    billing_cycle_anchor?: number | undefined;
    description?: string | undefined;
    metadata?: Record<string, string> | null | undefined;
    trial_end?: number | undefined;
    trial_period_days?: number | undefined;
    trial_settings?: { end_behavior: { missing_payment_method: string } } | undefined;
  } | null;
  payment: {
    description?: string | undefined;
    metadata?: Record<string, string> | null | undefined;
    setup_future_usage?: string | undefined;
  } | null;
  setup: { description?: string | undefined; metadata?: Record<string, string> | null | undefined } | null;
  customerUpdate: { address?: string | undefined; name?: string | undefined } | null;
}

interface InvoiceCreationParams {
  enabled: boolean;
  invoice_data?: { description?: string | undefined; metadata?: Record<string, string> | null | undefined } | undefined;
}

interface CheckoutParams {
  allow_promotion_codes?: boolean | undefined;
  automatic_tax?: { enabled: boolean } | undefined;
  billing_address_collection?: string | undefined;
  cancel_url?: string | undefined;
  client_reference_id?: string | undefined;
  currency?: string | undefined;
  customer_creation?: string | undefined;
  customer_email?: string | undefined;
  invoice_creation?: InvoiceCreationParams | undefined;
  locale?: string | undefined;
  metadata?: Record<string, string> | null | undefined;
  mode: string;
  payment_method_collection?: string | undefined;
  phone_number_collection?: { enabled: boolean } | undefined;
  success_url?: string | undefined;
  submit_type?: string | undefined;
  tax_id_collection?: { enabled: boolean } | undefined;
}

export function blankSession(
  world: World,
  given: CheckoutParams,
  customer: Stripe.Customer | null,
  expiresAt: number,
  now: number,
): Stripe.Checkout.Session {
  const id = newId(world, 'cs_test', 58);
  const email = customer?.email ?? given.customer_email ?? null;
  return {
    id,
    object: 'checkout.session',
    adaptive_pricing: { enabled: false },
    after_expiration: null,
    allow_promotion_codes: given.allow_promotion_codes ?? null,
    allowed_payment_method_types: null,
    amount_subtotal: null,
    amount_total: null,
    automatic_tax: {
      enabled: given.automatic_tax?.enabled ?? false,
      liability: given.automatic_tax?.enabled ? { type: 'self' } : null,
      provider: given.automatic_tax?.enabled ? 'stripe' : null,
      status: null,
    },
    billing_address_collection: given.billing_address_collection ?? null,
    cancel_url: given.cancel_url ?? null,
    client_reference_id: given.client_reference_id ?? null,
    client_secret: null,
    collected_information: null,
    consent: null,
    consent_collection: null,
    created: now,
    currency: given.currency ?? null,
    currency_conversion: null,
    custom_fields: [],
    custom_text: { after_submit: null, shipping_address: null, submit: null, terms_of_service_acceptance: null },
    customer: customer?.id ?? null,
    customer_account: null,
    customer_creation: customer
      ? null
      : (given.customer_creation ?? (given.mode === 'subscription' ? 'always' : 'if_required')),
    customer_details: email
      ? {
          address: null,
          business_name: null,
          email,
          individual_name: null,
          name: null,
          phone: null,
          tax_exempt: 'none',
          tax_ids: [],
        }
      : null,
    customer_email: given.customer_email ?? null,
    discounts: [],
    expires_at: expiresAt,
    integration_identifier: null,
    invoice: null,
    invoice_creation: given.mode === 'payment' ? invoiceCreation(given.invoice_creation) : null,
    livemode: false,
    locale: given.locale ?? null,
    managed_payments: null,
    metadata: given.metadata ?? {},
    mode: given.mode,
    origin_context: null,
    payment_intent: null,
    payment_link: null,
    payment_method_collection: given.mode === 'payment' ? 'if_required' : (given.payment_method_collection ?? 'always'),
    payment_method_configuration_details: null,
    payment_method_options: {
      card: { request_three_d_secure: 'automatic' },
    } as Stripe.Checkout.Session.PaymentMethodOptions,
    payment_method_types: ['card'],
    payment_status: given.mode === 'setup' ? 'no_payment_required' : 'unpaid',
    permissions: null,
    phone_number_collection: { enabled: given.phone_number_collection?.enabled ?? false },
    recovered_from: null,
    saved_payment_method_options:
      given.mode === 'setup'
        ? null
        : { allow_redisplay_filters: ['always'], payment_method_remove: 'disabled', payment_method_save: null },
    setup_intent: null,
    shipping_address_collection: null,
    shipping_cost: null,
    shipping_options: [],
    status: 'open',
    submit_type: given.submit_type ?? null,
    subscription: null,
    success_url: given.success_url ?? null,
    tax_id_collection: { enabled: given.tax_id_collection?.enabled ?? false, required: 'never' },
    total_details: null,
    ui_mode: 'hosted_page',
    url: `${world.baseUrl}/c/pay/${id}`,
    wallet_options: null,
  };
}

function invoiceCreation(given: InvoiceCreationParams | undefined): Stripe.Checkout.Session.InvoiceCreation {
  const { description = null, metadata = null } = given?.invoice_data ?? {};
  return { enabled: given?.enabled ?? false, invoice_data: { ...NO_INVOICE_DATA, description, metadata } };
}

const NO_INVOICE_DATA: Stripe.Checkout.Session.InvoiceCreation.InvoiceData = {
  account_tax_ids: null,
  custom_fields: null,
  description: null,
  footer: null,
  issuer: null,
  metadata: null,
  rendering_options: null,
};

/** The customer portal: configurations and sessions (docs.stripe.com/api/customer_portal). pages/portal.ts is the page itself. */
import type Stripe from 'stripe';
import { liveCustomer } from '../billing/customers/customers.ts';
import { nowFor } from '../events/clock.ts';
import { emit, emitChange } from '../events/events.ts';
import * as p from '../protocol/parameters.ts';
import { listing, type Route, retrieve, route } from '../protocol/routes.ts';
import { invalid } from '../world/fault.ts';
import { idOf, newId, type World } from '../world/world.ts';
import { prorationBehavior } from './subscription-parameters.ts';
import { WORDS } from './words.ts';

/** `enabled` is needed to create a configuration, and optional to change one. */
const features = <F extends p.Reader<boolean>>(enabled: F) =>
  p.object({
    customer_update: p.object({
      allowed_updates: p.emptyable(p.list(p.oneOf('address', 'email', 'name', 'phone', 'shipping', 'tax_id'))),
      enabled,
    }),
    invoice_history: p.object({ enabled: p.needed(p.flag) }),
    payment_method_update: p.object({ enabled: p.needed(p.flag), payment_method_configuration: p.emptyable(p.text) }),
    subscription_cancel: p.object({
      cancellation_reason: p.object({
        enabled: p.needed(p.flag),
        options: p.emptyable(
          p.list(
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
        ),
      }),
      enabled,
      mode: p.oneOf('at_period_end', 'immediately'),
      proration_behavior: prorationBehavior,
    }),
    subscription_update: p.object({
      billing_cycle_anchor: p.oneOf('now', 'unchanged'),
      default_allowed_updates: p.emptyable(p.list(p.oneOf('price', 'promotion_code', 'quantity'))),
      enabled,
      products: p.emptyable(
        p.list(
          p.object({
            product: p.needed(p.text),
            prices: p.needed(p.list(p.text)),
            adjustable_quantity: p.object({ enabled: p.needed(p.flag), maximum: p.integer, minimum: p.integer }),
          }),
        ),
      ),
      proration_behavior: prorationBehavior,
      schedule_at_period_end: p.object({
        conditions: p.list(p.object({ type: p.needed(p.oneOf('decreasing_item_amount', 'shortening_interval')) })),
      }),
      trial_update_behavior: p.oneOf('continue_trial', 'end_trial'),
    }),
  });

const writable = {
  business_profile: p.object({
    headline: p.emptyable(p.text),
    privacy_policy_url: p.emptyable(p.text),
    terms_of_service_url: p.emptyable(p.text),
  }),
  default_return_url: p.emptyable(p.text),
  features: features(p.flag),
  login_page: p.object({ enabled: p.needed(p.flag) }),
  metadata: p.metadata,
  name: p.emptyable(p.text),
};

type Asked = p.Read<typeof writable> & { active?: boolean | undefined };

function createConfiguration(world: World, given: Asked, isDefault = false): Stripe.BillingPortal.Configuration {
  const now = world.now();
  const configuration: Stripe.BillingPortal.Configuration = {
    id: newId(world, 'bpc'),
    object: 'billing_portal.configuration',
    active: true,
    application: null,
    business_profile: { headline: null, privacy_policy_url: null, terms_of_service_url: null },
    created: now,
    default_return_url: null,
    features: {
      customer_update: { allowed_updates: [], enabled: false },
      invoice_history: { enabled: isDefault },
      payment_method_update: { enabled: isDefault, payment_method_configuration: null },
      subscription_cancel: {
        cancellation_reason: {
          enabled: false,
          feedback_options: null,
          options: ['too_expensive', 'missing_features', 'switched_service', 'unused', 'other'],
        },
        enabled: isDefault,
        mode: 'at_period_end',
        proration_behavior: 'none',
        retention: null,
      },
      subscription_pause: { enabled: false },
      subscription_update: {
        billing_cycle_anchor: 'unchanged',
        default_allowed_updates: [],
        enabled: false,
        products: [],
        proration_behavior: 'none',
        schedule_at_period_end: { conditions: [] },
        trial_update_behavior: 'end_trial',
      },
    } as unknown as Stripe.BillingPortal.Configuration.Features,
    is_default: isDefault,
    livemode: false,
    login_page: { enabled: false, url: null },
    metadata: {},
    name: null,
    updated: now,
  };
  world.store.put('billing_portal.configuration', configuration);
  write(world, configuration, given);
  emit(world, 'billing_portal.configuration.created', configuration);
  return configuration;
}

function write(world: World, configuration: Stripe.BillingPortal.Configuration, given: Asked): void {
  if (given.active !== undefined) configuration.active = given.active;
  if (given.default_return_url !== undefined) configuration.default_return_url = given.default_return_url;
  if (given.name !== undefined) configuration.name = given.name;
  if (given.metadata !== undefined) configuration.metadata = p.mergeMetadata(configuration.metadata, given.metadata);
  Object.assign(configuration.business_profile, given.business_profile);
  if (given.login_page) configuration.login_page = { enabled: given.login_page.enabled, url: null };
  const held = configuration.features as unknown as Record<string, object>;
  for (const [name, feature] of Object.entries(given.features ?? {})) {
    Object.assign(held[name]!, emptied(feature as Record<string, unknown>));
  }
  for (const { product, prices } of given.features?.subscription_update?.products ?? []) {
    world.store.get('product', product, 'features[subscription_update][products][0][product]');
    for (const price of prices ?? [])
      world.store.get('price', price, 'features[subscription_update][products][0][prices][0]');
  }
  configuration.updated = world.now();
}

/** A feature in which the lists that were cleared are empty. */
function emptied(feature: Record<string, unknown>): object {
  const values = Object.entries(feature).map(([key, value]) => [key, value === null ? [] : value]);
  return Object.fromEntries(values);
}

/** The configuration of sessions that name none. */
function defaultConfiguration(world: World): Stripe.BillingPortal.Configuration {
  return (
    world.store.all('billing_portal.configuration').find((one) => one.is_default) ??
    createConfiguration(world, {}, true)
  );
}

const flowShape = p.object({
  after_completion: p.object({
    hosted_confirmation: p.object({ custom_message: p.text }),
    redirect: p.object({ return_url: p.needed(p.text) }),
    type: p.needed(p.oneOf('hosted_confirmation', 'portal_homepage', 'redirect')),
  }),
  subscription_cancel: p.object({
    subscription: p.needed(p.text),
    retention: p.object({
      coupon_offer: p.needed(p.object({ coupon: p.needed(p.text) })),
      type: p.needed(p.oneOf('coupon_offer')),
    }),
  }),
  subscription_update: p.object({ subscription: p.needed(p.text) }),
  subscription_update_confirm: p.object({
    discounts: p.list(p.object({ coupon: p.text, promotion_code: p.text })),
    items: p.needed(p.list(p.object({ id: p.needed(p.text), price: p.text, quantity: p.integer }))),
    subscription: p.needed(p.text),
  }),
  type: p.needed(
    p.oneOf('payment_method_update', 'subscription_cancel', 'subscription_update', 'subscription_update_confirm'),
  ),
});

const sessionCreatable = {
  configuration: p.text,
  customer: p.needed(p.text),
  flow_data: flowShape,
  locale: p.oneOf(...WORDS.portalLocales),
  return_url: p.text,
};

function createSession(world: World, given: p.Read<typeof sessionCreatable>): Stripe.BillingPortal.Session {
  const customer = liveCustomer(world, given.customer);
  const configuration = given.configuration
    ? world.store.get('billing_portal.configuration', given.configuration, 'configuration')
    : defaultConfiguration(world);
  if (!configuration.active) throw invalid('This portal configuration is inactive.', 'configuration');
  const session: Stripe.BillingPortal.Session = {
    id: newId(world, 'bps'),
    object: 'billing_portal.session',
    configuration: configuration.id,
    created: nowFor(world, customer.id),
    customer: customer.id,
    customer_account: null,
    flow: given.flow_data ? flowOf(world, given.flow_data, customer.id) : null,
    livemode: false,
    locale: (given.locale ?? null) as Stripe.BillingPortal.Session.Locale | null,
    on_behalf_of: null,
    return_url: given.return_url ?? configuration.default_return_url,
    url: `${world.baseUrl}/p/session/test_${world.random.characters(40)}`,
  };
  world.store.put('billing_portal.session', session);
  emit(world, 'billing_portal.session.created', session);
  return session;
}

function flowOf(
  world: World,
  given: ReturnType<typeof flowShape>,
  customer: string,
): Stripe.BillingPortal.Session.Flow {
  const named = given.subscription_cancel ?? given.subscription_update ?? given.subscription_update_confirm;
  if (named) {
    const subscription = world.store.get('subscription', named.subscription, 'flow_data');
    if (idOf(subscription.customer) !== customer)
      throw invalid('The subscription belongs to another customer.', 'flow_data');
  }
  return {
    after_completion: {
      hosted_confirmation: null,
      redirect: given.after_completion?.redirect ?? null,
      type: given.after_completion?.type ?? 'portal_homepage',
    },
    customer_update: null,
    subscription_cancel: given.subscription_cancel
      ? { retention: null, subscription: given.subscription_cancel.subscription }
      : null,
    subscription_pause: null,
    subscription_update: given.subscription_update ?? null,
    subscription_update_confirm: given.subscription_update_confirm
      ? {
          discounts: null,
          items: (given.subscription_update_confirm.items ?? []).map(({ id, price, quantity }) => ({
            id,
            price: price ?? null,
            ...(quantity !== undefined && { quantity }),
          })),
          subscription: given.subscription_update_confirm.subscription,
        }
      : null,
    type: given.type,
  };
}

/** The session that the secret in a portal URL belongs to. */
export function portalSession(world: World, secret: string): Stripe.BillingPortal.Session | undefined {
  return world.store.all('billing_portal.session').find((one) => one.url.endsWith(`/p/session/${secret}`));
}

export const portalRoutes: Route[] = [
  route(
    'POST /v1/billing_portal/configurations',
    { ...writable, features: p.needed(features(p.needed(p.flag))), metadata: p.newMetadata },
    (world, given) => createConfiguration(world, given),
  ),
  retrieve('/v1/billing_portal/configurations', 'billing_portal.configuration'),
  route('POST /v1/billing_portal/configurations/:id', { ...writable, active: p.flag }, (world, given, { id }) => {
    const configuration = world.store.get('billing_portal.configuration', id);
    emitChange(world, 'billing_portal.configuration.updated', configuration, () => write(world, configuration, given));
    return configuration;
  }),
  listing(
    '/v1/billing_portal/configurations',
    'billing_portal.configuration',
    { active: p.flag, is_default: p.flag },
    (one, asked) =>
      (asked.active === undefined || one.active === asked.active) &&
      (asked.is_default === undefined || one.is_default === asked.is_default),
  ),
  route('POST /v1/billing_portal/sessions', sessionCreatable, createSession),
];

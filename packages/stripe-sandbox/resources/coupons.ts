/** Coupons and promotion codes (docs.stripe.com/api/coupons, docs.stripe.com/api/promotion_codes). */
import type Stripe from 'stripe';
import { emit, emitChange } from '../events/events.ts';
import * as p from '../protocol/parameters.ts';
import { listing, type Route, retrieve, route } from '../protocol/routes.ts';
import { invalid } from '../world/fault.ts';
import { idOf, newId, type World } from '../world/world.ts';

const creatable = {
  amount_off: p.integer,
  applies_to: p.object({ products: p.list(p.text) }),
  currency: p.text,
  currency_options: p.hash(p.object({ amount_off: p.needed(p.integer) })),
  duration: p.oneOf('forever', 'once', 'repeating'),
  duration_in_months: p.integer,
  id: p.text,
  max_redemptions: p.integer,
  metadata: p.metadata,
  name: p.text,
  percent_off: p.decimalNumber,
  redeem_by: p.integer,
};

function createCoupon(world: World, given: p.Read<typeof creatable>): Stripe.Coupon {
  if ((given.percent_off === undefined) === (given.amount_off === undefined)) {
    throw invalid('You must pass exactly one of percent_off and amount_off.', 'percent_off');
  }
  if (given.amount_off !== undefined && !given.currency) {
    throw invalid('You must pass currency when passing amount_off.', 'currency', 'parameter_missing');
  }
  if (given.duration === 'repeating' && !given.duration_in_months) {
    throw invalid(
      'You must pass duration_in_months when duration is repeating.',
      'duration_in_months',
      'parameter_missing',
    );
  }
  if (given.id && world.store.find('coupon', given.id)) {
    throw invalid('Coupon already exists.', 'id', 'resource_already_exists');
  }
  const coupon: Stripe.Coupon = {
    id: given.id ?? world.random.characters(8),
    object: 'coupon',
    amount_off: given.amount_off ?? null,
    created: world.now(),
    currency: given.currency ?? null,
    duration: given.duration ?? 'once',
    duration_in_months: given.duration_in_months ?? null,
    livemode: false,
    max_redemptions: given.max_redemptions ?? null,
    metadata: given.metadata ?? {},
    name: given.name ?? null,
    percent_off: given.percent_off ?? null,
    redeem_by: given.redeem_by ?? null,
    times_redeemed: 0,
    valid: true,
  };
  if (given.applies_to) coupon.applies_to = { products: given.applies_to.products ?? [] };
  if (given.currency_options) coupon.currency_options = given.currency_options;
  world.store.put('coupon', coupon);
  emit(world, 'coupon.created', coupon);
  return coupon;
}

const promotionCreatable = {
  active: p.flag,
  code: p.text,
  customer: p.text,
  expires_at: p.integer,
  max_redemptions: p.integer,
  metadata: p.newMetadata,
  promotion: p.needed(p.object({ coupon: p.needed(p.text), type: p.needed(p.oneOf('coupon')) })),
  restrictions: p.object({
    currency_options: p.hash(p.object({ minimum_amount: p.integer })),
    first_time_transaction: p.flag,
    minimum_amount: p.integer,
    minimum_amount_currency: p.text,
  }),
};

function createPromotionCode(world: World, given: p.Read<typeof promotionCreatable>): Stripe.PromotionCode {
  const coupon = world.store.get('coupon', given.promotion.coupon, 'promotion[coupon]');
  const code = given.code ?? world.random.characters(8).toUpperCase();
  const taken = world.store
    .all('promotion_code')
    .some((one) => one.active && one.code.toUpperCase() === code.toUpperCase());
  if (taken)
    throw invalid(`An active promotion code with \`code: ${code}\` already exists.`, 'code', 'resource_already_exists');
  const promotionCode: Stripe.PromotionCode = {
    id: newId(world, 'promo'),
    object: 'promotion_code',
    active: given.active ?? true,
    code,
    created: world.now(),
    customer: given.customer ?? null,
    customer_account: null,
    expires_at: given.expires_at ?? null,
    livemode: false,
    max_redemptions: given.max_redemptions ?? null,
    metadata: given.metadata ?? {},
    promotion: { coupon: coupon.id, type: 'coupon' },
    restrictions: {
      first_time_transaction: given.restrictions?.first_time_transaction ?? false,
      minimum_amount: given.restrictions?.minimum_amount ?? null,
      minimum_amount_currency: given.restrictions?.minimum_amount_currency ?? null,
    },
    times_redeemed: 0,
  };
  world.store.put('promotion_code', promotionCode);
  emit(world, 'promotion_code.created', promotionCode);
  return promotionCode;
}

export const couponRoutes: Route[] = [
  route('POST /v1/coupons', creatable, createCoupon),
  retrieve('/v1/coupons', 'coupon'),
  route(
    'POST /v1/coupons/:id',
    { metadata: p.metadata, name: p.text, currency_options: creatable.currency_options },
    (world, given, { id }) => {
      const coupon = world.store.get('coupon', id);
      emitChange(world, 'coupon.updated', coupon, () => {
        if (given.name !== undefined) coupon.name = given.name;
        if (given.metadata !== undefined) coupon.metadata = p.mergeMetadata(coupon.metadata, given.metadata);
      });
      return coupon;
    },
  ),
  // A redeemed discount keeps working after its coupon is deleted, so the coupon stays stored and is only marked invalid.
  route('DELETE /v1/coupons/:id', {}, (world, _, { id }) => {
    const coupon = world.store.get('coupon', id);
    coupon.valid = false;
    emit(world, 'coupon.deleted', coupon);
    return { id, object: 'coupon', deleted: true };
  }),
  listing('/v1/coupons', 'coupon', {}),
  route('POST /v1/promotion_codes', promotionCreatable, createPromotionCode),
  retrieve('/v1/promotion_codes', 'promotion_code'),
  route('POST /v1/promotion_codes/:id', { active: p.flag, metadata: p.metadata }, (world, given, { id }) => {
    const code = world.store.get('promotion_code', id);
    emitChange(world, 'promotion_code.updated', code, () => {
      if (given.active !== undefined) code.active = given.active;
      if (given.metadata !== undefined) code.metadata = p.mergeMetadata(code.metadata, given.metadata);
    });
    return code;
  }),
  listing(
    '/v1/promotion_codes',
    'promotion_code',
    { active: p.flag, code: p.text, coupon: p.text, customer: p.text },
    (code, asked) =>
      (asked.active === undefined || code.active === asked.active) &&
      (!asked.code || code.code.toUpperCase() === asked.code.toUpperCase()) &&
      (!asked.coupon || code.promotion.coupon === asked.coupon) &&
      (!asked.customer || idOf(code.customer) === asked.customer),
  ),
];

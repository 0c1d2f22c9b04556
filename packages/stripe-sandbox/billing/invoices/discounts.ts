/** Discounts: which ones apply to an invoice, and how much each takes off a line (docs.stripe.com/billing/subscriptions/coupons). */
import type Stripe from 'stripe';
import { nowFor } from '../../events/clock.ts';
import { emit, emitChange } from '../../events/events.ts';
import { invalid } from '../../world/fault.ts';
import { idOf, newId, type World } from '../../world/world.ts';
import { addIntervals } from './periods.ts';

export interface DiscountAsked {
  coupon?: string | undefined;
  promotion_code?: string | undefined;
  discount?: string | undefined;
}

/** Redeems a coupon or promotion code for a customer and, if given, a subscription. Throws 400 if it may not be redeemed. */
export function redeem(
  world: World,
  asked: DiscountAsked,
  customer: string,
  subscription: string | null,
): Stripe.Discount {
  if (asked.discount) return world.store.get('discount', asked.discount, 'discount');
  const discount = unredeemed(world, asked, customer, subscription);
  const coupon = world.store.get('coupon', idOf(discount.source.coupon)!);
  coupon.times_redeemed += 1;
  if (coupon.max_redemptions !== null && coupon.times_redeemed >= coupon.max_redemptions) coupon.valid = false;
  const code = world.store.find('promotion_code', idOf(discount.promotion_code) ?? '');
  if (code) {
    code.times_redeemed += 1;
    if (code.max_redemptions !== null && code.times_redeemed >= code.max_redemptions) code.active = false;
  }
  world.store.put('discount', discount);
  emit(world, 'customer.discount.created', discount);
  return discount;
}

/** The discount that redeeming would give, for previews. The redemption is not counted. */
export function unredeemed(
  world: World,
  asked: DiscountAsked,
  customer: string,
  subscription: string | null,
): Stripe.Discount {
  if (asked.discount) return world.store.get('discount', asked.discount, 'discount');
  const code = asked.promotion_code ? usablePromotionCode(world, asked.promotion_code, customer) : null;
  const coupon = usableCoupon(world, code ? idOf(code.promotion.coupon)! : (asked.coupon ?? ''));
  const now = nowFor(world, customer);
  return {
    id: newId(world, 'di'),
    object: 'discount',
    checkout_session: null,
    customer,
    customer_account: null,
    end: coupon.duration === 'repeating' ? addIntervals(now, 'month', coupon.duration_in_months!) : null,
    invoice: null,
    invoice_item: null,
    promotion_code: code?.id ?? null,
    source: { coupon: coupon.id, type: 'coupon' },
    start: now,
    subscription,
    subscription_item: null,
  };
}

/** Returns a promotion code that this customer may use now. Throws 400 otherwise. */
export function usablePromotionCode(world: World, id: string, customer: string | null): Stripe.PromotionCode {
  const code = world.store.get('promotion_code', id, 'promotion_code');
  const now = nowFor(world, customer);
  if (!code.active || (code.expires_at !== null && code.expires_at <= now)) {
    throw invalid('This promotion code cannot be redeemed because it is not active.', 'promotion_code');
  }
  if (code.customer && idOf(code.customer) !== customer) {
    throw invalid('This promotion code cannot be redeemed by this customer.', 'promotion_code');
  }
  const paidBefore = world.store.all('invoice').some((one) => idOf(one.customer) === customer && one.amount_paid > 0);
  if (code.restrictions.first_time_transaction && paidBefore) {
    throw invalid(
      'This promotion code cannot be redeemed because the associated customer has prior transactions.',
      'promotion_code',
    );
  }
  return code;
}

export function usableCoupon(world: World, id: string): Stripe.Coupon {
  const coupon = world.store.get('coupon', id, 'coupon');
  if (!coupon.valid || (coupon.redeem_by !== null && coupon.redeem_by <= world.now())) {
    throw invalid(`Coupon expired: ${coupon.id}`, 'coupon', 'coupon_expired');
  }
  return coupon;
}

/** The discounts of an invoice: the subscription's if it has any, otherwise the customer's. */
export function discountsFor(
  world: World,
  customerId: string | null,
  subscription: Stripe.Subscription | null,
): Stripe.Discount[] {
  const now = nowFor(world, customerId);
  const live = (discount: Stripe.Discount | undefined) => discount && (discount.end === null || discount.end > now);
  const own = (subscription?.discounts ?? []).map((one) => world.store.find('discount', idOf(one)));
  const kept = own.filter(live) as Stripe.Discount[];
  if (kept.length > 0) return kept;
  const customer = customerId ? world.store.find('customer', customerId) : undefined;
  const general = customer && !customer.deleted ? customer.discount : null;
  return general && live(general) ? [general] : [];
}

/** The amount that each discount takes off each line. Percentages compound; a fixed amount is spread over what is left. */
export function takeOff(
  world: World,
  lines: { amount: number; product: string | null; discountable: boolean }[],
  discounts: Stripe.Discount[],
  currency: string,
): { discount: string; amount: number }[][] {
  const left = lines.map((line) => line.amount);
  const taken: { discount: string; amount: number }[][] = lines.map(() => []);
  for (const discount of discounts) {
    const coupon = world.store.get('coupon', idOf(discount.source.coupon)!);
    const products = coupon.applies_to?.products;
    const applies = lines.map((line) => line.discountable && (!products || products.includes(line.product ?? '')));
    let fixed =
      coupon.currency === currency ? coupon.amount_off : (coupon.currency_options?.[currency]?.amount_off ?? null);
    lines.forEach((_, index) => {
      if (!applies[index] || left[index]! <= 0) return;
      const amount =
        coupon.percent_off !== null
          ? Math.round((left[index]! * coupon.percent_off) / 100)
          : Math.min(fixed ?? 0, left[index]!);
      if (coupon.percent_off === null) fixed = (fixed ?? 0) - amount;
      left[index] = left[index]! - amount;
      taken[index]!.push({ discount: discount.id, amount });
    });
  }
  return taken;
}

/** Removes discounts of duration `once` from the subscription and the customer after an invoice has used them. */
export function useUp(world: World, discountIds: string[], subscription: Stripe.Subscription | null): void {
  for (const id of discountIds) {
    const discount = world.store.find('discount', id);
    const coupon = discount && world.store.find('coupon', idOf(discount.source.coupon)!);
    if (!discount || coupon?.duration !== 'once') continue;
    const customer = world.store.find('customer', idOf(discount.customer) ?? '');
    if (subscription?.discounts.some((one) => idOf(one) === id)) {
      emitChange(world, 'customer.subscription.updated', subscription, () => {
        subscription.discounts = subscription.discounts.filter((one) => idOf(one) !== id);
      });
    } else if (customer && !customer.deleted && customer.discount?.id === id) customer.discount = null;
    emit(world, 'customer.discount.deleted', discount);
  }
}

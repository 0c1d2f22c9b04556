/** The cost of a checkout session today: lines, discounts, tax, trial. Writes the totals onto the session. */
import type Stripe from 'stripe';
import { idOf, type World } from '../../world/world.ts';
import { amountOf } from '../invoices/amounts.ts';
import { type DiscountAsked, takeOff, usableCoupon, usablePromotionCode } from '../invoices/discounts.ts';
import { taxFor, taxOn } from '../invoices/taxes.ts';
import type { CheckoutAsked } from './blank-session.ts';

interface QuotedLine {
  line: CheckoutAsked['lines'][number];
  price: Stripe.Price;
  subtotal: number;
  discount: number;
  tax: number;
}

export interface Quote {
  lines: QuotedLine[];
  total: number;
  trial: boolean;
}

/** Prices the session with `discounts`: those it was created with, or the promotion code that the customer entered. */
export function quoteOf(world: World, session: Stripe.Checkout.Session, discounts: DiscountAsked[]): Quote {
  const asked = world.notes.checkouts[session.id] as CheckoutAsked;
  const chosen = discounts.length > 0 ? discounts : asked.discounts;
  const prices = asked.lines.map((line) => world.store.get('price', line.price));
  if (session.mode === 'setup' || prices.length === 0) return { lines: [], total: 0, trial: false };
  session.currency ??= prices[0]!.currency;
  const trial = Boolean(asked.subscription?.trial_period_days || asked.subscription?.trial_end);
  const lines = asked.lines.map((line, index) => {
    const price = prices[index]!;
    const free = price.recurring && (trial || price.recurring.usage_type === 'metered');
    return {
      line,
      price,
      subtotal: free ? 0 : amountOf(price, line.quantity ?? 1, session.currency!),
      discount: 0,
      tax: 0,
    };
  });
  applyDiscounts(world, session, lines, chosen);
  applyTax(world, session, lines);
  const sum = (field: 'subtotal' | 'discount' | 'tax') => lines.reduce((total, line) => total + line[field], 0);
  const total = sum('subtotal') - sum('discount') + sum('tax');
  session.amount_subtotal = sum('subtotal');
  session.amount_total = total;
  session.total_details = { amount_discount: sum('discount'), amount_shipping: 0, amount_tax: sum('tax') };
  session.discounts = chosen.map(({ coupon, promotion_code }) => ({
    coupon: promotion_code ? null : (coupon ?? null),
    promotion_code: promotion_code ?? null,
  }));
  return { lines, total, trial };
}

function applyDiscounts(
  world: World,
  session: Stripe.Checkout.Session,
  lines: QuotedLine[],
  asked: DiscountAsked[],
): void {
  const discounts = asked.map((one) => {
    const code = one.promotion_code ? usablePromotionCode(world, one.promotion_code, idOf(session.customer)) : null;
    const coupon = usableCoupon(world, code ? idOf(code.promotion.coupon)! : (one.coupon ?? ''));
    return { id: coupon.id, source: { coupon: coupon.id, type: 'coupon' } } as Stripe.Discount;
  });
  const parts = lines.map(({ subtotal, price }) => ({
    amount: subtotal,
    product: idOf(price.product),
    discountable: true,
  }));
  takeOff(world, parts, discounts, session.currency!).forEach((taken, index) => {
    lines[index]!.discount = taken.reduce((sum, part) => sum + part.amount, 0);
  });
}

function applyTax(world: World, session: Stripe.Checkout.Session, lines: QuotedLine[]): void {
  if (!session.automatic_tax.enabled) return;
  const customer = world.store.find('customer', idOf(session.customer) ?? '');
  const decision = taxFor(world, customer && !customer.deleted ? customer : null);
  session.automatic_tax.status = decision.status;
  for (const line of lines) {
    if (line.price.tax_behavior !== 'inclusive')
      line.tax = taxOn(line.subtotal - line.discount, decision.percentage, false);
  }
}

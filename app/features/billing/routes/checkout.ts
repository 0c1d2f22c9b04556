/** Pages of Stripe where plans and products are bought. */
import { Type } from 'typebox';
import type { Operations } from '../../../platform/http/operations/operations.ts';
import type { Authorization } from '../../organizations/organizations.ts';
import { type Currency, currencies, isPlan, isProduct, planOf } from '../catalog/catalog.ts';
import { billingErrors } from '../errors.ts';
import type { Checkout, OpenedCheckout } from '../purchase/checkout.ts';
import {
  below,
  CheckoutSession,
  CurrencyText,
  IntervalName,
  PlanText,
  ProductText,
  Quantity,
  type ReturnTo,
  ReturnUrl,
} from './representations.ts';

export interface CheckoutRoutesOptions {
  authorization: Authorization;
  checkout: Checkout;
  returnTo: ReturnTo;
  /** Where the examples return to. */
  appUrl: string;
}

const defaultCurrency: Currency = 'usd';
const returnUrls = { successUrl: ReturnUrl('Where to go after paying'), cancelUrl: ReturnUrl('Where to go without') };
const exampleUrls = (appUrl: string) => ({ successUrl: `${appUrl}/billing?paid=1`, cancelUrl: `${appUrl}/billing` });
const commonErrors = [
  billingErrors.redirect_not_allowed,
  billingErrors.unknown_currency,
  billingErrors.payments_refused,
  billingErrors.payments_unavailable,
];

export function checkoutRoutes(operations: Operations, options: CheckoutRoutesOptions): void {
  checkoutOperation(below(operations), options);
  purchaseOperation(below(operations), options);
}

type Group = ReturnType<typeof below>;

function checkoutOperation(own: Group, { authorization, checkout, returnTo, appUrl }: CheckoutRoutesOptions): void {
  own.createBeyond('/checkout-sessions', {
    guard: authorization.needs('billing:manage'),
    operationId: 'createCheckoutSession',
    summary: 'Open a checkout of a plan',
    description:
      'Answers the address of a page of Stripe, where it is paid. Nothing is granted by coming back from there: ask for the entitlements.',
    body: {
      plan: PlanText,
      interval: IntervalName,
      currency: Type.Optional(CurrencyText),
      quantity: Type.Optional(Quantity),
      promotionCode: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
      replace: Type.Optional(Type.Boolean({ description: 'End a checkout that is still open.' })),
      ...returnUrls,
    },
    example: { plan: 'pro', interval: 'month', ...exampleUrls(appUrl) },
    answer: CheckoutSession,
    errors: [
      ...commonErrors,
      billingErrors.unknown_plan,
      billingErrors.unknown_promotion_code,
      billingErrors.invalid_quantity,
      billingErrors.already_subscribed,
      billingErrors.checkout_open,
    ],
    async create({ access, body: { plan, currency, successUrl, cancelUrl, replace = false, ...rest } }) {
      if (!isPlan(plan) || planOf(plan).prices === null) throw billingErrors.unknown_plan();
      const returns = { successUrl: returnTo(successUrl), cancelUrl: returnTo(cancelUrl) };
      const wanted = { ...rest, plan, replace, currency: toCurrency(currency), ...returns };
      return present(await checkout.subscribe(access, wanted));
    },
  });
}

function purchaseOperation(own: Group, { authorization, checkout, returnTo, appUrl }: CheckoutRoutesOptions): void {
  own.createBeyond('/purchases', {
    guard: authorization.needs('billing:manage'),
    operationId: 'createPurchase',
    summary: 'Open a checkout of a one-off product',
    description: 'The organization has the product once it is paid.',
    body: {
      product: ProductText,
      currency: Type.Optional(CurrencyText),
      quantity: Type.Optional(Quantity),
      ...returnUrls,
    },
    example: { product: 'projectPack', quantity: 1, ...exampleUrls(appUrl) },
    answer: CheckoutSession,
    errors: [...commonErrors, billingErrors.unknown_product],
    async create({ access, body: { product, currency, quantity = 1, successUrl, cancelUrl } }) {
      if (!isProduct(product)) throw billingErrors.unknown_product();
      const returns = { successUrl: returnTo(successUrl), cancelUrl: returnTo(cancelUrl) };
      return present(
        await checkout.purchase(access, { product, currency: toCurrency(currency), quantity, ...returns }),
      );
    },
  });
}

function toCurrency(text: string | undefined): Currency {
  if (text === undefined) return defaultCurrency;
  const currency = currencies.find((known) => known === text.toLowerCase());
  if (!currency) throw billingErrors.unknown_currency({ detail: `There is ${currencies.join(', ')}.` });
  return currency;
}

function present({ id, url, expiresAt }: OpenedCheckout) {
  return { id, url, expiresAt: expiresAt.toISOString() };
}

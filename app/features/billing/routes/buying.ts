/** What is sold, and the pages of Stripe where it is bought. */
import { Type } from 'typebox';
import { httpErrors } from '../../../platform/http/errors.ts';
import type { HttpServer } from '../../../platform/http/fastify.ts';
import type { Idempotency } from '../../../platform/http/idempotency.ts';
import { Body, route } from '../../../platform/http/schemas.ts';
import { accountErrors } from '../../accounts/accounts.ts';
import { type Authorization, accessOf } from '../../organizations/organizations.ts';
import { type Currency, currencies, isPlan, isProduct, planOf } from '../catalog.ts';
import type { Checkout, OpenedCheckout } from '../checkout.ts';
import { billingErrors } from '../errors.ts';
import type { Portal } from '../portal.ts';
import { Catalog, presentCatalog } from './catalog-view.ts';
import {
  CheckoutOpened,
  CurrencyText,
  IntervalName,
  OrganizationParams,
  PlanText,
  PortalOpened,
  ProductText,
  Quantity,
  ReturnUrl,
} from './schemas.ts';

export interface BuyingRoutesOptions {
  authorization: Authorization;
  idempotency: Idempotency;
  checkout: Checkout;
  portal: Portal;
  /** Where Stripe's pages may send people back to. */
  allowedOrigins: readonly string[];
}

const base = '/v1/organizations/:organizationId';
const tag = 'Billing';
const signedInErrors = [accountErrors.token_expired, accountErrors.session_revoked];
const defaultCurrency: Currency = 'usd';

export function buyingRoutes(
  app: HttpServer,
  { authorization, idempotency, checkout, portal, allowedOrigins }: BuyingRoutesOptions,
): void {
  const returnTo = (url: string) => {
    if (allowedOrigins.includes(new URL(url).origin)) return url;
    throw billingErrors.redirect_not_allowed({ detail: `Allowed: ${allowedOrigins.join(', ')}.` });
  };

  app.get(
    '/v1/plans',
    {
      schema: route({
        summary: 'List plans and products',
        description: 'The whole catalog, with prices in every currency.',
        operationId: 'listPlans',
        tag,
        access: 'public',
        answers: { 200: Catalog },
      }),
    },
    async (_request, reply) => {
      reply.header('cache-control', 'public, max-age=300');
      return presentCatalog();
    },
  );

  app.post(
    `${base}/checkout-sessions`,
    {
      onRequest: authorization.requires('billing:manage'),
      schema: route({
        summary: 'Open a checkout of a plan',
        description:
          'Answers the address of a page of Stripe, where it is paid. Nothing is granted by coming back from there: ask for the entitlements. Accepts an Idempotency-Key.',
        operationId: 'createCheckoutSession',
        tag,
        access: 'organization',
        permission: 'billing:manage',
        params: OrganizationParams,
        body: Body(
          {
            plan: PlanText,
            interval: IntervalName,
            currency: Type.Optional(CurrencyText),
            quantity: Type.Optional(Quantity),
            promotionCode: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
            replace: Type.Optional(Type.Boolean({ description: 'End a checkout that is still open.' })),
            successUrl: ReturnUrl('Where to go after paying'),
            cancelUrl: ReturnUrl('Where to go without'),
          },
          {
            plan: 'pro',
            interval: 'month',
            successUrl: 'https://app.example.com/billing?paid=1',
            cancelUrl: 'https://app.example.com/billing',
          },
        ),
        answers: { 201: CheckoutOpened },
        errors: [
          ...signedInErrors,
          billingErrors.redirect_not_allowed,
          billingErrors.unknown_plan,
          billingErrors.unknown_currency,
          billingErrors.unknown_promotion_code,
          billingErrors.invalid_quantity,
          billingErrors.already_subscribed,
          billingErrors.checkout_open,
          billingErrors.payments_refused,
          billingErrors.payments_unavailable,
          httpErrors.idempotency_key_reused,
          httpErrors.request_in_progress,
        ],
      }),
    },
    async (request, reply) => {
      const { plan, interval, quantity, promotionCode, replace = false, ...body } = request.body;
      if (!isPlan(plan) || planOf(plan).prices === null) throw billingErrors.unknown_plan();
      const access = accessOf(request);
      const returns = { successUrl: returnTo(body.successUrl), cancelUrl: returnTo(body.cancelUrl) };
      const wanted = { plan, interval, currency: toCurrency(body.currency), quantity, promotionCode, replace };
      reply.header('cache-control', 'no-store');
      return idempotency.runBeyond(request, reply, access.actor.id, async () => {
        return { status: 201, body: presentCheckout(await checkout.subscribe(access, { ...wanted, ...returns })) };
      });
    },
  );

  app.post(
    `${base}/purchases`,
    {
      onRequest: authorization.requires('billing:manage'),
      schema: route({
        summary: 'Open a checkout of a one-off product',
        description: 'What it adds is there once it is paid. Accepts an Idempotency-Key.',
        operationId: 'createPurchase',
        tag,
        access: 'organization',
        permission: 'billing:manage',
        params: OrganizationParams,
        body: Body(
          {
            product: ProductText,
            currency: Type.Optional(CurrencyText),
            quantity: Type.Optional(Quantity),
            successUrl: ReturnUrl('Where to go after paying'),
            cancelUrl: ReturnUrl('Where to go without'),
          },
          {
            product: 'projectPack',
            quantity: 1,
            successUrl: 'https://app.example.com/billing?paid=1',
            cancelUrl: 'https://app.example.com/billing',
          },
        ),
        answers: { 201: CheckoutOpened },
        errors: [
          ...signedInErrors,
          billingErrors.redirect_not_allowed,
          billingErrors.unknown_product,
          billingErrors.unknown_currency,
          billingErrors.payments_refused,
          billingErrors.payments_unavailable,
          httpErrors.idempotency_key_reused,
          httpErrors.request_in_progress,
        ],
      }),
    },
    async (request, reply) => {
      const { product, currency, quantity = 1, successUrl, cancelUrl } = request.body;
      if (!isProduct(product)) throw billingErrors.unknown_product();
      const access = accessOf(request);
      const returns = { successUrl: returnTo(successUrl), cancelUrl: returnTo(cancelUrl) };
      const wanted = { product, currency: toCurrency(currency), quantity };
      reply.header('cache-control', 'no-store');
      return idempotency.runBeyond(request, reply, access.actor.id, async () => {
        return { status: 201, body: presentCheckout(await checkout.purchase(access, { ...wanted, ...returns })) };
      });
    },
  );

  app.post(
    `${base}/portal-sessions`,
    {
      onRequest: authorization.requires('billing:manage'),
      schema: route({
        summary: 'Open the customer portal',
        description: 'A page of Stripe for cards, addresses, invoices and cancelling.',
        operationId: 'createPortalSession',
        tag,
        access: 'organization',
        permission: 'billing:manage',
        params: OrganizationParams,
        body: Body(
          { returnUrl: ReturnUrl('Where to go afterwards') },
          { returnUrl: 'https://app.example.com/billing' },
        ),
        answers: { 201: PortalOpened },
        errors: [
          ...signedInErrors,
          billingErrors.redirect_not_allowed,
          billingErrors.payments_refused,
          billingErrors.payments_unavailable,
        ],
      }),
    },
    async (request, reply) => {
      const url = await portal.open(accessOf(request).organizationId, returnTo(request.body.returnUrl));
      return reply.code(201).header('cache-control', 'no-store').send({ url });
    },
  );
}

function toCurrency(text: string | undefined): Currency {
  if (text === undefined) return defaultCurrency;
  const currency = currencies.find((known) => known === text.toLowerCase());
  if (!currency) throw billingErrors.unknown_currency({ detail: `There is ${currencies.join(', ')}.` });
  return currency;
}

function presentCheckout({ id, url, expiresAt }: OpenedCheckout) {
  return { id, url, expiresAt: expiresAt.toISOString() };
}

/**
 * Sending someone to Stripe to pay. Nothing is granted from their return: the subscription is fetched like any other. An organization
 * never gets two: open sessions are ended before the live subscription is looked for, and one creation runs at a time.
 */
import { and, eq, sql } from 'drizzle-orm';
import type Stripe from 'stripe';
import { after, type Clock, SECOND_MS } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/database.ts';
import { transact } from '../../../platform/database/retry.ts';
import { newId } from '../../../platform/security/random.ts';
import type { Audit } from '../../audit/audit.ts';
import type { OrganizationAccess } from '../../organizations/organizations.ts';
import { isLive } from '../catalog/access.ts';
import {
  type Currency,
  type Interval,
  lookupKeys,
  type PlanName,
  type ProductName,
  planOf,
  pricesOfPlan,
} from '../catalog/catalog.ts';
import type { Seats } from '../entitlement/seats.ts';
import { billingErrors } from '../errors.ts';
import type { Projection } from '../projection/projection.ts';
import { billingCustomers } from '../schema.ts';
import type { Customers } from '../stripe/customers.ts';
import type { Prices } from '../stripe/prices.ts';
import { refusalOf, type StripeGateway } from '../stripe/stripe.ts';
import { asCustomer } from './as-customer.ts';
import { isWaiting } from './current-subscription.ts';

export interface Returns {
  successUrl: string;
  cancelUrl: string;
}

export interface CheckoutRequest extends Returns {
  plan: PlanName;
  interval: Interval;
  currency: Currency;
  /** Seats; by default one for each member. */
  quantity?: number | undefined;
  promotionCode?: string | undefined;
  /** Ends a checkout that is still open instead of refusing. */
  replace: boolean;
}

export interface PurchaseRequest extends Returns {
  product: ProductName;
  currency: Currency;
  quantity: number;
}

export interface OpenedCheckout {
  id: string;
  url: string;
  expiresAt: Date;
}

export interface Checkout {
  /**
   * Opens a checkout of a subscription.
   * @throws `already_subscribed`; `checkout_open` with the `url` of the one that is open; `invalid_quantity`, `unknown_promotion_code`,
   *   `payments_unavailable`; what `OrganizationAccess.confirm` throws
   */
  subscribe(access: OrganizationAccess, request: CheckoutRequest): Promise<OpenedCheckout>;
  /** Opens a checkout of a one-off product. @throws `payments_unavailable`; what `OrganizationAccess.confirm` throws */
  purchase(access: OrganizationAccess, request: PurchaseRequest): Promise<OpenedCheckout>;
}

export interface CheckoutOptions {
  db: Database;
  clock: Clock;
  gateway: StripeGateway;
  customers: Customers;
  prices: Prices;
  seats: Seats;
  projection: Pick<Projection, 'refresh'>;
  audit: Audit;
  /** Stripe computes tax, and asks for tax ids. */
  automaticTax: boolean;
}

const MAX_CREATION_MS = 60 * SECOND_MS;

export function createCheckout(options: CheckoutOptions): Checkout {
  const { db, clock, gateway, customers, prices, seats, projection, audit, automaticTax } = options;

  /** Opens one checkout at a time for an organization. Not a transaction: Stripe is asked meanwhile. */
  async function exclusively(organizationId: string, open: () => Promise<OpenedCheckout>): Promise<OpenedCheckout> {
    const id = newId();
    const now = clock.now();
    const { rowCount } = await db
      .update(billingCustomers)
      .set({ checkoutId: id, checkoutUntil: after(now, MAX_CREATION_MS) })
      .where(
        and(
          eq(billingCustomers.organizationId, organizationId),
          sql`(checkout_until is null or checkout_until <= ${now}::timestamptz)`,
        ),
      );
    if (!rowCount) throw billingErrors.checkout_open({ detail: 'Another checkout is being opened this moment.' });
    const release = async () => {
      const own = and(eq(billingCustomers.organizationId, organizationId), eq(billingCustomers.checkoutId, id));
      const released = await db.update(billingCustomers).set({ checkoutUntil: null }).where(own);
      return (released.rowCount ?? 0) > 0;
    };
    let opened: OpenedCheckout;
    try {
      opened = await open();
    } catch (error) {
      await release();
      throw error;
    }
    if (await release()) return opened;
    // It took so long that somebody else was let in: theirs stands.
    await expire(opened.id);
    throw billingErrors.checkout_open({ detail: 'Another checkout was opened meanwhile.' });
  }

  async function expire(sessionId: string): Promise<void> {
    await gateway
      .ask('checkout_sessions.expire', (stripe) => stripe.checkout.sessions.expire(sessionId))
      .catch((error: unknown) => {
        // It was paid or has expired this moment; which of them, the look at the subscriptions tells.
        if (!refusalOf(error)) throw error;
      });
  }

  async function openSessions(customerId: string): Promise<Stripe.Checkout.Session[]> {
    const sessions = await gateway.ask('checkout_sessions.list', (stripe) =>
      stripe.checkout.sessions.list({ customer: customerId, status: 'open', limit: 100 }),
    );
    return sessions.data.filter(({ mode }) => mode === 'subscription');
  }

  /** Leaves no open session behind, so that none can be paid later. */
  async function endOpenSessions(customerId: string, replace: boolean): Promise<void> {
    for (const { id, url, expires_at: expiresAt } of await openSessions(customerId)) {
      if (!replace) {
        const open = { url, expiresAt: new Date(expiresAt * 1_000).toISOString() };
        throw billingErrors.checkout_open({
          detail: 'Go on with the one that is open, or send replace: true to end it.',
          extensions: { checkout: open },
        });
      }
      await expire(id);
    }
  }

  async function former(organizationId: string, customerId: string): Promise<{ trialUsed: boolean }> {
    const subscriptions = await gateway.ask('subscriptions.list', (stripe) =>
      stripe.subscriptions.list({ customer: customerId, status: 'all', limit: 100 }),
    );
    const live = subscriptions.data.find(({ status }) => isLive(status));
    if (live)
      throw billingErrors.already_subscribed({
        detail: `The subscription is ${live.status}. ${isWaiting(live.status) ? 'Bring it back' : 'Change it'} instead.`,
      });
    const [row] = await db
      .select({ trialUsed: billingCustomers.trialUsed })
      .from(billingCustomers)
      .where(
        and(eq(billingCustomers.organizationId, organizationId), eq(billingCustomers.stripeCustomerId, customerId)),
      );
    return { trialUsed: row?.trialUsed === true || subscriptions.data.some(({ trial_start }) => trial_start !== null) };
  }

  async function promotion(code: string | undefined) {
    if (code === undefined) return { allow_promotion_codes: true };
    const found = await gateway.ask('promotion_codes.list', (stripe) =>
      stripe.promotionCodes.list({ code, active: true, limit: 1 }),
    );
    const [first] = found.data;
    if (!first) throw billingErrors.unknown_promotion_code();
    return { discounts: [{ promotion_code: first.id }] };
  }

  const tax = automaticTax
    ? ({
        automatic_tax: { enabled: true },
        tax_id_collection: { enabled: true },
        customer_update: { name: 'auto', address: 'auto' },
      } as const)
    : {};

  async function create(
    access: OrganizationAccess,
    customer: string,
    returns: Returns,
    params: Partial<Stripe.Checkout.SessionCreateParams>,
  ): Promise<OpenedCheckout> {
    // The questions to Stripe took time, and the caller may have lost the permission since then.
    await access.confirm('billing:manage');
    const session = await gateway.ask('checkout_sessions.create', (stripe) =>
      stripe.checkout.sessions.create({
        customer,
        client_reference_id: access.organizationId,
        success_url: returns.successUrl,
        cancel_url: returns.cancelUrl,
        ...tax,
        ...params,
      }),
    );
    return { id: session.id, url: session.url!, expiresAt: new Date(session.expires_at * 1_000) };
  }

  async function record(
    access: OrganizationAccess,
    action: 'checkout.started' | 'purchase.started',
    details: Record<string, unknown>,
  ) {
    const { organizationId: ownerId, actor, origin } = access;
    await transact(db, (tx) => audit.append(tx, { ownerId, action, actor, origin, details }));
  }

  return {
    async subscribe(access, request) {
      const { organizationId } = access;
      const { plan, interval, currency, promotionCode, replace } = request;
      const quantity = await seats.quantityFor(organizationId, plan, request.quantity);
      const open = async (customer: string) => {
        await endOpenSessions(customer, replace);
        const { trialUsed } = await former(organizationId, customer);
        const [planPrice, ...usagePrices] = await prices.find(pricesOfPlan(plan, interval, currency));
        const { trialDays } = planOf(plan);
        const discount = await promotion(promotionCode);
        return create(access, customer, request, {
          mode: 'subscription',
          line_items: [{ price: planPrice!, quantity }, ...usagePrices.map((price) => ({ price }))],
          ...discount,
          subscription_data: {
            metadata: { organization_id: organizationId },
            billing_mode: { type: 'flexible' },
            ...(trialDays > 0 && !trialUsed && { trial_period_days: trialDays }),
          },
        }).catch((error: unknown) => {
          const refusal = 'discounts' in discount ? refusalOf(error) : undefined;
          if (!/promotion_code|coupon|discounts/.test(refusal?.param ?? '')) throw error;
          throw billingErrors.unknown_promotion_code({ detail: refusal!.message, cause: error });
        });
      };
      const opened = await asCustomer({ customers, projection }, organizationId, (customer) =>
        exclusively(organizationId, () => open(customer)),
      );
      await record(access, 'checkout.started', { plan, interval, currency, quantity });
      return opened;
    },

    async purchase(access, request) {
      const { product, currency, quantity } = request;
      const [price] = await prices.find([lookupKeys.product(product, currency)]);
      const metadata = { organization_id: access.organizationId, product };
      const opened = await asCustomer({ customers, projection }, access.organizationId, (customer) =>
        create(access, customer, request, {
          mode: 'payment',
          line_items: [{ price: price!, quantity }],
          // The invoice is what the purchase is known by afterwards.
          invoice_creation: { enabled: true, invoice_data: { metadata } },
          metadata,
        }),
      );
      await record(access, 'purchase.started', { product, currency, quantity });
      return opened;
    },
  };
}

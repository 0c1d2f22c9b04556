/** The subscription of an organization: what it is, changing it with a look at the price first, ending and resuming it. */
import { and, desc, eq, inArray } from 'drizzle-orm';
import type Stripe from 'stripe';
import { after, type Clock, HOUR_MS, MINUTE_MS } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/database.ts';
import { transact } from '../../../platform/database/retry.ts';
import type { Audit } from '../../audit/audit.ts';
import type { OrganizationAccess } from '../../organizations/organizations.ts';
import { LIVE_STATUSES } from '../catalog/access.ts';
import {
  type Currency,
  currencies,
  type Interval,
  isPlan,
  type PlanName,
  planOf,
  pricesOfPlan,
} from '../catalog/catalog.ts';
import { soldAs } from '../catalog/sold-as.ts';
import type { Seats } from '../entitlement/seats.ts';
import { billingErrors } from '../errors.ts';
import type { Projection } from '../projection/projection.ts';
import {
  billingCustomers,
  billingInvoices,
  billingPaymentMethods,
  billingSubscriptions,
  type PaymentMethod,
  type Subscription,
} from '../schema.ts';
import type { Customers } from '../stripe/customers.ts';
import type { Prices } from '../stripe/prices.ts';
import { intervalOf, planItemsOf } from '../stripe/snapshot.ts';
import { instantOf, type StripeGateway } from '../stripe/stripe.ts';
import { bringBack } from './bringing-back.ts';
import { currentSubscription, isWaiting } from './current-subscription.ts';

export interface SubscriptionChange {
  plan?: PlanName | undefined;
  interval?: Interval | undefined;
  quantity?: number | undefined;
  /** The `prorationDate` of a preview: what it showed is charged. */
  prorationDate?: Date | undefined;
}

export interface Preview {
  currency: string;
  /** Charged now; negative is a credit for later. In minor units. */
  dueNow: number;
  lines: { description: string; amount: number; proration: boolean }[];
  /** The instant from which it is prorated. */
  prorationDate: Date;
}

export interface CurrentSubscription {
  subscription: Subscription;
  /** The payment method of its next invoice. */
  paymentMethod: PaymentMethod | undefined;
  /** Where its newest open invoice can be paid. */
  openInvoiceUrl: string | null;
}

export interface Subscriptions {
  /** The live one, as projected. */
  find(organizationId: string): Promise<CurrentSubscription | undefined>;
  /**
   * Changes plan, interval or seats, charged or credited at once. Nothing new is granted before it is paid.
   * @throws `not_subscribed`, `change_pending`, `change_not_possible`, `invalid_period`, `invalid_quantity`, `payment_declined`, `payments_unavailable`; what `OrganizationAccess.confirm` throws
   */
  change(access: OrganizationAccess, change: SubscriptionChange): Promise<void>;
  /** Computes the cost of a `change`. @throws as `change` */
  preview(access: OrganizationAccess, change: SubscriptionChange): Promise<Preview>;
  /** Ends it with its period, or takes that back. @throws `not_subscribed`, `payments_unavailable`; what `OrganizationAccess.confirm` throws */
  setCancelAtPeriodEnd(access: OrganizationAccess, cancel: boolean): Promise<void>;
  /** Brings it back where it waits for a payment, as `bringBack` does. @throws `not_subscribed`; as `bringBack`; what `OrganizationAccess.confirm` throws */
  resume(access: OrganizationAccess): Promise<void>;
}

export interface SubscriptionsOptions {
  db: Database;
  clock: Clock;
  gateway: StripeGateway;
  customers: Customers;
  prices: Prices;
  seats: Seats;
  projection: Projection;
  audit: Audit;
}

/** How long the date of a preview may be used. */
const PREVIEW_MS = HOUR_MS;

export function createSubscriptions(options: SubscriptionsOptions): Subscriptions {
  const { db, clock, gateway, customers, prices, seats, projection, audit } = options;

  const current = (organizationId: string) => currentSubscription({ gateway, customers }, organizationId);

  /** How a change replaces the items of the plan; all others stay as they are. undefined: nothing changes */
  async function itemsFor(organizationId: string, now: Stripe.Subscription, change: SubscriptionChange) {
    if (isWaiting(now.status)) throw billingErrors.change_not_possible({ detail: bringBackFirst(now) });
    const [planItem, ...more] = planItemsOf(now);
    if (more.length > 0) throw billingErrors.change_not_possible({ detail: SEVERAL_PLANS });
    const planNow = planItem && soldAs(planItem.price)?.plan;
    const plan = change.plan ?? (isPlan(planNow) ? planNow : undefined);
    const intervalNow = planItem && intervalOf(planItem.price);
    const interval = change.interval ?? intervalNow;
    if (!planItem || plan === undefined || interval === undefined)
      throw billingErrors.not_subscribed({ detail: 'The subscription is for nothing that is sold here.' });
    const samePlan = plan === planNow;
    const quantity =
      samePlan && change.quantity === undefined
        ? planItem.quantity
        : await seats.quantityFor(organizationId, plan, change.quantity);
    if (samePlan && interval === intervalNow && quantity === planItem.quantity) return undefined;
    const samePrices = samePlan && interval === intervalNow;
    if (samePrices) return [{ id: planItem.id, quantity: quantity! }];
    const [planPrice, ...usagePrices] = await prices.find(pricesOfPlan(plan, interval, soldCurrency(now)));
    const usageNow = now.items.data.filter(({ price }) => isUsageOf(planNow, price));
    return [
      { id: planItem.id, price: planPrice!, quantity: quantity! },
      ...usageNow.map(({ id }) => ({ id, deleted: true })),
      ...usagePrices.map((price) => ({ price })),
    ];
  }

  /** A preview holds for a while. With any other date, a caller could choose to pay less. @throws `invalid_period` */
  async function refuseDate(organizationId: string, { prorationDate: date }: SubscriptionChange): Promise<void> {
    if (!date) return;
    const [customer] = await db
      .select({ clock: billingCustomers.testClockTime })
      .from(billingCustomers)
      .where(eq(billingCustomers.organizationId, organizationId));
    const now = customer?.clock && customer.clock > clock.now() ? customer.clock : clock.now();
    if (date <= after(now, MINUTE_MS) && date >= after(now, -PREVIEW_MS)) return;
    throw billingErrors.invalid_period({ detail: 'prorationDate must be of a preview of the last hour.' });
  }

  /** Records who asked for the change. The change itself is recorded once Stripe has made it. */
  async function record({ organizationId: ownerId, actor, origin }: OrganizationAccess, id: string, details: object) {
    const target = { type: 'subscription', id };
    const action = 'subscription.change_requested';
    await transact(db, (tx) => audit.append(tx, { ownerId, action, actor, target, origin, details: { ...details } }));
  }

  return {
    async find(organizationId) {
      const own = eq(billingSubscriptions.organizationId, organizationId);
      const [subscription] = await db
        .select()
        .from(billingSubscriptions)
        .where(
          and(
            own,
            inArray(billingSubscriptions.status, [...LIVE_STATUSES]),
            eq(billingSubscriptions.superseded, false),
          ),
        );
      if (!subscription) return undefined;
      const methods = await db
        .select()
        .from(billingPaymentMethods)
        .where(eq(billingPaymentMethods.organizationId, organizationId));
      const { subscriptionId, status, createdAt, hostedUrl, organizationId: payer } = billingInvoices;
      const [open] = await db
        .select({ url: hostedUrl })
        .from(billingInvoices)
        .where(and(eq(payer, organizationId), eq(subscriptionId, subscription.id), eq(status, 'open')))
        .orderBy(desc(createdAt))
        .limit(1);
      const paymentMethod = methods.find(isCharged(subscription));
      return { subscription, paymentMethod, openInvoiceUrl: open?.url ?? null };
    },

    async change(access, change) {
      const { organizationId } = access;
      await refuseDate(organizationId, change);
      const subscription = await current(organizationId);
      if (subscription.pending_update) throw billingErrors.change_pending();
      const items = await itemsFor(organizationId, subscription, change);
      if (!items) return;
      await access.confirm('billing:manage');
      await gateway.ask('subscriptions.update', (stripe) =>
        stripe.subscriptions.update(subscription.id, {
          items,
          ...trialFor(subscription, change),
          ...prorationOf(change),
          proration_behavior: 'always_invoice',
          payment_behavior: 'pending_if_incomplete',
        }),
      );
      const { prorationDate, ...terms } = change;
      await record(access, subscription.id, terms);
      await projection.refresh(organizationId);
    },

    async preview({ organizationId }, change) {
      await refuseDate(organizationId, change);
      const subscription = await current(organizationId);
      const items = await itemsFor(organizationId, subscription, change);
      const { id, currency } = subscription;
      if (!items) return { currency, dueNow: 0, lines: [], prorationDate: change.prorationDate ?? clock.now() };
      const details = { items, ...trialFor(subscription, change), ...prorationOf(change) };
      const invoice = await gateway.ask('invoices.preview', (stripe) =>
        stripe.invoices.createPreview({
          subscription: id,
          subscription_details: { ...details, proration_behavior: 'always_invoice' },
        }),
      );
      return {
        currency: invoice.currency,
        prorationDate: prorationDateOf(invoice),
        dueNow: invoice.total < 0 ? invoice.total : invoice.amount_due,
        lines: invoice.lines.data.map((line) => ({
          description: line.description ?? '',
          amount: line.amount,
          proration: isProration(line),
        })),
      };
    },

    async setCancelAtPeriodEnd(access, cancel) {
      const { organizationId } = access;
      const subscription = await current(organizationId);
      const ending = endingFor(subscription, cancel);
      if (ending) {
        await access.confirm('billing:manage');
        await gateway.ask('subscriptions.update', (stripe) => stripe.subscriptions.update(subscription.id, ending));
        await record(access, subscription.id, { cancelAtPeriodEnd: cancel });
      }
      await projection.refresh(organizationId);
    },

    async resume(access) {
      const subscription = await current(access.organizationId);
      await access.confirm('billing:manage');
      await bringBack(gateway, subscription);
      await record(access, subscription.id, { resume: true });
      await projection.refresh(access.organizationId);
    },
  };
}

/** Stripe charges the subscription's own payment method, else the customer's default one, else none. */
function isCharged({ paymentMethodId }: Subscription): (method: PaymentMethod) => boolean {
  return ({ id, isDefault }) => (paymentMethodId === null ? isDefault : id === paymentMethodId);
}

const bringBackFirst = ({ status }: Stripe.Subscription) =>
  `The subscription is ${status}. Bring it back before you change it: POST …/subscription/resume.`;

/** Stripe keeps a subscription in its currency, which may have been sold before, or in the dashboard only. */
function soldCurrency({ currency }: Stripe.Subscription): Currency {
  const sold = currencies.find((known) => known === currency);
  if (sold) return sold;
  const detail = `The subscription is in ${currency.toUpperCase()}, in which no plan is sold. End it, then buy one in ${currencies.join(' or ')}.`;
  throw billingErrors.change_not_possible({ detail });
}

const SEVERAL_PLANS =
  "The subscription is for several plans at once. Remove all but one of them in Stripe's dashboard.";

function isUsageOf(plan: string | undefined, price: Stripe.Price): boolean {
  const sold = soldAs(price);
  return sold?.kind === 'usage' && sold.plan === plan;
}

/** How to have a subscription end with its period, or go on. A date on which it ends may have been set in the dashboard. */
function endingFor({ cancel_at_period_end: atPeriodEnd, cancel_at: date }: Stripe.Subscription, cancel: boolean) {
  if (cancel !== atPeriodEnd) return { cancel_at_period_end: cancel };
  return cancel || date === null ? undefined : { cancel_at: '' as const };
}

/** A trial is of one plan: changing to one that has none ends it. */
function trialFor({ status }: Stripe.Subscription, { plan }: SubscriptionChange) {
  return status === 'trialing' && plan !== undefined && planOf(plan).trialDays === 0
    ? { trial_end: 'now' as const }
    : {};
}

/** Seconds are what Stripe prorates by. */
function prorationOf({ prorationDate }: SubscriptionChange): { proration_date?: number } {
  return prorationDate ? { proration_date: Math.floor(prorationDate.getTime() / 1_000) } : {};
}

function prorationDateOf({ parent, created }: Stripe.Invoice): Date {
  return instantOf(parent?.subscription_details?.subscription_proration_date ?? created);
}

function isProration({ parent }: Stripe.InvoiceLineItem): boolean {
  const details = parent?.subscription_item_details ?? parent?.invoice_item_details;
  return details?.proration ?? false;
}

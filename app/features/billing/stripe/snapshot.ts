/**
 * All that Stripe says of one customer, as the rows of the projection. Nothing here looks at an event or at our tables, so the same
 * state of Stripe always gives the same rows.
 */
import type Stripe from 'stripe';
import { isLive } from '../catalog/access.ts';
import { type Interval, intervals, isPlan, isProduct } from '../catalog/catalog.ts';
import { soldAs } from '../catalog/sold-as.ts';
import type { Invoice, PaymentMethod, Subscription } from '../schema.ts';
import { idOf, instantOf, isMissing, type StripeGateway } from './stripe.ts';

type Row<T> = Omit<T, 'organizationId'>;

export interface Snapshot {
  deleted: boolean;
  /** Of the test clock that the customer is on, if any. */
  testClockTime: Date | null;
  trialUsed: boolean;
  subscriptions: Row<Subscription>[];
  /** The latest ones, newest first; drafts aside. */
  invoices: Row<Invoice>[];
  paymentMethods: Row<PaymentMethod>[];
}

const PAGE = 100;
const MAX_CHARGES = 1_000;

/** Fetches a snapshot. @throws `payments_unavailable` */
export async function fetchSnapshot(gateway: StripeGateway, customerId: string): Promise<Snapshot> {
  const customer = await gateway
    .ask('customers.retrieve', (stripe) => stripe.customers.retrieve(customerId))
    .catch((error: unknown) => {
      if (isMissing(error)) return undefined;
      throw error;
    });
  if (!customer || customer.deleted) return GONE;
  const [subscriptions, invoices, charges, paymentMethods, testClockTime] = await Promise.all([
    gateway.ask('subscriptions.list', (stripe) =>
      stripe.subscriptions.list({ customer: customerId, status: 'all', limit: PAGE }),
    ),
    gateway.ask('invoices.list', (stripe) =>
      stripe.invoices.list({ customer: customerId, limit: PAGE, expand: ['data.payments'] }),
    ),
    fetchCharges(gateway, customerId),
    gateway.ask('payment_methods.list', (stripe) => stripe.paymentMethods.list({ customer: customerId, limit: PAGE })),
    fetchClock(gateway, customer.test_clock ?? null),
  ]);
  const issued = invoices.data.filter(({ status }) => status !== 'draft');
  const waiting = await waitingForAction(gateway, issued);
  const returned = { refunded: refundedByIntent(charges), lost: await lostIntents(gateway, charges) };
  return {
    deleted: false,
    testClockTime,
    trialUsed: subscriptions.data.some(({ trial_start }) => trial_start !== null),
    subscriptions: subscriptionRows(subscriptions.data, issued),
    invoices: issued.map((invoice) => invoiceRow(invoice, waiting.has(invoice.id), returned)),
    paymentMethods: paymentMethods.data.map((method) => paymentMethodRow(method, defaultMethodOf(customer))),
  };
}

const GONE: Snapshot = {
  deleted: true,
  testClockTime: null,
  trialUsed: false,
  subscriptions: [],
  invoices: [],
  paymentMethods: [],
};

async function fetchClock(gateway: StripeGateway, clock: string | { id: string } | null): Promise<Date | null> {
  if (clock === null) return null;
  const { frozen_time: seconds } = await gateway.ask('test_clocks.retrieve', (stripe) =>
    stripe.testHelpers.testClocks.retrieve(idOf(clock)),
  );
  return instantOf(seconds);
}

/** Which open invoices wait for a confirmation by the customer's bank (3-D Secure). */
async function waitingForAction(gateway: StripeGateway, invoices: readonly Stripe.Invoice[]): Promise<Set<string>> {
  const open = invoices.filter(({ status, attempted }) => status === 'open' && attempted);
  const waiting = await Promise.all(
    open.map(async ({ id }) => {
      const payments = await gateway.ask('invoice_payments.list', (stripe) =>
        stripe.invoicePayments.list({ invoice: id, expand: ['data.payment.payment_intent'] }),
      );
      return payments.data.some(({ payment: { payment_intent: intent } }) => {
        return typeof intent === 'object' && intent?.status === 'requires_action';
      })
        ? [id]
        : [];
    }),
  );
  return new Set(waiting.flat());
}

/** The latest ones: more than there are invoices, since each failed attempt is one too. */
function fetchCharges(gateway: StripeGateway, customer: string): Promise<Stripe.Charge[]> {
  return gateway.ask('charges.list', (stripe) =>
    stripe.charges.list({ customer, limit: PAGE }).autoPagingToArray({ limit: MAX_CHARGES }),
  );
}

/** The refunded amount of each payment, by its intent. It includes refunds by hand in the dashboard, which have no credit note. */
function refundedByIntent(charges: readonly Stripe.Charge[]): Map<string, number> {
  const refunded = new Map<string, number>();
  for (const { payment_intent: intent, amount_refunded: amount } of charges)
    if (intent && amount > 0) refunded.set(idOf(intent), (refunded.get(idOf(intent)) ?? 0) + amount);
  return refunded;
}

/** The intents of payments that the customer's bank took back for good. */
async function lostIntents(gateway: StripeGateway, charges: readonly Stripe.Charge[]): Promise<Set<string>> {
  const disputed = charges.flatMap(({ disputed, payment_intent: intent }) =>
    disputed && intent ? [idOf(intent)] : [],
  );
  const disputes = await Promise.all(
    [...new Set(disputed)].map((payment_intent) =>
      gateway.ask('disputes.list', (stripe) => stripe.disputes.list({ payment_intent, limit: PAGE })),
    ),
  );
  const lost = disputes.flatMap(({ data }) => data).filter(({ status }) => status === 'lost');
  return new Set(lost.flatMap(({ payment_intent: intent }) => (intent ? [idOf(intent)] : [])));
}

/** Refunds and disputes of payments, by their intents. */
interface Returned {
  refunded: ReadonlyMap<string, number>;
  lost: ReadonlySet<string>;
}

const intentsOf = ({ payments }: Stripe.Invoice): string[] =>
  (payments?.data ?? []).flatMap(({ payment: { payment_intent: intent } }) => (intent ? [idOf(intent)] : []));

/** Why the product of an invoice is taken back. An operator's word in its metadata counts more than a dispute. */
function withdrawalOf(invoice: Stripe.Invoice, lost: ReadonlySet<string>): string | null {
  const said = invoice.metadata?.[WITHDRAWN];
  if (said === 'true') return 'revoked';
  return said !== 'false' && intentsOf(invoice).some((intent) => lost.has(intent)) ? 'dispute_lost' : null;
}

/** The key of an invoice's metadata by which `billing revoke` takes a product back. */
export const WITHDRAWN = 'plinth_withdrawn';

function defaultMethodOf({ invoice_settings: { default_payment_method: method } }: Stripe.Customer): string | null {
  return method && idOf(method);
}

/** The one that counts: what is paid for or tried before what is not, the oldest before the rest. */
export function currentOf(subscriptions: readonly Stripe.Subscription[]): string | undefined {
  const rank = ({ status }: Stripe.Subscription) => (['trialing', 'active', 'past_due'].includes(status) ? 0 : 1);
  const live = subscriptions.filter(({ status }) => isLive(status));
  live.sort((a, b) => rank(a) - rank(b) || a.created - b.created || (a.id < b.id ? -1 : 1));
  return live[0]?.id;
}

function subscriptionRows(subscriptions: readonly Stripe.Subscription[], invoices: readonly Stripe.Invoice[]) {
  const current = currentOf(subscriptions);
  return subscriptions.map((subscription) => subscriptionRow(subscription, current, invoices));
}

function subscriptionRow(
  subscription: Stripe.Subscription,
  current: string | undefined,
  invoices: readonly Stripe.Invoice[],
): Row<Subscription> {
  const { id, status, cancel_at: cancelAt, cancel_at_period_end: atPeriodEnd } = subscription;
  const item = planItemOf(subscription);
  const periodEnd = item?.current_period_end;
  const plan = item && soldAs(item.price)?.plan;
  return {
    id,
    status,
    plan: isPlan(plan) ? plan : null,
    interval: (item && intervalOf(item.price)) ?? null,
    currency: subscription.currency,
    unitAmount: item?.price.unit_amount ?? null,
    quantity: item?.quantity ?? 0,
    itemId: item?.id ?? null,
    currentPeriodStart: instantOf(item?.current_period_start),
    currentPeriodEnd: instantOf(periodEnd),
    trialEnd: instantOf(subscription.trial_end),
    cancelAt: instantOf(cancelAt ?? (atPeriodEnd ? periodEnd : null)),
    endedAt: instantOf(subscription.ended_at),
    pastDueSince: status === 'past_due' ? overdueSince(subscription, invoices) : null,
    pendingUntil: instantOf(subscription.pending_update?.expires_at),
    paymentMethodId: subscription.default_payment_method && idOf(subscription.default_payment_method),
    cancellationReason: subscription.cancellation_details?.reason ?? null,
    superseded: isLive(status) && id !== current,
    createdAt: instantOf(subscription.created),
  };
}

/** @returns undefined for a price that is paid at intervals at which nothing is sold here, such as every two years */
export function intervalOf({ recurring }: Stripe.Price): Interval | undefined {
  return recurring?.interval_count === 1 ? intervals.find((known) => known === recurring.interval) : undefined;
}

/** The item that counts: the one that carries the plan, else the first. Others are metered usage, and what was added in the dashboard. */
export function planItemOf(subscription: Stripe.Subscription): Stripe.SubscriptionItem | undefined {
  return planItemsOf(subscription)[0] ?? subscription.items.data[0];
}

/** The items that carry a plan: one, unless somebody added another in the dashboard. */
export function planItemsOf({ items }: Stripe.Subscription): Stripe.SubscriptionItem[] {
  return items.data.filter(({ price }) => soldAs(price)?.kind === 'plan');
}

/**
 * Since when the payment is overdue that makes a subscription past due. An invoice that is sent is overdue from its due date on, one that is
 * charged from the moment at which it is final. Paying the latest invoice makes a subscription active again, whatever older ones are still
 * open (docs.stripe.com/billing/subscriptions/overview#subscription-statuses): so those say nothing about a later miss.
 */
function overdueSince(subscription: Stripe.Subscription, invoices: readonly Stripe.Invoice[]): Date {
  const own = invoices.filter((invoice) => subscriptionOf(invoice) === subscription.id);
  const settled = own.filter(({ status }) => status === 'paid' || status === 'uncollectible');
  const lastSettled = Math.max(...settled.map(({ created }) => created));
  const open = own.filter(({ status }) => status === 'open').sort((a, b) => b.created - a.created);
  const younger = open.filter(({ created }) => created > lastSettled);
  const overdue = (younger.length > 0 ? younger : open.slice(0, 1)).map(dueFrom);
  const since = overdue.length > 0 ? Math.min(...overdue) : (planItemOf(subscription)?.current_period_start ?? null);
  return instantOf(since ?? subscription.created);
}

function dueFrom({ due_date: due, status_transitions: { finalized_at: finalized }, created }: Stripe.Invoice): number {
  return due ?? finalized ?? created;
}

function subscriptionOf({ parent }: Stripe.Invoice): string | null {
  const subscription = parent?.subscription_details?.subscription;
  return subscription ? idOf(subscription) : null;
}

function invoiceRow(invoice: Stripe.Invoice, actionRequired: boolean, { refunded, lost }: Returned): Row<Invoice> {
  const product = invoice.metadata?.product;
  const bought = isProduct(product);
  return {
    id: invoice.id,
    number: invoice.number,
    status: invoice.status ?? 'open',
    currency: invoice.currency,
    total: invoice.total,
    amountPaid: invoice.amount_paid,
    amountRemaining: invoice.amount_remaining,
    // A credit note that refunds is counted in both.
    amountCredited: Math.max(invoice.post_payment_credit_notes_amount, sumOf(intentsOf(invoice), refunded)),
    description: describe(invoice.lines.data),
    subscriptionId: subscriptionOf(invoice),
    product: bought ? product : null,
    quantity: bought ? invoice.lines.data.reduce((sum, { quantity }) => sum + (quantity ?? 0), 0) : null,
    withdrawn: bought ? withdrawalOf(invoice, lost) : null,
    hostedUrl: invoice.hosted_invoice_url ?? null,
    pdfUrl: invoice.invoice_pdf ?? null,
    attemptCount: invoice.attempt_count,
    nextPaymentAttempt: instantOf(invoice.next_payment_attempt),
    actionRequired,
    paidAt: instantOf(invoice.status_transitions.paid_at),
    finalizedAt: instantOf(invoice.status_transitions.finalized_at),
    createdAt: instantOf(invoice.created),
  };
}

function sumOf(intents: readonly string[], amounts: ReadonlyMap<string, number>): number {
  return intents.reduce((sum, intent) => sum + (amounts.get(intent) ?? 0), 0);
}

/** The lines that say what an invoice is for: its debits. A change of plan begins with the credit for the old one, which nobody has bought. */
function describe(lines: readonly Stripe.InvoiceLineItem[]): string {
  const named = lines.filter(({ description }) => description);
  const debits = named.filter(({ amount }) => amount > 0);
  const [first, ...rest] = (debits.length > 0 ? debits : named).map(({ description }) => description);
  if (!first) return 'Invoice';
  return rest.length === 0 ? first : `${first} (and ${rest.length} more)`;
}

function paymentMethodRow(method: Stripe.PaymentMethod, defaultId: string | null): Row<PaymentMethod> {
  const { id, type, card } = method;
  return {
    id,
    type,
    brand: card?.brand ?? null,
    last4: card?.last4 ?? null,
    expMonth: card?.exp_month ?? null,
    expYear: card?.exp_year ?? null,
    isDefault: id === defaultId,
  };
}

/**
 * The effects of a change of the projection: emails, the audit trail. They are found by comparing what was
 * stored with what is, in the transaction that stores it; so each follows once from its transition, whichever events told of it.
 */
import { after, type Clock, DAY_MS } from '../../../platform/clock.ts';
import type { Transaction } from '../../../platform/database/database.ts';
import type { Jobs } from '../../../platform/jobs/jobs.ts';
import type { Audit, AuditAction } from '../../audit/audit.ts';
import type { EventData, Events, EventType } from '../../events/events.ts';
import { hasSeats, isLive } from '../catalog/access.ts';
import { type Interval, isPlan, planOf } from '../catalog/catalog.ts';
import type { BillingData, BillingTemplate, Contacts } from '../contacts.ts';
import type { Seats } from '../entitlement/seats.ts';
import { cancelSecondQueue } from '../queues.ts';
import type { Invoice, Subscription } from '../schema.ts';
import type { Snapshot } from '../stripe/snapshot.ts';
import type { Stored } from './stored.ts';

export interface Effects {
  /** @param before what was stored; `after` what takes its place, stored already in `tx` */
  follow(tx: Transaction, before: Stored, after: Snapshot): Promise<void>;
}

export interface EffectsOptions {
  clock: Clock;
  audit: Audit;
  events: Pick<Events, 'emit'>;
  contacts: Contacts;
  jobs: Pick<Jobs, 'enqueue'>;
  seats: Pick<Seats, 'membersChanged'>;
}

const TRIAL_NOTICE_DAYS = 3;

type SubscriptionRow = Omit<Subscription, 'organizationId'>;
type InvoiceRow = Omit<Invoice, 'organizationId'>;

export function createEffects({ clock, audit, events, contacts, jobs, seats }: EffectsOptions): Effects {
  return {
    async follow(tx, before, snapshot) {
      const { organizationId, adopted, projectedAt } = before.customer;
      // Invoices and subscriptions from before the customer was linked are history.
      if (adopted && projectedAt === null) return;
      const record = (action: AuditAction, type: string, id: string, details: Record<string, unknown>) =>
        audit.append(tx, { ownerId: organizationId, action, actor: { type: 'system' }, target: { type, id }, details });
      const emit: Follower['emit'] = (type, data) => events.emit(tx, organizationId, type, data);
      const mail: Follower['mail'] = (template, key, data) => contacts.mail(tx, organizationId, template, key, data);
      const now = snapshot.testClockTime ?? clock.now();
      const countSeats = () => seats.membersChanged(tx, organizationId);
      const follower = { record, emit, mail, countSeats, now, invoices: snapshot.invoices };

      const stored = new Map(before.subscriptions.map((row) => [row.id, row]));
      for (const row of snapshot.subscriptions) {
        const was = stored.get(row.id);
        stored.delete(row.id);
        if (row.superseded && !was?.superseded)
          await followSecond(tx, follower, before.customer.stripeCustomerId, row.id);
        // A second one counts for nothing: neither its coming nor its going is anybody's news.
        else if (!row.superseded) await followSubscription(follower, was, row);
      }
      for (const row of stored.values()) if (counts(row)) await followEnd(follower, row, { ...row, endedAt: now });
      const invoices = new Map(before.invoices.map((row) => [row.id, row]));
      for (const row of snapshot.invoices) await followInvoice(follower, invoices.get(row.id), row);
    },
  };

  async function followSecond(tx: Transaction, { record }: Follower, customerId: string, subscriptionId: string) {
    await record('subscription.second_found', 'subscription', subscriptionId, {});
    await jobs.enqueue(tx, cancelSecondQueue, { customerId, subscriptionId }, { key: subscriptionId });
  }

  async function followSubscription(follower: Follower, before: SubscriptionRow | undefined, is: SubscriptionRow) {
    const { record, emit, mail, countSeats, now } = follower;
    const was = before && counts(before) ? before : undefined;
    if (!isLive(is.status)) {
      if (was) await followEnd(follower, was, { ...is, endedAt: is.endedAt ?? now });
      return;
    }
    const terms = termsOf(is);
    if (!was) {
      await record('subscription.started', 'subscription', is.id, terms);
      await emit('subscription.started', { subscriptionId: is.id, ...terms });
    } else if (JSON.stringify(termsOf(was)) !== JSON.stringify(terms)) {
      await record('subscription.changed', 'subscription', is.id, { before: termsOf(was), after: terms });
      await emit('subscription.changed', { subscriptionId: is.id, ...terms });
    }
    // Members have not been counted while it was bought or could not be changed, nor by a plan without seats.
    const seated = hasSeats(is.status) && !(was && hasSeats(was.status));
    if (seated || was?.quantity !== is.quantity || was.plan !== is.plan) await countSeats();

    if (is.cancelAt && was?.cancelAt?.getTime() !== is.cancelAt.getTime()) {
      const endsAt = is.cancelAt.toISOString();
      await record('subscription.cancellation_scheduled', 'subscription', is.id, { endsAt });
      const owed = owedFor(is, follower.invoices);
      const [key, data] = [cancellationKey(is, is.cancelAt), { plan: planName(is), endsAt }];
      if (owed) await mail('subscription-cancelled-unpaid', key, { ...data, owed });
      else await mail('subscription-cancelled', key, data);
    } else if (!is.cancelAt && was?.cancelAt) {
      await record('subscription.resumed', 'subscription', is.id, {});
    }
    await remindOfTrial(follower, is);
  }

  async function followEnd(follower: Follower, was: SubscriptionRow, is: SubscriptionRow & { endedAt: Date }) {
    const { record, emit, mail, invoices } = follower;
    const { endedAt, cancellationReason: reason, status } = is;
    const endsAt = endedAt.toISOString();
    await record('subscription.ended', 'subscription', was.id, { plan: was.plan, endedAt: endsAt, reason });
    await emit('subscription.ended', { subscriptionId: was.id, plan: was.plan, endedAt: endsAt });
    // Readers who were told when it was scheduled are not told again, unless it ended earlier.
    if (was.cancelAt && was.cancelAt <= endedAt) return;
    const key = cancellationKey(was, endedAt);
    const plan = planName(was);
    if (status === 'incomplete_expired') await mail('subscription-not-started', key, { plan });
    else await mail(endedTemplate(reason), key, { plan, endsAt, owed: owedFor(is, invoices) });
  }

  async function remindOfTrial({ mail, now }: Follower, is: SubscriptionRow): Promise<void> {
    const { status, trialEnd, cancelAt, unitAmount, interval } = is;
    if (status !== 'trialing' || !trialEnd || cancelAt || unitAmount === null || interval === null) return;
    if (after(trialEnd, -TRIAL_NOTICE_DAYS * DAY_MS) > now) return;
    await mail('trial-ending', `trial-ending:${is.id}:${trialEnd.getTime()}`, {
      plan: planName(is),
      endsAt: trialEnd.toISOString(),
      price: { amount: unitAmount * is.quantity, currency: is.currency },
      interval: interval as Interval,
    });
  }
}

interface Follower {
  record(action: AuditAction, type: string, id: string, details: Record<string, unknown>): Promise<void>;
  emit<T extends EventType>(type: T, data: EventData<T>): Promise<void>;
  mail<T extends BillingTemplate>(template: T, key: string, data: BillingData<T>): Promise<void>;
  /** Makes the seats those of the members, after this. */
  countSeats(): Promise<void>;
  /** The customer's time: that of its test clock, if it has one. */
  now: Date;
  /** As they are now. */
  invoices: readonly InvoiceRow[];
}

/** @param reason Stripe's word */
function endedTemplate(reason: string | null) {
  if (reason === 'payment_failed') return 'subscription-ended-unpaid';
  return reason === 'payment_disputed' ? 'subscription-ended-disputed' : 'subscription-ended';
}

/** The sum of a subscription's open invoices; null if none is open. The invoice of a change that nobody has paid yet lapses with the change. */
function owedFor({ id, currency, pendingUntil }: SubscriptionRow, invoices: readonly InvoiceRow[]) {
  const lapses = ({ nextPaymentAttempt, attemptCount }: InvoiceRow) =>
    pendingUntil !== null && nextPaymentAttempt === null && attemptCount > 0;
  const open = invoices.filter((row) => row.subscriptionId === id && row.status === 'open' && !lapses(row));
  const amount = open.reduce((sum, { amountRemaining }) => sum + amountRemaining, 0);
  return amount > 0 ? { amount, currency } : null;
}

async function followInvoice(follower: Follower, was: InvoiceRow | undefined, is: InvoiceRow): Promise<void> {
  const { record, emit, mail } = follower;
  const { id, currency } = is;
  if (is.status === 'paid' && was?.status !== 'paid' && is.amountPaid > 0) {
    await record('invoice.paid', 'invoice', id, { amount: is.amountPaid, currency });
    await emit('invoice.paid', { invoiceId: id, amount: is.amountPaid, currency });
    await mail('receipt', `receipt:${id}`, {
      amount: { amount: is.amountPaid, currency },
      paidAt: (is.paidAt ?? is.createdAt).toISOString(),
      invoiceNumber: is.number ?? id,
      description: is.description,
      ...(is.hostedUrl && { url: is.hostedUrl }),
    });
  }
  if (is.status === 'open' && is.attemptCount > (was?.attemptCount ?? 0) && !is.actionRequired)
    await followFailure(follower, is);
  // Each attempt is an occasion of its own, which the bank wants confirmed.
  if (is.actionRequired && !(was?.actionRequired && was.attemptCount === is.attemptCount)) {
    await mail('payment-action-required', `payment-action-required:${id}:${is.attemptCount}`, {
      amount: { amount: is.amountRemaining, currency },
      ...(is.hostedUrl && { url: is.hostedUrl }),
    });
  }
  const { product, quantity, withdrawn: reason } = is;
  if (reason && !was?.withdrawn) await record('purchase.withdrawn', 'invoice', id, { product, quantity, reason });
  if (!reason && was?.withdrawn) await record('purchase.restored', 'invoice', id, { product, quantity });
  const credited = is.amountCredited - (was?.amountCredited ?? 0);
  if (was && credited > 0) await record('invoice.refunded', 'invoice', id, { amount: credited, currency });
}

async function followFailure({ record, emit, mail }: Follower, is: InvoiceRow): Promise<void> {
  const { id, currency } = is;
  await record('invoice.payment_failed', 'invoice', id, {
    attempt: is.attemptCount,
    amount: is.amountRemaining,
    currency,
  });
  const nextAttemptAt = is.nextPaymentAttempt?.toISOString() ?? null;
  await emit('invoice.payment_failed', {
    ...{ invoiceId: id, amount: is.amountRemaining, currency, attempt: is.attemptCount, nextAttemptAt },
  });
  await mail('payment-failed', `payment-failed:${id}:${is.attemptCount}`, {
    amount: { amount: is.amountRemaining, currency },
    nextAttemptAt,
  });
}

const counts = ({ status, superseded }: SubscriptionRow) => isLive(status) && !superseded;

const cancellationKey = ({ id }: SubscriptionRow, endsAt: Date) => `subscription-cancelled:${id}:${endsAt.getTime()}`;

function planName({ plan }: SubscriptionRow): string {
  return isPlan(plan) ? planOf(plan).name : 'subscription';
}

function termsOf({ plan, interval, quantity, currency, unitAmount }: SubscriptionRow) {
  return { plan, interval, quantity, currency, unitAmount };
}

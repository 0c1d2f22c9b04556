/**
 * Billing's tables. All but the events, the counted usage and the grants are a projection of Stripe, which can be rebuilt from it at any time;
 * only `projection.ts` writes them, beside what was told of them.
 */
import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { bytea, instant } from '../../platform/database/columns.ts';
import { keepOnCoordinator } from '../../platform/database/distribution.ts';
import { declareSecrets } from '../../platform/database/secrets.ts';
import { organizations } from '../organizations/schema.ts';

/** Stripe's customer of an organization, and who may bring its projection up to date. */
export const billingCustomers = pgTable(
  'billing_customers',
  {
    organizationId: uuid('organization_id')
      .primaryKey()
      .references(() => organizations.id, { onDelete: 'cascade' }),
    stripeCustomerId: text('stripe_customer_id').notNull(),
    createdAt: instant('created_at').notNull(),
    /** Deleted at Stripe: nothing can be bought for it any more; the next checkout makes another one. */
    deletedAt: instant('deleted_at'),
    /** The customer was there before we knew of it: what happened before tells nobody anything new. */
    adopted: boolean('adopted').notNull().default(false),
    /** Where the customer is on a test clock of Stripe: its time. Real customers have none. */
    testClockTime: instant('test_clock_time'),
    /** An organization gets one trial. */
    trialUsed: boolean('trial_used').notNull().default(false),
    /** How often a projection was asked for, and the last such count that one has answered. */
    requested: bigint('requested', { mode: 'number' }).notNull().default(0),
    projected: bigint('projected', { mode: 'number' }).notNull().default(0),
    projectedAt: instant('projected_at'),
    /** The entitlements that were told last; null if none was told yet. */
    toldEntitlements: jsonb('told_entitlements').$type<ToldEntitlements>(),
    /** The holder of the lease, or its last one: the fencing token. Only the holder may write. */
    leaseId: uuid('lease_id'),
    leasedUntil: instant('leased_until'),
    /** The request that is opening a checkout, and the latest time until which it may. */
    checkoutId: uuid('checkout_id'),
    checkoutUntil: instant('checkout_until'),
  },
  (table) => [index('billing_customers_behind_index').on(table.organizationId).where(sql`requested > projected`)],
);

/** Names of the catalog, also of an earlier release. */
export interface ToldEntitlements {
  plan: string;
  features: Record<string, boolean>;
  limits: Record<string, number | null>;
}

/** Which organization a customer of Stripe belongs to. Stays when either is deleted, so that late events find a tombstone. */
export const stripeCustomers = pgTable('stripe_customers', {
  id: text('id').primaryKey(),
  organizationId: uuid('organization_id').notNull(),
});

/** Subscriptions as Stripe has them, those that ended too. */
export const billingSubscriptions = pgTable(
  'billing_subscriptions',
  {
    organizationId: uuid('organization_id').notNull(),
    id: text('id').notNull(),
    /** Stripe's word, whichever it may come to be; `access.ts` decides what it means. */
    status: text('status').notNull(),
    /** A plan of the catalog; null: none that it knows. */
    plan: text('plan'),
    interval: text('interval'),
    currency: text('currency').notNull(),
    /** For one, in minor units of the currency. */
    unitAmount: bigint('unit_amount', { mode: 'number' }),
    quantity: integer('quantity').notNull(),
    itemId: text('item_id'),
    currentPeriodStart: instant('current_period_start'),
    currentPeriodEnd: instant('current_period_end'),
    trialEnd: instant('trial_end'),
    /** When it will end, if it will. */
    cancelAt: instant('cancel_at'),
    endedAt: instant('ended_at'),
    /** Since when a payment is overdue. */
    pastDueSince: instant('past_due_since'),
    /** A change that waits for its payment until this instant. */
    pendingUntil: instant('pending_until'),
    /** The payment method of the subscription, where it is not the customer's default. */
    paymentMethodId: text('payment_method_id'),
    /** Why it ended or will end, in Stripe's word: cancellation_requested, payment_failed, payment_disputed. */
    cancellationReason: text('cancellation_reason'),
    /** A second live one, which is being cancelled: it counts for nothing. */
    superseded: boolean('superseded').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.id] }),
    foreignKey({
      name: 'billing_subscriptions_organization_id_fk',
      columns: [table.organizationId],
      foreignColumns: [billingCustomers.organizationId],
    }).onDelete('cascade'),
    uniqueIndex('billing_subscriptions_live_key')
      .on(table.organizationId)
      .where(sql`status in ('trialing', 'active', 'past_due', 'unpaid', 'paused', 'incomplete') and not superseded`),
    // Whose grace period may have ended: a few of many.
    index('billing_subscriptions_past_due_index')
      .on(table.pastDueSince)
      .where(sql`status = 'past_due' and not superseded`),
    check('billing_subscriptions_quantity_check', sql`quantity >= 0`),
  ],
);

/** Invoices, one-off purchases included. */
export const billingInvoices = pgTable(
  'billing_invoices',
  {
    organizationId: uuid('organization_id').notNull(),
    id: text('id').notNull(),
    number: text('number'),
    status: text('status').notNull(),
    currency: text('currency').notNull(),
    /** In minor units of the currency, tax included. */
    total: bigint('total', { mode: 'number' }).notNull(),
    amountPaid: bigint('amount_paid', { mode: 'number' }).notNull(),
    amountRemaining: bigint('amount_remaining', { mode: 'number' }).notNull(),
    /** Given back after it was paid, by credit notes or by refunds without one. */
    amountCredited: bigint('amount_credited', { mode: 'number' }).notNull(),
    description: text('description').notNull(),
    subscriptionId: text('subscription_id'),
    /** A product of the catalog, where this is a purchase of one; and how many. */
    product: text('product'),
    quantity: integer('quantity'),
    /** Why the product was taken back, though it was paid: revoked, dispute_lost. */
    withdrawn: text('withdrawn'),
    hostedUrl: text('hosted_url'),
    pdfUrl: text('pdf_url'),
    attemptCount: integer('attempt_count').notNull(),
    nextPaymentAttempt: instant('next_payment_attempt'),
    /** The customer's bank asks for a confirmation. */
    actionRequired: boolean('action_required').notNull(),
    paidAt: instant('paid_at'),
    finalizedAt: instant('finalized_at'),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.id] }),
    foreignKey({
      name: 'billing_invoices_organization_id_fk',
      columns: [table.organizationId],
      foreignColumns: [billingCustomers.organizationId],
    }).onDelete('cascade'),
    index('billing_invoices_created_at_index').on(table.organizationId, table.createdAt, table.id),
  ],
);

// Whoever has such a link sees the invoice.
declareSecrets(billingInvoices, 'hosted_url', 'pdf_url');

/** Payment methods of customers, as far as they may be shown. */
export const billingPaymentMethods = pgTable(
  'billing_payment_methods',
  {
    organizationId: uuid('organization_id').notNull(),
    id: text('id').notNull(),
    type: text('type').notNull(),
    brand: text('brand'),
    last4: text('last4'),
    expMonth: integer('exp_month'),
    expYear: integer('exp_year'),
    isDefault: boolean('is_default').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.id] }),
    foreignKey({
      name: 'billing_payment_methods_organization_id_fk',
      columns: [table.organizationId],
      foreignColumns: [billingCustomers.organizationId],
    }).onDelete('cascade'),
  ],
);

/** Disputes of payments; they stay when the organization is gone. */
export const billingDisputes = pgTable('billing_disputes', {
  id: text('id').primaryKey(),
  organizationId: uuid('organization_id'),
  status: text('status').notNull(),
  reason: text('reason').notNull(),
  amount: bigint('amount', { mode: 'number' }).notNull(),
  currency: text('currency').notNull(),
  createdAt: instant('created_at').notNull(),
});

/** The inbox: events as they came. What they say is never believed; they only tell whom to ask Stripe about. */
export const stripeEvents = pgTable(
  'stripe_events',
  {
    id: text('id').primaryKey(),
    type: text('type').notNull(),
    apiVersion: text('api_version'),
    customerId: text('customer_id'),
    createdAt: instant('created_at').notNull(),
    receivedAt: instant('received_at').notNull().default(sql`clock_timestamp()`),
    /** When a projection that began after it was received was stored; or when it was found to concern nobody. */
    appliedAt: instant('applied_at'),
    payload: bytea('payload').notNull(),
  },
  (table) => [
    index('stripe_events_unapplied_index').on(table.customerId, table.receivedAt).where(sql`applied_at is null`),
    index('stripe_events_received_at_index').on(table.receivedAt),
  ],
);

/** Places where a repeated task stopped, such as polling for events. */
export const billingCursors = pgTable('billing_cursors', {
  name: text('name').primaryKey(),
  position: instant('position').notNull(),
});

/** Usage as it was reported to us, and whether Stripe knows of it. */
export const billingUsageEvents = pgTable(
  'billing_usage_events',
  {
    organizationId: uuid('organization_id')
      .notNull()
      .references(() => organizations.id, { onDelete: 'cascade' }),
    /** Also Stripe's identifier, so that reporting twice counts once. */
    id: uuid('id').notNull(),
    meter: text('meter').notNull(),
    quantity: bigint('quantity', { mode: 'number' }).notNull(),
    occurredAt: instant('occurred_at').notNull(),
    reportedAt: instant('reported_at'),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.id] }),
    index('billing_usage_events_sum_index').on(table.organizationId, table.meter, table.occurredAt),
    index('billing_usage_events_unreported_index').on(table.organizationId, table.id).where(sql`reported_at is null`),
    check('billing_usage_events_quantity_check', sql`quantity > 0`),
  ],
);

/** The usage of a limit in a calendar month (UTC). */
export const billingConsumption = pgTable(
  'billing_consumption',
  {
    organizationId: uuid('organization_id')
      .notNull()
      .references(() => organizations.id, { onDelete: 'cascade' }),
    limit: text('limit_name').notNull(),
    periodStart: instant('period_start').notNull(),
    used: bigint('used', { mode: 'number' }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.organizationId, table.limit, table.periodStart] })],
);

export type BillingCustomer = typeof billingCustomers.$inferSelect;
export type Subscription = typeof billingSubscriptions.$inferSelect;
export type Invoice = typeof billingInvoices.$inferSelect;
export type PaymentMethod = typeof billingPaymentMethods.$inferSelect;

/** What operators grant an organization beyond its plan, for a reason and until an instant. Who granted it is in the audit trail. */
export const billingGrants = pgTable(
  'billing_grants',
  {
    organizationId: uuid('organization_id')
      .notNull()
      .references(() => organizations.id, { onDelete: 'cascade' }),
    id: uuid('id').notNull(),
    /** A feature of the catalog; null: a limit. */
    feature: text('feature'),
    /** A limit of the catalog, which the grant raises by `quantity`; null: a feature. */
    limit: text('limit_name'),
    quantity: integer('quantity'),
    reason: text('reason').notNull(),
    createdAt: instant('created_at').notNull(),
    endsAt: instant('ends_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.id] }),
    check(
      'billing_grants_kind_check',
      sql`(feature is null) = (limit_name is not null) and (limit_name is null) = (quantity is null)`,
    ),
  ],
);
export type Grant = typeof billingGrants.$inferSelect;

keepOnCoordinator(billingCursors, 'every row is a task of the whole installation');
keepOnCoordinator(billingDisputes, 'it is small, and outlives organizations');
keepOnCoordinator(stripeEvents, 'it is an inbox: rows wait there for a job');

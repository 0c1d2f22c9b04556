/**
 * Billing, the public surface. Stripe owns what was bought; the tables here are a projection of it that can be rebuilt at any time, and
 * nothing is granted from anything but objects fetched from Stripe. Not here: what a product does with a plan; it asks `requireFeature`,
 * `consume`, `room` and `entitlements`.
 */
import './emails.ts';
import './emitted-events.ts';
import './settings.ts';
import './permissions.ts';
import './audit-actions.ts';
import './metrics.ts';
import { eq } from 'drizzle-orm';
import type { Clock } from '../../platform/clock.ts';
import { removeRows } from '../../platform/database/batches.ts';
import type { ChangeFeed } from '../../platform/database/changes/feed.ts';
import type { Database, Transaction } from '../../platform/database/database.ts';
import type { TolerantReads } from '../../platform/database/replica.ts';
import { defineFeature, type Replacements } from '../../platform/feature.ts';
import type { Operations } from '../../platform/http/operations/operations.ts';
import type { JobHandler, JobSchedule, Jobs } from '../../platform/jobs/jobs.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import type { Metrics } from '../../platform/telemetry/metrics.ts';
import type { Audit } from '../audit/audit.ts';
import type { Email } from '../email/email.ts';
import type { Events } from '../events/events.ts';
import type { Operator } from '../operator/operator.ts';
import type { Organizations } from '../organizations/organizations.ts';
import type { Webhooks } from '../webhooks/webhooks.ts';
import { syncCatalog } from './catalog/catalog-sync.ts';
import { createContacts } from './contacts.ts';
import { createEntitlementChanges } from './entitlement/changes.ts';
import { createEntitlements, type Entitlements } from './entitlement/entitlements.ts';
import { createGrants } from './entitlement/grants.ts';
import { createFeatureGuard } from './entitlement/guards.ts';
import { createRoom, type Room } from './entitlement/room.ts';
import { createSeats } from './entitlement/seats.ts';
import { createUsage, limitReached, type Usage } from './entitlement/usage.ts';
import { billingErrors } from './errors.ts';
import { createDisputes } from './events/disputes.ts';
import { createEndpoint } from './events/endpoint.ts';
import { handledEvents } from './events/events.ts';
import { createIntake } from './events/intake.ts';
import { billingSchedules, createBillingWorkers } from './jobs.ts';
import { createBillingFinder, createHandOperations } from './operating.ts';
import type { BillingOperations } from './operations.ts';
import type { Difference } from './projection/differences.ts';
import { createEffects } from './projection/effects.ts';
import { createLeases } from './projection/leases.ts';
import { createProjection } from './projection/projection.ts';
import { createReconciliation, type Reconciliation } from './projection/reconciliation.ts';
import { observeRevenue } from './projection/recurring-revenue.ts';
import { createCheckout } from './purchase/checkout.ts';
import { createInvoices } from './purchase/invoices.ts';
import { createPortal } from './purchase/portal.ts';
import { createRefunds } from './purchase/refunds.ts';
import { createRevocations } from './purchase/revocations.ts';
import { createSubscriptions } from './purchase/subscription.ts';
import { createTrialExtension } from './purchase/trials.ts';
import { closeQueue } from './queues.ts';
import { checkoutRoutes } from './routes/checkout.ts';
import { entitlementRoutes } from './routes/entitlements.ts';
import { invoiceRoutes } from './routes/invoices.ts';
import { operatingRoutes } from './routes/operating.ts';
import { planRoutes } from './routes/plans.ts';
import { portalRoutes } from './routes/portal.ts';
import { subscriptionRoutes } from './routes/subscription.ts';
import { usageRoutes } from './routes/usage.ts';
import { WEBHOOK_PATH, webhookRoute } from './routes/webhook.ts';
import { billingInvoices, billingUsageEvents } from './schema.ts';
import type { SeatProration } from './settings.ts';
import { createCustomers } from './stripe/customers.ts';
import { createPrices } from './stripe/prices.ts';
import { createStripeClient, createStripeGateway, type StripeClient, type StripeSettings } from './stripe/stripe.ts';

export { billingErrors } from './errors.ts';

export interface BillingSettings extends StripeSettings {
  /** Empty: the webhook is off, and changes arrive by polling. */
  stripeWebhookSecret: readonly string[];
  billingGraceDays: number;
  billingSeatsFollowMembers: boolean;
  billingSeatProration: SeatProration;
  billingAutomaticTax: boolean;
  corsOrigins: readonly string[];
  appUrl: string;
  apiUrl: string;
}

export interface BillingOptions {
  db: Database;
  /** For lists that may be some seconds old. */
  reads: TolerantReads;
  clock: Clock;
  feed: ChangeFeed;
  jobs: Jobs;
  audit: Audit;
  email: Pick<Email, 'sendEmail'>;
  events: Pick<Events, 'emit'>;
  operator: Pick<Operator, 'guard' | 'looks' | 'follow' | 'isOn'>;
  organizations: Pick<Organizations, 'authorization' | 'follow' | 'forOperators'>;
  webhooks: Pick<Webhooks, 'follow'>;
  metrics: Metrics;
  logger: Logger;
  config: BillingSettings;
  replacements: Replacements;
}

declare module '../../platform/feature.ts' {
  interface Replacements {
    /** Another way to Stripe. */
    stripe?: StripeClient;
  }
}

export interface Billing {
  readonly entitlements: Entitlements;
  readonly usage: Pick<Usage, 'consume' | 'record'>;
  /** Limits on how many things an organization has. */
  readonly room: Pick<Room, 'countBy' | 'require'>;
  /** A `preHandler` of routes that a plan must include. */
  readonly requireFeature: ReturnType<typeof createFeatureGuard>;
  readonly handlers: readonly JobHandler[];
  readonly schedules: readonly JobSchedule[];
  routes(operations: Operations): void;
  /** Warns of a webhook endpoint that is not as it should be. */
  warn(): Promise<void>;
  /** For operators. */
  readonly operations: BillingOperations;
}

export function createBilling(options: BillingOptions): Billing {
  const { db, clock, feed, jobs, audit, events, metrics, logger, config: settings } = options;
  const { authorization, follow } = options.organizations;
  const client = options.replacements.stripe ?? createStripeClient(settings);
  const enabled = client !== undefined;

  const gateway = createStripeGateway({ client, metrics, logger });
  const contacts = createContacts({ email: options.email, appUrl: settings.appUrl });
  const graceDays = settings.billingGraceDays;
  const entitlements = createEntitlements({ db, clock, feed, graceDays });
  const entitlementChanges = createEntitlementChanges({ db, clock, events, entitlements, graceDays, logger });
  const requireFeature = createFeatureGuard(entitlements);
  const customers = createCustomers({ db, gateway, audit });
  const leases = createLeases({ db, clock });
  const { billingSeatsFollowMembers: followMembers, billingSeatProration: proration } = settings;
  const seats = createSeats({ db, jobs, gateway, customers, followMembers, proration });
  const room = createRoom({ db, entitlements });
  room.countBy('members', (_executor, organizationId) => seats.count(organizationId));
  const effects = createEffects({ clock, audit, events, contacts, jobs, seats });
  const projection = createProjection({ db, clock, gateway, leases, effects, entitlementChanges, metrics });
  const intake = createIntake({ db, jobs, clock, metrics, secrets: settings.stripeWebhookSecret });
  const usage = createUsage({ db, clock, jobs, events, gateway, customers, entitlements, contacts });
  const reconciliation = createReconciliation({
    ...{ db, clock, gateway, intake, projection, usage, seats, metrics, logger, enabled },
  });
  const prices = createPrices({ gateway });
  const automaticTax = settings.billingAutomaticTax;
  const checkout = createCheckout({
    ...{ db, clock, gateway, customers, prices, seats, projection, audit, automaticTax },
  });
  const subscriptions = createSubscriptions({ db, clock, gateway, customers, prices, seats, projection, audit });
  const disputes = createDisputes({ db, jobs, gateway, customers, audit, logger });
  const endpoint = createEndpoint({ gateway, url: `${settings.apiUrl}${WEBHOOK_PATH}` });
  observeRevenue(db, metrics);
  options.operator.follow(createBillingFinder(db));
  const refund = createRefunds({ db, gateway, projection });
  const grants = createGrants({ db, clock, audit, entitlementChanges });
  const extendTrial = createTrialExtension({ clock, gateway, customers, projection });
  const closing = async (tx: Transaction, organizationId: string, now: boolean) => {
    const customerId = await customers.find(organizationId);
    if (customerId !== undefined) await jobs.enqueue(tx, closeQueue, { customerId, now });
  };
  follow({
    membersChanged: (tx, organizationId) => seats.membersChanged(tx, organizationId),
    async requireSeats(organizationId, members) {
      const { limits } = await entitlements.of(organizationId);
      if (limits.members !== null && members > limits.members) throw limitReached('members', limits.members);
    },
    seatErrors: [billingErrors.limit_reached],
    guardTrailExport: (guard) => requireFeature(guard, 'auditExport'),
    // The subscription ends with the paid period, or now.
    deletionRequested: (tx, organizationId) => closing(tx, organizationId, false),
    purging: (tx, organizationId) => closing(tx, organizationId, true),
    async emptying(organizationId) {
      const { organizationId: owner, id: usageId } = billingUsageEvents;
      await removeRows(db, { from: billingUsageEvents, where: eq(owner, organizationId), by: usageId });
      const { organizationId: payer, id: invoiceId } = billingInvoices;
      await removeRows(db, { from: billingInvoices, where: eq(payer, organizationId), by: invoiceId });
    },
  });
  options.webhooks.follow({
    async requireEndpoints(organizationId, endpoints) {
      const allowed = (await entitlements.of(organizationId)).limits.webhookEndpoints;
      if (allowed !== null && endpoints > allowed) throw limitReached('webhookEndpoints', allowed);
    },
    errors: [billingErrors.limit_reached],
  });

  return {
    entitlements,
    usage,
    room,
    requireFeature,
    handlers: createBillingWorkers({
      ...{ db, jobs, gateway, customers, leases, projection, disputes, reconciliation, seats, usage },
      entitlementChanges,
    }),
    schedules: billingSchedules,
    routes(operations) {
      const { appUrl } = settings;
      const returnTo = returnToOrigins([new URL(appUrl).origin, ...settings.corsOrigins]);
      planRoutes(operations);
      checkoutRoutes(operations, { authorization, checkout, returnTo, appUrl });
      portalRoutes(operations, {
        authorization,
        portal: createPortal({ gateway, customers, projection }),
        ...{ returnTo, appUrl },
      });
      subscriptionRoutes(operations, { authorization, subscriptions });
      entitlementRoutes(operations, { authorization, entitlements, usage, room });
      const invoices = createInvoices(options.reads);
      invoiceRoutes(operations, { authorization, invoices });
      if (options.operator.isOn)
        operatingRoutes(operations, {
          ...{ ...options, customers, subscriptions, entitlements, invoices, refund },
          ...{ grants, extendTrial },
        });
      usageRoutes(operations, { authorization, usage });
      webhookRoute(operations, settings.stripeWebhookSecret.length > 0 ? intake : undefined);
    },
    async warn() {
      if (enabled) await warnOfEndpoint(endpoint.check, logger);
    },
    operations: {
      enabled,
      webhookEvents: handledEvents,
      async syncCatalog({ apply }) {
        if (!client) throw new Error('billing is off: set STRIPE_SECRET_KEY');
        return syncCatalog(await client(), { apply });
      },
      reconcile: (how) => reconcile(reconciliation, how),
      refund,
      ...createHandOperations({ db, audit, grants, extendTrial }),
      revoke: createRevocations({ db, gateway, projection }),
      checkEndpoint: endpoint.check,
      setUpEndpoint: endpoint.setUp,
    },
  };
}

/** Stripe's pages may send people back to these origins alone. */
function returnToOrigins(origins: readonly string[]) {
  const allowed = [...new Set(origins)];
  return (url: string) => {
    if (allowed.includes(new URL(url).origin)) return url;
    throw billingErrors.redirect_not_allowed({ detail: `Allowed: ${allowed.join(', ')}.` });
  };
}

/** Warns of faults that keep Stripe from sending us events. */
async function warnOfEndpoint(check: () => Promise<string[]>, logger: Logger): Promise<void> {
  try {
    for (const fault of await check()) logger.warn(fault);
  } catch (err) {
    logger.warn({ err }, 'the webhook endpoint at Stripe could not be checked');
  }
}

async function reconcile(
  { poll, sweep }: Reconciliation,
  { apply, found }: { apply: boolean; found?: (difference: Difference) => void },
) {
  const events = apply ? await poll() : 0;
  return { events, ...(await sweep({ apply, ...(found && { found }) })) };
}

export const billing = defineFeature({
  needs: ['audit', 'email', 'events', 'accounts', 'operator', 'organizations', 'webhooks'],
  folders: ['catalog', 'stripe', 'events', 'entitlement', 'projection', 'purchase'],
  create: createBilling,
  commands: () => import('./commands.ts'),
  checks: () => import('./checks.ts'),
  development: () => import('./development.ts'),
});

/** The environment of traces: a database for all of them; for each an organization, a Stripe and a clock of its own. */
import { sql } from 'drizzle-orm';
import Stripe from 'stripe';
import { createStripeSandbox, type StripeSandbox } from 'stripe-sandbox';
import { createTestClock, type TestClock } from '../../../../../test/clock.ts';
import { createTestDatabase } from '../../../../../test/database.ts';
import { deafFeed as feed } from '../../../../platform/database/changes/testing/deaf-feed.ts';
import { type Database, openDatabase } from '../../../../platform/database/database.ts';
import type { JobHandler } from '../../../../platform/jobs/jobs.ts';
import { newId } from '../../../../platform/security/random.ts';
import { createSealer } from '../../../../platform/security/sealing.ts';
import { createLogger } from '../../../../platform/telemetry/logger.ts';
import { createMetrics } from '../../../../platform/telemetry/metrics.ts';
import { users } from '../../../accounts/schema.ts';
import { createAudit } from '../../../audit/audit.ts';
import { createCapturingTransport, createEmail } from '../../../email/email.ts';
import { createEvents } from '../../../events/events.ts';
import type { OrganizationAccess } from '../../../organizations/organizations.ts';
import { memberships, organizations } from '../../../organizations/schema.ts';
import { syncCatalog } from '../../catalog/catalog-sync.ts';
import { createContacts } from '../../contacts.ts';
import { createEntitlementChanges } from '../../entitlement/changes.ts';
import { createEntitlements } from '../../entitlement/entitlements.ts';
import { createSeats, type Seats } from '../../entitlement/seats.ts';
import { createUsage } from '../../entitlement/usage.ts';
import { createDisputes } from '../../events/disputes.ts';
import { createIntake, type Intake } from '../../events/intake.ts';
import { createBillingWorkers } from '../../jobs.ts';
import { createEffects } from '../../projection/effects.ts';
import { createLeases } from '../../projection/leases.ts';
import { createProjection, type Projection } from '../../projection/projection.ts';
import { createReconciliation, type Reconciliation } from '../../projection/reconciliation.ts';
import { type Checkout, createCheckout } from '../../purchase/checkout.ts';
import { type Customers, createCustomers } from '../../stripe/customers.ts';
import { createPrices } from '../../stripe/prices.ts';
import { createStripeGateway, type StripeGateway } from '../../stripe/stripe.ts';
import { createLife, type Life, mortalDatabase, mortalHttpClient } from './life.ts';
import { createQueueTable, traceJobs } from './queue.ts';

export const SECRET = 'whsec_of_the_traces';

export interface Environment {
  readonly db: Database;
  /** A customer's world, empty. */
  open(seed: number): Promise<World>;
  close(): Promise<void>;
}

export interface World {
  readonly db: Database;
  readonly organizationId: string;
  readonly clock: TestClock;
  readonly sandbox: StripeSandbox;
  /** The actions that people have in Stripe's dashboard. */
  readonly stripe: Stripe;
  readonly access: OrganizationAccess;
  /** A process of the service. */
  start(life?: Life): Process;
}

export interface Process {
  readonly gateway: StripeGateway;
  readonly customers: Customers;
  readonly checkout: Checkout;
  readonly intake: Intake;
  readonly projection: Projection;
  readonly reconciliation: Reconciliation;
  readonly seats: Seats;
  readonly handlers: readonly JobHandler[];
}

const START = new Date('2026-11-22T12:00:00Z');
const APP_URL = 'https://app.example.com';

export async function createEnvironment(): Promise<Environment> {
  const database = await createTestDatabase();
  const options = { poolSize: 4, lanes: 1, preparedStatements: true, statementTimeoutMs: 10_000 };
  const db = openDatabase({ url: database.url, applicationName: 'traces', ...options });
  await createQueueTable(db);
  const metrics = createMetrics({ release: 'test' }, { runtime: false });
  const logger = createLogger({ level: 'silent', release: 'test' });
  const transport = createCapturingTransport(() => ({ kind: 'accepted', response: '250 ok' }));
  const sealer = createSealer(['a-secret-of-the-traces-0123456789abcdef']);

  return {
    db,
    async close() {
      await db.$client.end();
      await database.close();
    },

    async open(seed) {
      const clock = createTestClock(START);
      const sandbox = createStripeSandbox({
        seed,
        startAt: START.getTime() / 1_000,
        deliveries: 'manual',
        webhooks: [{ url: 'https://api.example.com/v1/webhooks/stripe', secret: SECRET }],
      });
      const connect = (httpClient: typeof sandbox.httpClient) =>
        new Stripe('sk_test_sandbox', { httpClient, maxNetworkRetries: 0 });
      const stripe = connect(sandbox.httpClient);
      await syncCatalog(stripe, { apply: true });
      for (const { id } of sandbox.deliveries.pending()) sandbox.deliveries.settle(id, 200);
      const { organizationId, userId } = await found(db, clock.now());
      await db.execute(sql`delete from trace_jobs`);
      await db.execute(sql`delete from billing_cursors`);

      return {
        db,
        organizationId,
        clock,
        sandbox,
        stripe,
        access: {
          organizationId,
          userId,
          permissions: new Set(),
          expiresAt: null,
          actor: { type: 'user', id: userId },
          origin: { requestId: 'trace', ipAddress: '127.0.0.1', userAgent: null },
          // These traces never take a permission away.
          async confirm() {},
        } as unknown as OrganizationAccess,
        start(life = createLife(0)) {
          const mortal = mortalDatabase(db, life);
          const client = connect(mortalHttpClient(sandbox.httpClient, life));
          const gateway = createStripeGateway({ client: async () => client, metrics, logger });
          const audit = createAudit({ db: mortal, reads: (read) => read(mortal), clock, sealer, logger });
          const events = createEvents({
            ...{ db: mortal, reads: (read) => read(mortal), clock, metrics, config: { eventRetentionDays: 30 } },
          });
          const email = createEmail({
            ...{ db: mortal, feed, jobs: traceJobs, sealer, clock, metrics, logger, transport },
            productName: 'Plinth',
            ...{ from: 'Plinth <no-reply@example.com>', appUrl: APP_URL, apiUrl: 'https://api.example.com' },
          });
          const contacts = createContacts({ email, appUrl: APP_URL });
          const customers = createCustomers({ db: mortal, gateway, audit });
          const leases = createLeases({ db: mortal, clock });
          const seats = createSeats({
            ...{ db: mortal, jobs: traceJobs, gateway, customers, followMembers: true, proration: 'next_invoice' },
          });
          const effects = createEffects({ clock, audit, events, contacts, jobs: traceJobs, seats });
          const entitlements = createEntitlements({ db: mortal, clock, feed, graceDays: 7 });
          const entitlementChanges = createEntitlementChanges({
            ...{ db: mortal, clock, events, entitlements, graceDays: 7, logger },
          });
          const projection = createProjection({
            ...{ db: mortal, clock, gateway, leases, effects, entitlementChanges, metrics },
          });
          const intake = createIntake({ db: mortal, jobs: traceJobs, clock, metrics, secrets: [SECRET] });
          const common = { db: mortal, clock, jobs: traceJobs, events, gateway, customers };
          const usage = createUsage({ ...common, entitlements, contacts });
          const reconciliation = createReconciliation({
            ...{ db: mortal, clock, gateway, intake, projection, usage, seats, metrics, logger, enabled: true },
          });
          const prices = createPrices({ gateway });
          const disputes = createDisputes({ db: mortal, jobs: traceJobs, gateway, customers, audit, logger });
          const checkout = createCheckout({ ...common, prices, seats, projection, audit, automaticTax: false });
          const handlers = createBillingWorkers({
            ...common,
            leases,
            projection,
            disputes,
            reconciliation,
            seats,
            usage,
            entitlementChanges,
          });
          return { gateway, customers, checkout, intake, projection, reconciliation, seats, handlers };
        },
      };
    },
  };
}

async function found(db: Database, now: Date): Promise<{ organizationId: string; userId: string }> {
  const [organizationId, userId] = [newId(), newId()];
  const times = { createdAt: now, updatedAt: now };
  const email = `${userId}@example.com`;
  await db.insert(users).values({ id: userId, email, name: 'Ada', locale: 'en', ...times });
  const organization = { id: organizationId, name: 'Engines', slug: organizationId, personal: false };
  await db.insert(organizations).values({ ...organization, ...times });
  await db.insert(memberships).values({ organizationId, userId, role: 'owner', createdAt: now });
  return { organizationId, userId };
}

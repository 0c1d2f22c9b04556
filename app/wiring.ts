/** Builds every dependency once, in order, and closes them in reverse. Plain code: what is not here is not there. */
import { availableParallelism } from 'node:os';
import type { StandIns } from '../dev/stand-ins.ts';
import type { CompleteConfig, Config } from './config.ts';

import { type Accounts, createAccounts } from './features/accounts/accounts.ts';
import { type Audit, createAudit } from './features/audit/audit.ts';
import { type Billing, createBilling, type StripeClient } from './features/billing/billing.ts';
import { createEmail, createSmtpTransport, type Email, type EmailTransport } from './features/email/email.ts';
import { createOrganizations, type Organizations } from './features/organizations/organizations.ts';
import { createHousekeeping } from './housekeeping.ts';
import { type Clock, systemClock } from './platform/clock.ts';
import type { Database } from './platform/database/database.ts';
import type { Notifications } from './platform/database/notifications.ts';
import type { HttpServer } from './platform/http/fastify.ts';
import { createIdempotency, type Idempotency } from './platform/http/idempotency.ts';
import { type Cursors, createCursors } from './platform/http/pagination.ts';
import { createJobs, type JobHandler, type Jobs } from './platform/jobs/jobs.ts';
import type { Redis } from './platform/redis.ts';
import { createPasswordHasher } from './platform/security/password-hashing.ts';
import { createSealer } from './platform/security/sealing.ts';
import { type ErrorReports, noErrorReports } from './platform/telemetry/error-reports.ts';
import type { Logger } from './platform/telemetry/logger.ts';
import { createMetrics, type Metrics } from './platform/telemetry/metrics.ts';
import { observeCertificates, observeDisk } from './platform/telemetry/surroundings.ts';

import { openStores } from './stores.ts';

export type Role = 'api' | 'worker' | 'all';

export interface Service {
  readonly config: CompleteConfig;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly errors: ErrorReports;
  readonly clock: Clock;
  readonly db: Database;
  /** Where there is a replica. */
  readonly replica: Database | undefined;
  /** Where there is a Redis. */
  readonly redis: Redis | undefined;
  readonly notifications: Notifications;
  readonly jobs: Jobs;
  readonly idempotency: Idempotency;
  readonly cursors: Cursors;
  readonly audit: Audit;
  readonly email: Email;
  readonly accounts: Accounts;
  readonly organizations: Organizations;
  readonly billing: Billing;
  readonly housekeeping: JobHandler;
  /** Pages for development; absent in production. */
  readonly development: { routes(app: HttpServer): Promise<void> } | undefined;
  /** Whether the process is about to stop. */
  draining(): boolean;
  drain(): void;
  /** Closes in the reverse order of building. `timeoutMs`: for jobs that run. */
  close(timeoutMs: number): Promise<void>;
}

export interface ServiceOptions {
  config: CompleteConfig;
  role: Role;
  logger: Logger;
  /** Where unexpected errors are reported; nowhere if absent. */
  errors?: ErrorReports;
  /** For tests; real ones if absent. */
  clock?: Clock;
  transport?: EmailTransport;
  stripe?: StripeClient;
  runtimeMetrics?: boolean;
}

/**
 * Fills what development may leave out by starting stand-ins (`dev/`). Elsewhere nothing is started: `readConfig` has refused what
 * is missing.
 */
export async function completeConfig(
  config: Config,
  logger: Logger,
): Promise<{ config: CompleteConfig; standIns?: StandIns }> {
  if (config.appEnv !== 'development' || isComplete(config)) return { config: config as CompleteConfig };
  const { startStandIns } = await import('../dev/stand-ins.ts');
  return startStandIns(config, logger);
}

/** Whether everything that development would stand in for is there already, as it is under Docker Compose. */
function isComplete({ databaseUrl, smtpUrl, apiUrl, appUrl, stripeSecretKey, stripeApiBase }: Config): boolean {
  return Boolean(databaseUrl && smtpUrl && apiUrl && appUrl && (stripeSecretKey || stripeApiBase));
}

/** The same for a command, which starts nothing: in development it uses what the running service has started. */
export async function findConfig(config: Config): Promise<CompleteConfig> {
  if (config.appEnv !== 'development' || isComplete(config)) return config as CompleteConfig;
  const { findStandIns } = await import('../dev/stand-ins.ts');
  return findStandIns(config);
}

/** Builds the service. Nothing listens yet; nothing connects before `start` or first use. */
export async function createService({ config, role, logger, ...options }: ServiceOptions): Promise<Service> {
  const closers: ((timeoutMs: number) => Promise<unknown>)[] = [];
  let draining = false;

  const { clock = systemClock, errors = noErrorReports } = options;
  const metrics = createMetrics({ release: config.release }, { runtime: options.runtimeMetrics ?? true });
  const { db, replica, reads, redis, rateLimits, notifications, directUrl } = await openStores({
    ...{ config, role, clock, logger, metrics, closers },
  });
  observeDisk(metrics);

  // Where nobody has a certificate, nobody is asked for one.
  if (role !== 'api' && !['development', 'test'].includes(config.appEnv)) {
    const stop = observeCertificates(metrics, { api: config.apiUrl, app: config.appUrl });
    closers.push(async () => stop());
  }

  const jobs = createJobs({ url: directUrl, db, worker: role !== 'api', logger, metrics, errors });

  const sealer = createSealer(config.appSecret);
  const cursors = createCursors(sealer);
  const idempotency = createIdempotency({ db, clock, sealer });
  const housekeeping = createHousekeeping({ db, clock, idempotency, logger });
  const hasher = await createPasswordHasher({
    memoryKib: config.passwordHashMemoryKib,
    iterations: config.passwordHashIterations,
    parallelism: config.passwordHashParallelism,
    concurrency: availableParallelism(),
    queueLimit: config.passwordHashQueue,
    metrics,
  });

  const audit = createAudit({ db, reads, clock });

  const transport = options.transport ?? createSmtpTransport({ url: config.smtpUrl });
  closers.push(() => transport.close());
  // Only now, so that running jobs finish before anything that they use is closed.
  closers.push((timeoutMs) => jobs.close(timeoutMs));
  const { sesTopicArns, postmarkWebhookAuth, resendWebhookSecret } = config;
  const email = createEmail({
    db,
    jobs,
    sealer,
    clock,
    metrics,
    logger,
    transport,
    from: config.emailFrom,
    appUrl: config.appUrl,
    apiUrl: config.apiUrl,
    webhooks: {
      ses: sesTopicArns.length > 0 ? { topicArns: sesTopicArns } : undefined,
      postmark:
        postmarkWebhookAuth.length > 0
          ? { credentials: postmarkWebhookAuth, sources: config.postmarkWebhookSources }
          : undefined,
      resend: resendWebhookSecret.length > 0 ? { secrets: resendWebhookSecret } : undefined,
    },
  });

  const accounts = createAccounts({
    db,
    clock,
    sealer,
    notifications,
    jobs,
    hasher,
    rateLimits,
    audit,
    email,
    metrics,
    logger,
    settings: config,
    followers: {
      verified: (tx, user) => organizations.welcome(tx, user),
      deletionRequested: (tx, userId) => organizations.requireSuccessors(tx, userId),
      purging: (userId) => organizations.forgetUser(userId),
      exportFor: (userId) => ({ organizations: organizations.exportFor(userId) }),
    },
  });

  const { appUrl } = config;
  const organizations = createOrganizations({
    db,
    clock,
    rateLimits,
    accounts,
    audit,
    email,
    logger,
    appUrl,
    followers: {
      requireSeats: (organizationId, members) => billing.requireSeats(organizationId, members),
      membersChanged: (tx, organizationId) => billing.membersChanged(tx, organizationId),
      deletionRequested: (tx, organizationId) => billing.closing(tx, organizationId, 'requested'),
      purging: (tx, organizationId) => billing.closing(tx, organizationId, 'purged'),
      emptying: (organizationId) => billing.empty(organizationId),
    },
  });

  const billing = createBilling({
    db,
    reads,
    clock,
    notifications,
    jobs,
    audit,
    email,
    organizations,
    metrics,
    logger,
    settings: config,
    ...(options.stripe && { stripe: options.stripe }),
  });

  const development =
    config.appEnv === 'development' ? (await import('../dev/pages.ts')).createDevelopmentPages(config) : undefined;

  return {
    config,
    logger,
    metrics,
    errors,
    clock,
    db,
    replica,
    redis,
    notifications,
    jobs,
    idempotency,
    cursors,
    audit,
    email,
    accounts,
    organizations,
    billing,
    housekeeping,
    development,
    draining: () => draining,
    drain: () => {
      draining = true;
    },
    async close(timeoutMs) {
      for (const close of closers.reverse()) {
        await close(timeoutMs).catch((err: unknown) => logger.warn({ err }, 'a part did not close cleanly'));
      }
    },
  };
}

/** Connects what is needed before requests or jobs: notifications, the job queue, what accounts keeps in memory. */
export async function startService(service: Service): Promise<void> {
  await service.accounts.start();
  await service.billing.start();
  await service.redis?.start();
  await service.notifications.start();
  await service.jobs.start();
}

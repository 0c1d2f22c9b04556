/**
 * Outgoing webhooks, the public surface: endpoints of organizations, and delivering events to them (https://www.standardwebhooks.com).
 * Not here: what happens (`events`), and webhooks that others send to us.
 */
import './emails.ts';
import './settings.ts';
import './permissions.ts';
import './audit-actions.ts';
import './metrics.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import type { Notifications } from '../../platform/database/notifications.ts';
import type { TolerantReads } from '../../platform/database/replica.ts';
import { defineFeature } from '../../platform/feature.ts';
import type { Operations } from '../../platform/http/operations/operations.ts';
import type { JobHandler, JobSchedule } from '../../platform/jobs/jobs.ts';
import type { RateLimits } from '../../platform/security/rate-limits.ts';
import type { Sealer } from '../../platform/security/sealing.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import type { Metrics } from '../../platform/telemetry/metrics.ts';
import type { Audit } from '../audit/audit.ts';
import { type Events, eventRoutes } from '../events/events.ts';
import { ORGANIZATION_PATH, type Organizations, organizationParams } from '../organizations/organizations.ts';
import { addDeliveries, createDeliveries } from './deliveries.ts';
import { fanOut } from './dispatch/claims.ts';
import { createDisabling } from './dispatch/disabling.ts';
import { createDispatcher } from './dispatch/dispatcher.ts';
import { createEndpoints } from './endpoints.ts';
import { createWebhookFollowers, type WebhookFollower } from './followers.ts';
import { observeEndpoints } from './observation.ts';
import { createWebhookOperations, type WebhookOperations } from './operations.ts';
import { createRetention, forget, retainSchedule } from './retention.ts';
import { deliveryRoutes } from './routes/deliveries.ts';
import { endpointRoutes } from './routes/endpoints.ts';
import { createSender } from './sending/sender.ts';
import { createTrials } from './trials.ts';

export interface WebhooksOptions {
  db: Database;
  /** For lists that may be some seconds old. */
  reads: TolerantReads;
  clock: Clock;
  notifications: Notifications;
  sealer: Sealer;
  rateLimits: RateLimits;
  audit: Audit;
  events: Pick<Events, 'alongside' | 'list'>;
  organizations: Pick<Organizations, 'authorization' | 'follow' | 'sendToMembers'>;
  metrics: Metrics;
  logger: Logger;
  config: {
    appEnv: string;
    appUrl: string;
    productName: string;
    eventRetentionDays: number;
    webhookPorts: readonly number[];
    webhookProxyUrl?: string | undefined;
    webhookTimeoutSeconds: number;
    webhookConcurrency: number;
  };
}

export interface Webhooks {
  readonly handlers: readonly JobHandler[];
  readonly schedules: readonly JobSchedule[];
  routes(operations: Operations): void;
  /** Begins to listen for what is due. */
  start(): Promise<void>;
  /** Begins to deliver, in a worker. */
  work(): void;
  close(timeoutMs: number): Promise<void>;
  /** Adds a later feature that decides about webhooks. */
  follow(follower: WebhookFollower): void;
  /** For operators. */
  readonly operations: WebhookOperations;
}

/** Per organization: test deliveries, deliveries that are sent again, and replays, each of which may store thousands of rows. */
const TRIALS = { name: 'webhook_test', limit: 30, windowSeconds: 60 };
const RETRIES = { name: 'webhook_retry', limit: 120, windowSeconds: 60 };
const REPLAYS = { name: 'webhook_replay', limit: 20, windowSeconds: 3_600 };

export function createWebhooks(options: WebhooksOptions): Webhooks {
  const { db, reads, clock, sealer, audit, events, metrics, logger, config, notifications } = options;
  const { authorization, follow, sendToMembers } = options.organizations;
  const loopback = ['development', 'test'].includes(config.appEnv);
  const rules = { ports: config.webhookPorts, loopback };
  const timeoutMs = config.webhookTimeoutSeconds * 1_000;
  const { webhookProxyUrl: proxyUrl, productName } = config;
  const sender = createSender({ rules, timeoutMs, proxyUrl, userAgent: `${productName} webhooks` });
  const followers = createWebhookFollowers();
  const endpoints = createEndpoints({ db, clock, audit, sealer, rules, followers });
  const deliveries = createDeliveries({ db, reads, clock, audit, endpoints });
  const disabling = createDisabling({ db, clock, audit, sendToMembers, appUrl: config.appUrl });
  const dispatcher = createDispatcher({
    ...{ db, clock, notifications, sealer, sender, disabling, metrics, logger },
    concurrency: config.webhookConcurrency,
  });
  events.alongside('deliveries', fanOut);
  observeEndpoints(db, clock, metrics);
  follow({ emptying: (organizationId) => forget(db, organizationId) });

  return {
    follow: followers.add,
    handlers: [createRetention({ db, clock, days: config.eventRetentionDays })],
    schedules: [retainSchedule],
    routes(operations) {
      const guard = authorization.needs('webhooks:read');
      eventRoutes(operations, events.list, { path: ORGANIZATION_PATH, params: organizationParams, guard });
      const tryEndpoint = createTrials({ db, clock, audit, sealer, sender, endpoints });
      const trials = options.rateLimits(TRIALS);
      endpointRoutes(operations, { authorization, endpoints, followers, tryEndpoint, trials });
      const [retries, replays] = [options.rateLimits(RETRIES), options.rateLimits(REPLAYS)];
      deliveryRoutes(operations, { authorization, deliveries, retries, replays });
    },
    start: () => dispatcher.listen(),
    work: () => dispatcher.start(),
    async close(patienceMs) {
      await dispatcher.close(patienceMs);
      await sender.close();
    },
    operations: createWebhookOperations({
      ...{ db, clock, sealer, disabling },
      addReplayed: (organizationId, id, since) =>
        db.transaction((tx) => addDeliveries(tx, organizationId, id, { since }, clock.now())),
    }),
  };
}

export const webhooks = defineFeature({
  needs: ['audit', 'email', 'events', 'accounts', 'organizations'],
  folders: ['sending', 'dispatch', 'routes'],
  create: createWebhooks,
  commands: () => import('./commands.ts'),
  checks: () => import('./checks.ts'),
  development: () => import('./development.ts'),
});

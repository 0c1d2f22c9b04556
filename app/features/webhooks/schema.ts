import { sql } from 'drizzle-orm';
import { boolean, check, index, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { bytea, instant } from '../../platform/database/columns.ts';
import { organizations } from '../organizations/schema.ts';

/** Why an endpoint is disabled: by somebody who may manage it, by its receiver (410), after five days without success, by an operator. */
export const disabledReasons = ['request', 'gone', 'failing', 'operator'] as const;
export type DisabledReason = (typeof disabledReasons)[number];

/** Where an organization wants to be told of its events. */
export const webhookEndpoints = pgTable(
  'webhook_endpoints',
  {
    organizationId: uuid('organization_id')
      .notNull()
      .references(() => organizations.id, { onDelete: 'cascade' }),
    id: uuid('id').notNull(),
    url: text('url').notNull(),
    description: text('description').notNull(),
    /** null: all types, those of later releases too. */
    eventTypes: text('event_types').array(),
    enabled: boolean('enabled').notNull(),
    disabledReason: text('disabled_reason').$type<DisabledReason>(),
    disabledAt: instant('disabled_at'),
    /** The signing secret, sealed; and the one before, which signs too until its time is over. */
    secret: bytea('secret').notNull(),
    previousSecret: bytea('previous_secret'),
    previousSecretUntil: instant('previous_secret_until'),
    createdBy: uuid('created_by').notNull(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
    /** Failed attempts in a row, and until when there are none because of them. */
    failures: integer('failures').notNull().default(0),
    pausedUntil: instant('paused_until'),
    /** The first failed attempt since the last success; and when those who manage it were warned. */
    failingSince: instant('failing_since'),
    warnedAt: instant('warned_at'),
    /** The worker that sends to it, and until when no other one may, by the clock of the database. */
    leaseId: uuid('lease_id'),
    leasedUntil: instant('leased_until'),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.id] }),
    index('webhook_endpoints_lease_index').on(table.leaseId).where(sql`lease_id is not null`),
    check('webhook_endpoints_previous_check', sql`(previous_secret is null) = (previous_secret_until is null)`),
    check('webhook_endpoints_disabled_check', sql`enabled = (disabled_reason is null)`),
    check(
      'webhook_endpoints_disabled_reason_check',
      sql`disabled_reason in ('request', 'gone', 'failing', 'operator')`,
    ),
  ],
);

export const deliveryStatuses = ['pending', 'succeeded', 'failed'] as const;
export type DeliveryStatus = (typeof deliveryStatuses)[number];

/** The outcome of one attempt. */
export interface Attempt {
  /** RFC 3339. */
  at: string;
  durationMs: number;
  /** Of the answer; null if there was none. */
  status: number | null;
  /** Why there was no answer, or why it does not count; null for a success. */
  error: string | null;
  /** The beginning of the answer. */
  body: string | null;
}

/**
 * One event for one endpoint. No foreign keys: an event must not wait for a change of an endpoint, nor fail because of one. The feature
 * removes what belonged to an endpoint or an organization that is gone.
 */
export const webhookDeliveries = pgTable(
  'webhook_deliveries',
  {
    organizationId: uuid('organization_id').notNull(),
    id: uuid('id').notNull(),
    endpointId: uuid('endpoint_id').notNull(),
    eventId: uuid('event_id').notNull(),
    eventType: text('event_type').notNull(),
    status: text('status').$type<DeliveryStatus>().notNull(),
    /** Attempts of the schedule so far; a retry on request begins it anew. */
    attempts: integer('attempts').notNull().default(0),
    /** null: none is due. */
    nextAttemptAt: instant('next_attempt_at'),
    createdAt: instant('created_at').notNull(),
    /** The last attempts, oldest first. */
    log: jsonb('log').$type<Attempt[]>().notNull().default([]),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.id] }),
    index('webhook_deliveries_endpoint_index').on(table.organizationId, table.endpointId, table.id),
    index('webhook_deliveries_failed_index')
      .on(table.organizationId, table.endpointId, table.id)
      .where(sql`status = 'failed'`),
    // The dispatcher reads it: the endpoints that have something waiting, and the first due delivery of each.
    index('webhook_deliveries_pending_index')
      .on(table.endpointId, table.nextAttemptAt, table.id)
      .where(sql`status = 'pending'`),
    index('webhook_deliveries_created_at_index').on(table.createdAt),
    check('webhook_deliveries_status_check', sql`status in ('pending', 'succeeded', 'failed')`),
    check('webhook_deliveries_due_check', sql`(status = 'pending') = (next_attempt_at is not null)`),
  ],
);

export type EndpointRow = typeof webhookEndpoints.$inferSelect;
export type DeliveryRow = typeof webhookDeliveries.$inferSelect;

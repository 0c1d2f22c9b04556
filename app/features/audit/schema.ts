import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  index,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { bytea, instant } from '../../platform/database/columns.ts';
import { keepOnCoordinator } from '../../platform/database/distribution.ts';
import type { AuditAction } from './actions.ts';

/** The head of each owner's chain; its row lock puts concurrent events in order. An owner is a user or an organization. */
export const auditChains = pgTable('audit_chains', {
  ownerId: uuid('owner_id').primaryKey(),
  sequence: bigint('sequence', { mode: 'number' }).notNull(),
  hash: bytea('hash').notNull(),
  /** The sequence at which the head was last logged. */
  loggedSequence: bigint('logged_sequence', { mode: 'number' }).notNull().default(0),
});

/** When events began to have a MAC. One row, which the migration wrote. */
export const auditKeying = pgTable(
  'audit_keying',
  {
    one: boolean('one').primaryKey().default(true),
    /** No event from before this has a MAC. */
    since: instant('since').notNull(),
    /** Every event from then on has a MAC. Until then, processes of the previous release may have written some without. */
    until: instant('until').notNull(),
  },
  () => [check('audit_keying_one_check', sql`one`)],
);

keepOnCoordinator(auditKeying, 'it is one row');

/** The audit events, append-only. They have no foreign keys, because events outlive the things that they are about. */
export const auditEvents = pgTable(
  'audit_events',
  {
    ownerId: uuid('owner_id').notNull(),
    /** 1, 2, 3 … in the owner's chain. */
    sequence: bigint('sequence', { mode: 'number' }).notNull(),
    id: uuid('id').notNull(),
    occurredAt: instant('occurred_at').notNull(),
    actorType: text('actor_type').$type<ActorType>().notNull(),
    actorId: text('actor_id'),
    action: text('action').$type<AuditAction>().notNull(),
    targetType: text('target_type'),
    targetId: text('target_id'),
    requestId: text('request_id'),
    ipAddress: text('ip_address'),
    userAgent: text('user_agent'),
    /** Before and after, without secrets. */
    details: jsonb('details').$type<Record<string, unknown>>().notNull(),
    /** SHA-256 over the hash of the event before and this event's canonical form. */
    hash: bytea('hash').notNull(),
    /** A MAC of this event's canonical form and hash, with a key derived from `APP_SECRET`. Null in events of a release before MACs. */
    mac: bytea('mac'),
  },
  (table) => [
    primaryKey({ columns: [table.ownerId, table.sequence] }),
    index('audit_events_action_index').on(table.ownerId, table.action, table.sequence),
    index('audit_events_actor_index').on(table.ownerId, table.actorId, table.sequence),
    check(
      'audit_events_actor_type_check',
      sql`actor_type in ('user', 'api_key', 'scim_token', 'operator', 'system', 'anonymous')`,
    ),
  ],
);

/** Addresses that events are about. They can be erased without breaking a chain. */
export const auditAddresses = pgTable(
  'audit_addresses',
  {
    ownerId: uuid('owner_id').notNull(),
    id: uuid('id').notNull(),
    address: text('address').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.ownerId, table.id] }),
    uniqueIndex('audit_addresses_address_key').on(table.ownerId, table.address),
    index('audit_addresses_address_index').on(table.address),
  ],
);

export const actorTypes = ['user', 'api_key', 'scim_token', 'operator', 'system', 'anonymous'] as const;
export type ActorType = (typeof actorTypes)[number];
export type AuditEvent = typeof auditEvents.$inferSelect;

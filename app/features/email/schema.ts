/**
 * Tables of the outbox and of the addresses that must not be emailed. Both are about addresses, not about owners: an address may belong to
 * nobody yet, and an email may outlive its user. So neither is keyed by owner; on a sharded PostgreSQL they stay beside the job tables.
 */
import { sql } from 'drizzle-orm';
import { check, customType, index, integer, pgTable, primaryKey, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { keepOnCoordinator } from '../../platform/database/distribution.ts';

const bytea = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => 'bytea' });
const instant = (name: string) => timestamp(name, { withTimezone: true });

/** Every email from its cause until it is old: queued, sent, failed or suppressed. */
export const emailMessages = pgTable(
  'email_messages',
  {
    /** UUIDv7; also the left part of the Message-ID. */
    id: uuid('id').primaryKey(),
    /** The user whom the email is about, if any. There is no foreign key: purging a user must neither wait for the outbox nor lock it. */
    userId: uuid('user_id'),
    template: text('template').notNull(),
    locale: text('locale').notNull(),
    toAddress: text('to_address').notNull(),
    /** Names the transition that the email tells of: it is emailed once. */
    key: text('key').notNull().unique('email_messages_key_unique'),
    /** The template's data, sealed: it holds one-time tokens. Null once no try can follow. */
    data: bytea('data'),
    status: text('status', { enum: ['queued', 'sent', 'failed', 'suppressed'] })
      .notNull()
      .default('queued'),
    /** Tries begun, whether or not they ended. */
    attempts: integer('attempts').notNull().default(0),
    /** No worker tries before this: the time of the next try, or the end of the lease of the one that is trying. */
    nextAttemptAt: instant('next_attempt_at').notNull().defaultNow(),
    messageId: text('message_id'),
    /** The mail server's reply when it accepted the email. Most servers put their own id there. */
    providerResponse: text('provider_response'),
    /** Why the last try failed: short, without addresses. */
    lastError: text('last_error'),
    createdAt: instant('created_at').notNull().defaultNow(),
    sentAt: instant('sent_at'),
    failedAt: instant('failed_at'),
  },
  (table) => [
    check('email_messages_status_known', sql`${table.status} in ('queued', 'sent', 'failed', 'suppressed')`),
    check('email_messages_attempts_counted', sql`${table.attempts} >= 0`),
    check(
      'email_messages_data_wiped',
      sql`case ${table.status} when 'queued' then ${table.data} is not null when 'failed' then true else ${table.data} is null end`,
    ),
    check('email_messages_sent_at_known', sql`(${table.status} = 'sent') = (${table.sentAt} is not null)`),
    check('email_messages_failed_at_known', sql`(${table.status} = 'failed') = (${table.failedAt} is not null)`),
    check(
      'email_messages_one_recipient',
      sql`${table.toAddress} ~ '^[^[:cntrl:][:space:],<>]+@[^[:cntrl:][:space:],<>@]+$'`,
    ),
    index('email_messages_status_created_at').on(table.status, table.createdAt),
    index('email_messages_stranger_index').on(table.toAddress, table.id).where(sql`user_id is null`),
    index('email_messages_user_id_id').on(table.userId, table.id),
  ],
);

/**
 * Addresses that get no email (scope `all`), or none that they may unsubscribe from (scope `bulk`). The scope is part of the key because an
 * address that unsubscribed can still bounce later, and lifting one must not lift the other.
 */
export const emailSuppressions = pgTable(
  'email_suppressions',
  {
    /** As `parseAddress` writes it. */
    address: text('address').notNull(),
    scope: text('scope', { enum: ['all', 'bulk'] }).notNull(),
    reason: text('reason', { enum: ['hard_bounce', 'complaint', 'unsubscribe', 'manual'] }).notNull(),
    /** The provider that reported it; null if a reader or an operator did. */
    provider: text('provider', { enum: ['ses', 'postmark', 'resend'] }),
    /** The provider's own word for it: short, without addresses. */
    detail: text('detail'),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ name: 'email_suppressions_pk', columns: [table.address, table.scope] }),
    check('email_suppressions_address_normalized', sql`${table.address} = lower(${table.address} collate "C")`),
    check(
      'email_suppressions_reason_known',
      sql`${table.reason} in ('hard_bounce', 'complaint', 'unsubscribe', 'manual')`,
    ),
    check(
      'email_suppressions_scope_follows_reason',
      sql`${table.scope} = case ${table.reason} when 'unsubscribe' then 'bulk' else 'all' end`,
    ),
  ],
);

for (const table of [emailMessages, emailSuppressions])
  keepOnCoordinator(table, 'it belongs beside the jobs that send');

import { sql } from 'drizzle-orm';
import { index, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { instant } from '../../platform/database/columns.ts';

/** Events of organizations, append-only. There is no foreign key, because the feature of organizations comes later; it removes their events. */
export const events = pgTable(
  'events',
  {
    organizationId: uuid('organization_id').notNull(),
    /** UUIDv7. Outside, it is written as `evt_` and 32 hexadecimal digits. */
    id: uuid('id').notNull(),
    /** A declared type, also of a later release. */
    type: text('type').notNull(),
    occurredAt: instant('occurred_at').notNull(),
    data: jsonb('data').$type<Record<string, unknown>>().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.id] }),
    index('events_type_index').on(table.organizationId, table.type, table.id),
    index('events_occurred_at_index').on(table.occurredAt),
    index('events_email_index').on(sql`(data ->> 'email')`).where(sql`data ? 'email'`),
  ],
);

export type EventRow = typeof events.$inferSelect;

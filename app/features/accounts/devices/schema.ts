import { index, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { bytea, instant } from '../../../platform/database/columns.ts';
import { users } from '../schema.ts';

/** Devices that people have signed in with. A device is known by a random token that it keeps, and by nothing else. */
export const devices = pgTable(
  'devices',
  {
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    id: uuid('id').notNull(),
    /** SHA-256 of the token. */
    hash: bytea('hash').notNull(),
    /** From where it was last signed in with. */
    ipAddress: text('ip_address'),
    userAgent: text('user_agent'),
    createdAt: instant('created_at').notNull(),
    lastSeenAt: instant('last_seen_at').notNull(),
    /** Until then a sign-in with it needs no second factor; null if it always does. */
    rememberedUntil: instant('remembered_until'),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.id] }),
    uniqueIndex('devices_user_id_hash_index').on(table.userId, table.hash),
    index('devices_last_seen_at_index').on(table.lastSeenAt),
  ],
);

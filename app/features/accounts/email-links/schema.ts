import { sql } from 'drizzle-orm';
import { index, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { bytea, instant } from '../../../platform/database/columns.ts';
import { users } from '../schema.ts';

/** Links that sign people in. A row is deleted by its use. */
export const emailLinks = pgTable(
  'email_links',
  {
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** SHA-256 of the secret in the link. */
    hash: bytea('hash').notNull(),
    /** Sealed: the six digits. Null as soon as there is a newer one, so that a person has one code at a time. */
    code: bytea('code'),
    /** SHA-256 of the cookie of the browser that asked for the link. */
    browserHash: bytea('browser_hash').notNull(),
    /** Where it was emailed to: it is void if that is no longer the address of the account. */
    address: text('address').notNull(),
    createdAt: instant('created_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.hash] }),
    uniqueIndex('email_links_code_index').on(table.userId).where(sql`code is not null`),
    index('email_links_expires_at_index').on(table.expiresAt),
  ],
);

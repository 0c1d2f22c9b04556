import { sql } from 'drizzle-orm';
import { customType, index, pgTable, text } from 'drizzle-orm/pg-core';
import { instant } from '../columns.ts';
import { keepOnCoordinator } from '../distribution.ts';

const xid8 = customType<{ data: string }>({ dataType: () => 'xid8' });

/**
 * What transactions have changed of what processes keep in memory. Unlogged: a crash empties it, and ends every connection that followed it, so that
 * nothing is missed.
 */
export const changes = pgTable(
  'changes',
  {
    /** The transaction that made the change. */
    transactionId: xid8('transaction_id').notNull().default(sql`pg_current_xact_id()`),
    kind: text('kind').notNull(),
    key: text('key').notNull(),
    announcedAt: instant('announced_at').notNull().default(sql`clock_timestamp()`),
  },
  (table) => [index('changes_transaction_id_index').on(table.transactionId)],
);

keepOnCoordinator(changes, 'every process reads all of it');

import { sql } from 'drizzle-orm';
import { bigint, boolean, check, index, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { bytea, instant } from '../../../platform/database/columns.ts';
import { users } from '../schema.ts';

/** Public keys of authenticators (WebAuthn level 3, section 4: credential record). */
export const passkeys = pgTable(
  'passkeys',
  {
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    id: uuid('id').notNull(),
    /** Chosen by the authenticator. */
    credentialId: bytea('credential_id').notNull(),
    /** COSE_Key (RFC 9052 section 7). */
    publicKey: bytea('public_key').notNull(),
    /** How often the authenticator has signed, if it counts; 0 if it does not. */
    counter: bigint('counter', { mode: 'number' }).notNull(),
    transports: text('transports').array().notNull(),
    /** The model of the authenticator; zeros if it does not say. */
    aaguid: uuid('aaguid').notNull(),
    /** Whether it can be copied to other devices of the person. It never changes. */
    backupEligible: boolean('backup_eligible').notNull(),
    backedUp: boolean('backed_up').notNull(),
    name: text('name').notNull(),
    createdAt: instant('created_at').notNull(),
    lastUsedAt: instant('last_used_at'),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.id] }),
    uniqueIndex('passkeys_user_id_credential_id_index').on(table.userId, table.credentialId),
    check('passkeys_name_check', sql`length(name) between 1 and 100`),
  ],
);

/** Challenges that were used: a signature is accepted once, also from authenticators that do not count. */
export const usedPasskeyChallenges = pgTable(
  'used_passkey_challenges',
  {
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** SHA-256 of the challenge. */
    hash: bytea('hash').notNull(),
    /** From then on the challenge is refused for its age. */
    expiresAt: instant('expires_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.hash] }),
    index('used_passkey_challenges_expires_at_index').on(table.expiresAt),
  ],
);

import { sql } from 'drizzle-orm';
import { check, index, integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { bytea, instant } from '../../../platform/database/columns.ts';
import { type AuthenticationMethod, users } from '../schema.ts';

/** Secrets of authenticator apps (RFC 6238). A person has at most one that is confirmed, and one that is being set up. */
export const totpSecrets = pgTable(
  'totp_secrets',
  {
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    state: text('state').$type<TotpState>().notNull(),
    /** Sealed. */
    secret: bytea('secret').notNull(),
    createdAt: instant('created_at').notNull(),
    /** The time step of the last code that was accepted: no code of this step or an earlier one is accepted again. */
    lastStep: integer('last_step').notNull().default(0),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.state] }),
    check('totp_secrets_state_check', sql`state in ('pending', 'confirmed')`),
  ],
);

export type TotpState = 'pending' | 'confirmed';

/** Codes for people who have lost their other factors: only their SHA-256. A code is deleted by its use. */
export const recoveryCodes = pgTable(
  'recovery_codes',
  {
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    hash: bytea('hash').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.hash] })],
);

/** Sign-ins whose first proof was right and that need another one. A row is deleted when the session begins. */
export const signInChallenges = pgTable(
  'sign_in_challenges',
  {
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** SHA-256 of the secret in the challenge's token. */
    hash: bytea('hash').notNull(),
    /** SHA-256 of the cookie of the browser that got the challenge; null in bearer mode. */
    browserHash: bytea('browser_hash'),
    /** The methods that were proven so far (RFC 8176). */
    amr: text('amr').array().$type<AuthenticationMethod[]>().notNull(),
    /** The identity provider that has proven the first one; null: none has. */
    provider: text('provider'),
    wrongAnswers: integer('wrong_answers').notNull().default(0),
    createdAt: instant('created_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.hash] }),
    index('sign_in_challenges_expires_at_index').on(table.expiresAt),
  ],
);

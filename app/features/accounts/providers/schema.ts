import { foreignKey, index, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { bytea, instant } from '../../../platform/database/columns.ts';
import { keepOnCoordinator } from '../../../platform/database/distribution.ts';
import { users } from '../schema.ts';

/** Who a person is at an identity provider. Issuer and subject are the identity; the address is only shown. */
export const identities = pgTable(
  'identities',
  {
    userId: uuid('user_id').notNull(),
    id: uuid('id').notNull(),
    /** The provider's name in the settings when it was linked. */
    provider: text('provider').notNull(),
    issuer: text('issuer').notNull(),
    subject: text('subject').notNull(),
    /** The address at the provider, when it was linked. */
    address: text('address'),
    createdAt: instant('created_at').notNull(),
    lastUsedAt: instant('last_used_at'),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.id] }),
    uniqueIndex('identities_issuer_subject_index').on(table.issuer, table.subject),
    foreignKey({
      name: 'identities_user_id_cross_owner_fk',
      columns: [table.userId],
      foreignColumns: [users.id],
    }).onDelete('cascade'),
  ],
);

/** Sign-ins at identity providers that are under way, each bound to a browser. A row is deleted by its use. */
export const providerSignIns = pgTable(
  'provider_sign_ins',
  {
    /** SHA-256 of the state, or of the code that the browser was sent back with. */
    hash: bytea('hash').primaryKey(),
    kind: text('kind').$type<'started' | 'proven'>().notNull(),
    provider: text('provider').notNull(),
    /** SHA-256 of the browser's cookie. */
    browserHash: bytea('browser_hash').notNull(),
    /** Sealed: the secrets of the start, or the person that the provider named. */
    sealed: bytea('sealed').notNull(),
    expiresAt: instant('expires_at').notNull(),
  },
  (table) => [index('provider_sign_ins_expires_at_index').on(table.expiresAt)],
);

keepOnCoordinator(identities, 'an identity is unique, and so is its place among those of a person');
keepOnCoordinator(providerSignIns, 'rows live for minutes and have no owner');

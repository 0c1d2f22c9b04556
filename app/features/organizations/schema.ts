import { sql } from 'drizzle-orm';
import { boolean, check, foreignKey, index, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { bytea, instant } from '../../platform/database/columns.ts';
import { wordsOf } from '../../platform/database/names.ts';
import { users } from '../accounts/schema.ts';
import type { Permission, Role } from './roles.ts';

/** Organizations, which members share: a company, a team, or one person. */
export const organizations = pgTable(
  'organizations',
  {
    id: uuid('id').primaryKey(),
    name: text('name').notNull(),
    /** As in `organization_slugs`. */
    slug: text('slug').notNull(),
    /** The one that each person gets at verification. */
    personal: boolean('personal').notNull(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
    /** The organization is deleted for its members, and purged at this instant. */
    purgeAt: instant('purge_at'),
    /** The start of the purge. After it, nothing restores the organization, because parts of it may be gone. */
    purgeStartedAt: instant('purge_started_at'),
  },
  (table) => [
    // Operators look for organizations by name, and by the beginning of the slug.
    index('organizations_name_words_index').using('gin', wordsOf(table.name)).concurrently(),
    index('organizations_slug_prefix_index').on(table.slug.op('text_pattern_ops')).concurrently(),
    index('organizations_purge_at_index').on(table.purgeAt).where(sql`purge_at is not null`),
    check('organizations_purge_check', sql`purge_started_at is null or purge_at is not null`),
    check('organizations_name_check', sql`length(name) between 1 and 100`),
  ],
);

/** Which organization a slug belongs to: the one place where slugs are unique. */
export const organizationSlugs = pgTable(
  'organization_slugs',
  {
    slug: text('slug').primaryKey(),
    organizationId: uuid('organization_id').notNull(),
  },
  (table) => [
    index('organization_slugs_organization_id_index').on(table.organizationId),
    foreignKey({
      name: 'organization_slugs_organization_id_cross_owner_fk',
      columns: [table.organizationId],
      foreignColumns: [organizations.id],
    }).onDelete('cascade'),
    check('organization_slugs_slug_check', sql`slug ~ '^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$'`),
  ],
);

/** The members of organizations, with their roles. */
export const memberships = pgTable(
  'memberships',
  {
    organizationId: uuid('organization_id')
      .notNull()
      .references(() => organizations.id, { onDelete: 'cascade' }),
    userId: uuid('user_id').notNull(),
    role: text('role').$type<Role>().notNull(),
    createdAt: instant('created_at').notNull(),
    /** SHA-256 of the secret of the invitation that was accepted: accepting it once more is the same success. Null for founders. */
    invitationHash: bytea('invitation_hash'),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.userId] }),
    foreignKey({
      name: 'memberships_user_id_cross_owner_fk',
      columns: [table.userId],
      foreignColumns: [users.id],
    }).onDelete('cascade'),
    index('memberships_user_id_index').on(table.userId, table.organizationId),
    index('memberships_created_at_index').on(table.organizationId, table.createdAt, table.userId),
    index('memberships_owners_index').on(table.organizationId).where(sql`role = 'owner'`),
    // Which roles there are is declared in code, also by later features and by products.
    check('memberships_role_check', sql`role ~ '^[a-z][a-z-]{0,62}$'`),
  ],
);

/** Invitations by email that are open. Accepting, revoking and replacing one deletes its row; the audit trail remembers. */
export const invitations = pgTable(
  'invitations',
  {
    organizationId: uuid('organization_id')
      .notNull()
      .references(() => organizations.id, { onDelete: 'cascade' }),
    id: uuid('id').notNull(),
    email: text('email').notNull(),
    role: text('role').$type<Role>().notNull(),
    /** SHA-256 of the emailed secret. */
    tokenHash: bytea('token_hash').notNull(),
    invitedBy: uuid('invited_by').notNull(),
    createdAt: instant('created_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.id] }),
    index('invitations_expires_at_index').on(table.expiresAt),
    index('invitations_recipient_index').on(table.email),
    uniqueIndex('invitations_email_key').on(table.organizationId, table.email),
    check('invitations_role_check', sql`role ~ '^[a-z][a-z-]{0,62}$'`),
  ],
);

/** Keys for programs: only the SHA-256 of their secrets. */
export const apiKeys = pgTable(
  'api_keys',
  {
    organizationId: uuid('organization_id')
      .notNull()
      .references(() => organizations.id, { onDelete: 'cascade' }),
    id: uuid('id').notNull(),
    name: text('name').notNull(),
    hash: bytea('hash').notNull(),
    /** The secret before the last rotation, while its grace lasts. */
    previousHash: bytea('previous_hash'),
    previousExpiresAt: instant('previous_expires_at'),
    /** The last characters of the key, so that people recognise it. */
    hint: text('hint').notNull(),
    scopes: text('scopes').array().$type<Permission[]>().notNull(),
    /** The roles that the scopes let it give when they were chosen. It keeps them when a release adds permissions to a role. */
    grants: text('grants').array().$type<Role[]>().notNull().default([]),
    /** The key never outranks this member. */
    createdBy: uuid('created_by').notNull(),
    createdAt: instant('created_at').notNull(),
    expiresAt: instant('expires_at'),
    lastUsedAt: instant('last_used_at'),
    /** From where it was used then. */
    lastIpAddress: text('last_ip_address'),
    lastUserAgent: text('last_user_agent'),
    revokedAt: instant('revoked_at'),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.id] }),
    // Operators look for keys by what people can read of them.
    index('api_keys_id_index').on(table.id).concurrently(),
    index('api_keys_hint_index').on(table.hint).concurrently(),
    index('api_keys_created_by_index').on(table.organizationId, table.createdBy),
    check('api_keys_name_check', sql`length(name) between 1 and 100`),
    check('api_keys_previous_check', sql`(previous_hash is null) = (previous_expires_at is null)`),
  ],
);

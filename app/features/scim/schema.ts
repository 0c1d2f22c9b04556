import { sql } from 'drizzle-orm';
import {
  boolean,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { bytea, instant } from '../../platform/database/columns.ts';
import { users } from '../accounts/schema.ts';
import type { Role } from '../organizations/organizations.ts';
import { organizations } from '../organizations/schema.ts';

/** Tokens by which the directories of companies call SCIM: only the SHA-256 of each. */
export const scimTokens = pgTable(
  'scim_tokens',
  {
    organizationId: uuid('organization_id')
      .notNull()
      .references(() => organizations.id, { onDelete: 'cascade' }),
    id: uuid('id').notNull(),
    name: text('name').notNull(),
    hash: bytea('hash').notNull(),
    /** The last characters of the token, so that people recognise it. */
    hint: text('hint').notNull(),
    createdBy: uuid('created_by').notNull(),
    createdAt: instant('created_at').notNull(),
    lastUsedAt: instant('last_used_at'),
    /** From where it was used then. */
    lastIpAddress: text('last_ip_address'),
    lastUserAgent: text('last_user_agent'),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.id] }),
    check('scim_tokens_name_check', sql`length(name) between 1 and 100`),
  ],
);

/** People as the directories of companies describe them (RFC 7643, User). */
export const scimUsers = pgTable(
  'scim_users',
  {
    organizationId: uuid('organization_id')
      .notNull()
      .references(() => organizations.id, { onDelete: 'cascade' }),
    id: uuid('id').notNull(),
    userName: text('user_name').notNull(),
    /** In lower case: names are unique without regard to case. */
    userNameKey: text('user_name_key').notNull(),
    externalId: text('external_id'),
    /** The address that the person is known by here, in the form of accounts. */
    address: text('address').notNull(),
    /** The member; null while nobody has joined with the address, and after the membership has ended. */
    userId: uuid('user_id'),
    active: boolean('active').notNull(),
    /** The other attributes, by the names of the schema. */
    attributes: jsonb('attributes').$type<Record<string, unknown>>().notNull(),
    version: integer('version').notNull(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.id] }),
    uniqueIndex('scim_users_user_name_key').on(table.organizationId, table.userNameKey),
    uniqueIndex('scim_users_address_key').on(table.organizationId, table.address),
    uniqueIndex('scim_users_member_key').on(table.organizationId, table.userId).where(sql`user_id is not null`),
    index('scim_users_external_id_index').on(table.organizationId, table.externalId),
    index('scim_users_user_id_index').on(table.userId),
    index('scim_users_address_index').on(table.address),
    foreignKey({
      name: 'scim_users_user_id_cross_owner_fk',
      columns: [table.userId],
      foreignColumns: [users.id],
    }).onDelete('set null'),
  ],
);

/** Groups of the directories of companies (RFC 7643, Group). */
export const scimGroups = pgTable(
  'scim_groups',
  {
    organizationId: uuid('organization_id')
      .notNull()
      .references(() => organizations.id, { onDelete: 'cascade' }),
    id: uuid('id').notNull(),
    displayName: text('display_name').notNull(),
    /** In lower case: names are unique without regard to case. */
    displayNameKey: text('display_name_key').notNull(),
    externalId: text('external_id'),
    /** The role that members of the group have; null for a group that means nothing here. */
    role: text('role').$type<Role>(),
    version: integer('version').notNull(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.id] }),
    uniqueIndex('scim_groups_display_name_key').on(table.organizationId, table.displayNameKey),
    index('scim_groups_external_id_index').on(table.organizationId, table.externalId),
    check('scim_groups_role_check', sql`role ~ '^[a-z][a-z-]{0,62}$' and role <> 'owner'`),
  ],
);

/** Who belongs to which group. */
export const scimGroupMembers = pgTable(
  'scim_group_members',
  {
    organizationId: uuid('organization_id').notNull(),
    groupId: uuid('group_id').notNull(),
    memberId: uuid('member_id').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.groupId, table.memberId] }),
    index('scim_group_members_member_index').on(table.organizationId, table.memberId),
    foreignKey({
      name: 'scim_group_members_group_fk',
      columns: [table.organizationId, table.groupId],
      foreignColumns: [scimGroups.organizationId, scimGroups.id],
    }).onDelete('cascade'),
    foreignKey({
      name: 'scim_group_members_member_fk',
      columns: [table.organizationId, table.memberId],
      foreignColumns: [scimUsers.organizationId, scimUsers.id],
    }).onDelete('cascade'),
  ],
);

export type ScimToken = typeof scimTokens.$inferSelect;
export type ScimUser = typeof scimUsers.$inferSelect;
export type ScimGroup = typeof scimGroups.$inferSelect;

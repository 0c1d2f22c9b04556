import { sql } from 'drizzle-orm';
import {
  boolean,
  check,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { bytea, instant } from '../../platform/database/columns.ts';
import { keepOnCoordinator } from '../../platform/database/distribution.ts';
import { users } from '../accounts/schema.ts';
import type { Role } from '../organizations/organizations.ts';
import { organizations } from '../organizations/schema.ts';

/** The domains that organizations claim. Any number of organizations may claim the same one; one of them can verify it. */
export const organizationDomains = pgTable(
  'organization_domains',
  {
    organizationId: uuid('organization_id')
      .notNull()
      .references(() => organizations.id, { onDelete: 'cascade' }),
    id: uuid('id').notNull(),
    /** As in addresses: lower case, and an international domain in ASCII. */
    domain: text('domain').notNull(),
    /** The name of the TXT record that proves the claim. It is stored because it contains the name of the product. */
    recordName: text('record_name').notNull(),
    /** The text of that record. It is as public as the record itself. */
    recordValue: text('record_value').notNull(),
    createdAt: instant('created_at').notNull(),
    /** As in `verified_domains`; null while the claim is not proven. */
    verifiedAt: instant('verified_at'),
    /** The last time when the nameservers told whether the record is there. */
    checkedAt: instant('checked_at'),
    /** When the record of a verified domain was first found to be gone. */
    missingSince: instant('missing_since'),
    /** When a verified domain is checked again. */
    nextCheckAt: instant('next_check_at'),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.id] }),
    uniqueIndex('organization_domains_domain_key').on(table.organizationId, table.domain),
    index('organization_domains_next_check_at_index').on(table.nextCheckAt).where(sql`verified_at is not null`),
    check('organization_domains_verified_check', sql`(verified_at is null) = (next_check_at is null)`),
    check('organization_domains_missing_check', sql`missing_since is null or verified_at is not null`),
  ],
);

/** Which organization a domain is verified for: the one place where domains are unique. */
export const verifiedDomains = pgTable(
  'verified_domains',
  {
    domain: text('domain').primaryKey(),
    organizationId: uuid('organization_id').notNull(),
    domainId: uuid('domain_id').notNull(),
  },
  (table) => [
    uniqueIndex('verified_domains_claim_key').on(table.organizationId, table.domainId),
    foreignKey({
      name: 'verified_domains_claim_cross_owner_fk',
      columns: [table.organizationId, table.domainId],
      foreignColumns: [organizationDomains.organizationId, organizationDomains.id],
    }).onDelete('cascade'),
  ],
);

keepOnCoordinator(verifiedDomains, 'it is small, and unique in two ways');

export const inviters = ['permitted', 'owners'] as const;

/** What organizations require of their members. One without a row requires nothing. */
export const organizationPolicies = pgTable(
  'organization_policies',
  {
    organizationId: uuid('organization_id')
      .primaryKey()
      .references(() => organizations.id, { onDelete: 'cascade' }),
    /** Members act only in sessions that two factors have proven. */
    requireSecondFactor: boolean('require_second_factor').notNull(),
    /** Members act for so long after they last proved who they are; null: as long as the session lives. */
    sessionMinutes: integer('session_minutes'),
    /** Who invites: everybody whose role permits it, or owners only. */
    inviters: text('inviters').$type<(typeof inviters)[number]>().notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  () => [
    check('organization_policies_session_minutes_check', sql`session_minutes between 15 and 525600`),
    check('organization_policies_inviters_check', sql`inviters in ('permitted', 'owners')`),
  ],
);

/** The identity provider of an organization (OpenID Connect). */
export const organizationIdentityProviders = pgTable(
  'organization_identity_providers',
  {
    organizationId: uuid('organization_id')
      .primaryKey()
      .references(() => organizations.id, { onDelete: 'cascade' }),
    issuer: text('issuer').notNull(),
    clientId: text('client_id').notNull(),
    /** Sealed. */
    clientSecret: bytea('client_secret').notNull(),
    /** The role with which a person joins at their first sign-in. */
    defaultRole: text('default_role').$type<Role>().notNull(),
    /** True if addresses of the verified domains sign in with it alone. */
    enforced: boolean('enforced').notNull(),
    /** True if a second factor that the provider has asked for counts as one here. */
    acceptsSecondFactor: boolean('accepts_second_factor').notNull().default(false),
    /** The last test run that succeeded since the connection changed; null: it does not count yet. */
    testedAt: instant('tested_at'),
    /** Another one after each change of what is said to the provider: an answer to an earlier connection tests nothing. */
    version: uuid('version').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  () => [check('organization_identity_providers_enforced_check', sql`not enforced or tested_at is not null`)],
);

/** Members whom somebody else has removed. Signing in with the organization's provider does not make them members again. */
export const removedMembers = pgTable(
  'removed_members',
  {
    organizationId: uuid('organization_id')
      .notNull()
      .references(() => organizations.id, { onDelete: 'cascade' }),
    userId: uuid('user_id').notNull(),
    removedAt: instant('removed_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.userId] }),
    foreignKey({
      name: 'removed_members_user_id_cross_owner_fk',
      columns: [table.userId],
      foreignColumns: [users.id],
    }).onDelete('cascade'),
    index('removed_members_user_id_index').on(table.userId),
  ],
);

export type DomainRow = typeof organizationDomains.$inferSelect;

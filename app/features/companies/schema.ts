import { sql } from 'drizzle-orm';
import { check, foreignKey, index, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { instant } from '../../platform/database/columns.ts';
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

export type DomainRow = typeof organizationDomains.$inferSelect;

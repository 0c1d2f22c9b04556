/** Whose sign-in the provider of an organization decides. */
import { and, eq, isNotNull, isNull, sql } from 'drizzle-orm';
import { QueryBuilder } from 'drizzle-orm/pg-core';
import type { Executor } from '../../../platform/database/database.ts';
import { prepare } from '../../../platform/database/prepared.ts';
import { organizations } from '../../organizations/schema.ts';
import { domainOfAddress } from '../domains/names.ts';
import { organizationIdentityProviders, verifiedDomains } from '../schema.ts';

/** The connection counts, and no other way in does. */
const isEnforced = and(
  eq(organizationIdentityProviders.enforced, true),
  isNotNull(organizationIdentityProviders.testedAt),
);

/** Every sign-in asks for it. */
const enforcedAt = prepare<{ organization_id: string }>(
  'organization_enforced_at_domain',
  new QueryBuilder()
    .select({ organizationId: verifiedDomains.organizationId })
    .from(verifiedDomains)
    .innerJoin(
      organizationIdentityProviders,
      and(eq(organizationIdentityProviders.organizationId, verifiedDomains.organizationId), isEnforced),
    )
    .innerJoin(organizations, and(eq(organizations.id, verifiedDomains.organizationId), isNull(organizations.purgeAt)))
    .where(eq(verifiedDomains.domain, sql.placeholder('domain'))),
);

/** @returns the organization whose provider is the only way in for an address */
export async function enforcedFor(executor: Executor, address: string): Promise<string | undefined> {
  const [found] = await enforcedAt(executor, { domain: domainOfAddress(address) });
  return found?.organization_id;
}

export const isGovernedBy = async (executor: Executor, organizationId: string, address: string): Promise<boolean> =>
  (await enforcedFor(executor, address)) === organizationId;

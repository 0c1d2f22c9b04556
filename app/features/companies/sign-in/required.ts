/** Whose sign-in the provider of an organization decides. */
import { and, eq, isNotNull, isNull } from 'drizzle-orm';
import type { Executor } from '../../../platform/database/database.ts';
import { organizations } from '../../organizations/schema.ts';
import { domainOfAddress } from '../domains/names.ts';
import { organizationIdentityProviders, verifiedDomains } from '../schema.ts';

/** The connection counts, and no other way in does. */
const isEnforced = and(
  eq(organizationIdentityProviders.enforced, true),
  isNotNull(organizationIdentityProviders.testedAt),
);

/** @returns the organization whose provider is the only way in for an address */
export async function enforcedFor(executor: Executor, address: string): Promise<string | undefined> {
  const [found] = await executor
    .select({ organizationId: verifiedDomains.organizationId })
    .from(verifiedDomains)
    .innerJoin(
      organizationIdentityProviders,
      and(eq(organizationIdentityProviders.organizationId, verifiedDomains.organizationId), isEnforced),
    )
    .innerJoin(organizations, and(eq(organizations.id, verifiedDomains.organizationId), isNull(organizations.purgeAt)))
    .where(eq(verifiedDomains.domain, domainOfAddress(address)));
  return found?.organizationId;
}

export const isGovernedBy = async (executor: Executor, organizationId: string, address: string): Promise<boolean> =>
  (await enforcedFor(executor, address)) === organizationId;

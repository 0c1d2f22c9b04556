/** Values for the parameters of SCIM's paths, for tests of all operations. */
import type { TestService } from '../../../../test/service.ts';
import { newId } from '../../../platform/security/random.ts';
import { scimGroups, scimTokens } from '../schema.ts';

/** Stores a token that nobody has, and a group. @returns ids by the names of parameters */
export async function resourcesOf({ service }: TestService, organizationId: string): Promise<Record<string, string>> {
  const [scimTokenId, scimGroupId, now] = [newId(), newId(), new Date()];
  const token = { organizationId, id: scimTokenId, name: 'Nobody', hash: Buffer.alloc(32), hint: 'pld_…none' };
  await service.db.insert(scimTokens).values({ ...token, createdBy: newId(), createdAt: now });
  const group = { organizationId, id: scimGroupId, displayName: 'Group', displayNameKey: scimGroupId, version: 1 };
  await service.db.insert(scimGroups).values({ ...group, createdAt: now, updatedAt: now });
  return { scimTokenId, scimGroupId };
}

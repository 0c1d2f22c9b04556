/** Values for the parameters of companies' paths, for tests of all operations. */
import type { TestService } from '../../../../test/service.ts';
import { newId } from '../../../platform/security/random.ts';
import { organizationDomains } from '../schema.ts';

/** Stores a claim that nothing proves. @returns ids by the names of parameters */
export async function resourcesOf({ service }: TestService, organizationId: string): Promise<Record<string, string>> {
  const id = newId();
  const domain = `${id}.example`;
  const record = { recordName: `_plinth-challenge.${domain}`, recordValue: id };
  await service.db.insert(organizationDomains).values({ organizationId, id, domain, ...record, createdAt: new Date() });
  return { domainId: id };
}

/** Values for the parameters of companies' paths, for tests of all operations. */
import type { TestService } from '../../../../test/service.ts';
import { newId } from '../../../platform/security/random.ts';
import { startLocalNameserver } from '../domains/local-nameserver.ts';
import { organizationDomains, organizationIdentityProviders } from '../schema.ts';

/** Stores a claim, and an identity provider that nobody has tried. @returns ids by the names of parameters */
export async function resourcesOf({ service }: TestService, organizationId: string): Promise<Record<string, string>> {
  const id = newId();
  const domain = `${id}.example`;
  const record = { recordName: `_plinth-challenge.${domain}`, recordValue: id };
  await service.db.insert(organizationDomains).values({ organizationId, id, domain, ...record, createdAt: new Date() });
  await service.db.insert(organizationIdentityProviders).values({
    ...{ organizationId, issuer: 'https://login.engines.example', clientId: 'plinth', clientSecret: Buffer.alloc(32) },
    ...{ defaultRole: 'member' as const, enforced: false, version: newId(), updatedAt: new Date() },
  });
  return { domainId: id };
}

/** A nameserver that has the record of every such claim. */
export async function surroundings(): Promise<Record<string, string>> {
  const { port } = await startLocalNameserver(0, (name) => [name.split('.')[1]!]);
  return { DOMAIN_NAMESERVERS: `127.0.0.1:${port}` };
}

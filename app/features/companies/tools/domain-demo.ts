import type { Stage } from '../../../../scripts/demo/stage.ts';

/** Claims a domain and verifies it: the nameserver of development has its record. @param path of the organization */
export async function proveDomain({ step }: Stage, path: string, token: string, domain: string): Promise<void> {
  const { body } = await step('claims its domain', `${path}/domains`, 201, { token, body: { domain } });
  await step('and proves it by a DNS record', `${path}/domains/${body.id}/verify`, 200, { method: 'POST', token });
}

/** For tests of what a plan must include, without knowing which feature sells plans. */
import { globSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { changesHeard } from './conditions.ts';
import type { TestService } from './service.ts';

/** Gives an organization everything that is sold, by the `testing/entitled.ts` of each feature. */
export async function entitle(test: TestService, organizationId: string): Promise<void> {
  for (const file of globSync('app/{features,product}/*/testing/entitled.ts')) {
    const feature: { entitle: typeof entitle } = await import(pathToFileURL(file).href);
    await feature.entitle(test, organizationId);
  }
  await changesHeard(test);
}

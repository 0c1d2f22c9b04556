/** For tests of every operation, without knowing which features have operations below an organization. */
import { globSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { TestService } from './service.ts';

/** Stores something for each parameter of the paths of later features, by their `testing/resources.ts`. @returns ids by parameter */
export async function resourcesOf(test: TestService, organizationId: string): Promise<Record<string, string>> {
  const all: Record<string, string> = {};
  for (const file of globSync('app/features/*/testing/resources.ts')) {
    const feature: { resourcesOf: typeof resourcesOf } = await import(pathToFileURL(file).href);
    Object.assign(all, await feature.resourcesOf(test, organizationId));
  }
  return all;
}

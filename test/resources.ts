/** For tests of every operation, without knowing which features have operations below an organization. */
import { globSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { TestService } from './service.ts';

const FILES = 'app/features/*/testing/resources.ts';

interface OfFeature {
  resourcesOf: typeof resourcesOf;
  surroundings?: typeof surroundings;
}
const load = (file: string): Promise<OfFeature> => import(pathToFileURL(file).href);

/** Stores something for each parameter of the paths of later features, by their `testing/resources.ts`. @returns ids by parameter */
export async function resourcesOf(test: TestService, organizationId: string): Promise<Record<string, string>> {
  const all: Record<string, string> = {};
  for (const file of globSync(FILES)) {
    const { resourcesOf: store } = await load(file);
    Object.assign(all, await store(test, organizationId));
  }
  return all;
}

/** Starts what the operations on these resources ask, such as a nameserver. It keeps no process alive. @returns settings of the service */
export async function surroundings(): Promise<Record<string, string>> {
  const env: Record<string, string> = {};
  for (const file of globSync(FILES)) Object.assign(env, await (await load(file)).surroundings?.());
  return env;
}

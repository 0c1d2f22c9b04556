/** The tools of features: files in the `tools/` of each, which scripts run and the service does not. */
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { FEATURES, folderOf } from './order.ts';

const toolsOf = (feature: string) => `${folderOf(feature)}/tools`;

/** @returns the module `name` of each feature that has it, in the order in which features are built */
export async function loadTools<Tool>(name: string): Promise<(Tool & { feature: string })[]> {
  const found = FEATURES.filter((feature) => existsSync(join(toolsOf(feature), name)));
  return Promise.all(
    found.map(async (feature) => ({
      ...((await import(pathToFileURL(resolve(toolsOf(feature), name)).href)) as Tool),
      feature,
    })),
  );
}

/** @returns the paths of the tools whose name matches */
export function toolFiles(name: RegExp): { feature: string; path: string }[] {
  return FEATURES.flatMap((feature) => {
    const folder = toolsOf(feature);
    const names = existsSync(folder) ? readdirSync(folder).sort() : [];
    return names.filter((file) => name.test(file)).map((file) => ({ feature, path: `${folder}/${file}` }));
  });
}

/** The placements of all tables of this release. */
import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { models } from './models.ts';
import { type PlacedTable, placeTables } from './platform/database/distribution.ts';

/** Loads every model of the foundation and of the product. */
export async function loadPlacements(): Promise<PlacedTable[]> {
  const root = fileURLToPath(new URL('../', import.meta.url));
  const files = [...models.foundation, ...models.product].flatMap((pattern) => globSync(pattern, { cwd: root }));
  const modules = await Promise.all([...new Set(files)].map((file) => import(new URL(file, `file://${root}`).href)));
  return placeTables(modules as object[]);
}

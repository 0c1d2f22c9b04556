/** drizzle-kit's snapshots: what the models said when a migration was generated. Only for development: production has no drizzle-kit. */
import { randomUUID } from 'node:crypto';
import { globSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isDeepStrictEqual } from 'node:util';

/** The fields of a snapshot that are read here. `prevId` names the snapshot before it. */
export interface Snapshot {
  id: string;
  prevId: string;
  [part: string]: unknown;
}

/** The `prevId` of the first snapshot of a series. */
export const NO_SNAPSHOT = '00000000-0000-0000-0000-000000000000';

/**
 * Returns the snapshot of the models as they are now.
 * @param files globs of the files that declare tables, relative to the working directory
 */
export async function snapshotOfModels(files: readonly string[], prevId: string): Promise<Snapshot> {
  const { generateDrizzleJson } = await import('drizzle-kit/api');
  const modules = await Promise.all(globSync([...files]).map((file) => import(pathToFileURL(resolve(file)).href)));
  const snapshot = generateDrizzleJson(Object.assign({}, ...modules), prevId);
  return JSON.parse(JSON.stringify({ ...snapshot, id: randomUUID(), prevId }));
}

/** @returns the names of tables that differ between two snapshots, or of other parts of the schema that do */
export function differences(before: Snapshot | undefined, now: Snapshot): string[] {
  const { id: _now, prevId: _before, tables, ...rest } = now;
  const old = (before?.tables ?? {}) as Record<string, unknown>;
  const names = new Set([...Object.keys(old), ...Object.keys(tables as object)]);
  const ofTables = [...names].filter(
    (name) => !isDeepStrictEqual(old[name], (tables as Record<string, unknown>)[name]),
  );
  const parts = before ? Object.keys(rest).filter((part) => !isDeepStrictEqual(before[part], rest[part])) : [];
  return [...ofTables, ...parts.filter((part) => part !== '_meta')].sort();
}

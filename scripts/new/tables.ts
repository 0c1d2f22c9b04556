/** The names of every table in the migrations of both series. */
import { globSync, readFileSync } from 'node:fs';

/** @returns the names, without their schema */
export function allTables(): string[] {
  const snapshots = ['migrations', 'app/product/migrations'].flatMap(
    (folder) => globSync(`${folder}/meta/*_snapshot.json`).sort().at(-1) ?? [],
  );
  return snapshots.flatMap((file) =>
    Object.values((JSON.parse(readFileSync(file, 'utf8')) as { tables: Record<string, { name: string }> }).tables).map(
      ({ name }) => name,
    ),
  );
}

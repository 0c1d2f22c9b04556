/** Finds import cycles. */
import type { Import } from './imports.ts';

/**
 * The groups of files that import each other, by Tarjan's algorithm (Depth-first search and linear graph algorithms, 1972).
 * @returns for each group one of its shortest cycles, which starts and ends with the same file
 */
export function findCycles(imports: readonly Import[]): string[][] {
  const targets = new Map<string, Set<string>>();
  for (const { from, to, external } of imports)
    if (!external) targets.set(from, (targets.get(from) ?? new Set()).add(to));
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const found: string[][] = [];

  const visit = (file: string) => {
    order.set(file, order.size);
    lowest.set(file, order.get(file)!);
    open.push(file);
    for (const target of targets.get(file) ?? []) {
      if (!order.has(target)) visit(target);
      if (open.includes(target)) lowest.set(file, Math.min(lowest.get(file)!, lowest.get(target)!));
    }
    if (lowest.get(file) !== order.get(file)) return;
    const group = new Set(open.splice(open.indexOf(file)));
    if (group.size > 1 || targets.get(file)?.has(file)) found.push(shortestCycle(targets, group));
  };
  for (const file of targets.keys()) if (!order.has(file)) visit(file);
  return found;
}

/** A shortest path from any file of the group back to itself. */
function shortestCycle(targets: ReadonlyMap<string, Set<string>>, group: ReadonlySet<string>): string[] {
  const cycles = [...group].map((start) => {
    const paths = [[start]];
    const seen = new Set<string>();
    for (const path of paths) {
      for (const next of targets.get(path.at(-1)!) ?? []) {
        if (next === start) return [...path, next];
        if (!group.has(next) || seen.has(next)) continue;
        seen.add(next);
        paths.push([...path, next]);
      }
    }
    return [];
  });
  return cycles.reduce((shortest, cycle) => (cycle.length < shortest.length ? cycle : shortest));
}

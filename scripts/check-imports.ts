/** Checks the import rules of ARCHITECTURE.md over every TypeScript file: one direction, no cycles, type imports included. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findCycles } from './source/cycles.ts';
import { typescriptFiles } from './source/files.ts';
import { importsOf } from './source/imports.ts';
import { TOWERS } from './source/order.ts';
import { type Declared, featureViolations, violation } from './source/rules.ts';

export interface Findings {
  /** The number of files that were read. */
  files: number;
  /** The cycles. Each starts and ends with the same file. */
  cycles: string[][];
  /** Imports that break a rule, with advice; one line each. */
  violations: string[];
}

/** @returns the findings in `root`, a checkout */
export function checkImports(root = '.'): Findings {
  const files = typescriptFiles(root);
  const imports = files.flatMap((file) => importsOf(root, file));
  const declared = declaredPackages(root);
  const violations = imports.flatMap((entry) => violation(entry, declared) ?? []);
  return {
    files: files.length,
    cycles: findCycles(imports),
    violations: [...featureViolations(files), ...new Set(violations)],
  };
}

function declaredPackages(root: string): Declared {
  return new Map(
    TOWERS.map((tower) => {
      const manifest = JSON.parse(readFileSync(join(root, tower.root, 'package.json'), 'utf8')) as Record<
        string,
        object
      >;
      return [tower.root, new Set(Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }))];
    }),
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { files, cycles, violations } = checkImports();
  for (const cycle of cycles) process.stderr.write(`cycle: ${cycle.join(' -> ')}\n`);
  for (const line of violations) process.stderr.write(`${line}\n`);
  process.stdout.write(
    `import cycles ${cycles.length} over ${files} files, ${violations.length} imports against the rules\n`,
  );
  process.exitCode = cycles.length + violations.length === 0 ? 0 : 1;
}

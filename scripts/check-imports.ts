/**
 * The import rule of ARCHITECTURE.md, checked: platform <- features <- app, features in their declared order and only through their public file,
 * development never in production, no cycles.
 */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Each may import those before it: through `<feature>/<feature>.ts`, or its tables, to refer to and join them. */
const FEATURES = ['audit', 'email', 'accounts', 'organizations', 'billing'];
/** The only files that may reach for `dev/`, and only where development is certain. */
const DEVELOPMENT_DOOR = 'app/wiring.ts';

const IMPORT = /(?:^|\n)\s*(?:import|export)\s(?:[^'"`;]*?\sfrom\s)?['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/g;

interface Import {
  from: string;
  to: string;
  dynamic: boolean;
}

/** @returns what breaks the rule, one line each */
export function findViolations(root = '.'): string[] {
  const files = globSync('{app,dev}/**/*.ts', { cwd: root }).filter((file) => !isTest(file));
  const imports = files.flatMap((from) => importsOf(root, from));
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  return [
    ...imports.flatMap((entry) => violation(entry, manifest.dependencies) ?? []),
    ...cycles(imports.filter(({ to, dynamic }) => !dynamic && to.startsWith('app/'))).map(
      (cycle) => `cycle: ${cycle.join(' -> ')}`,
    ),
  ];
}

function importsOf(root: string, from: string): Import[] {
  const text = readFileSync(join(root, from), 'utf8');
  return [...text.matchAll(IMPORT)].map(([, fixed, dynamic]) => {
    const specifier = (fixed ?? dynamic)!;
    const to = specifier.startsWith('.') ? normalize(join(dirname(from), specifier)) : specifier;
    return { from, to, dynamic: fixed === undefined };
  });
}

function violation({ from, to, dynamic }: Import, dependencies: Record<string, string>): string | undefined {
  const line = `${from} -> ${to}`;
  if (!from.startsWith('app/')) return undefined;
  if (to.startsWith('dev/')) {
    return from === DEVELOPMENT_DOOR ? undefined : `${line}: only ${DEVELOPMENT_DOOR} may reach for dev/`;
  }
  if (!to.startsWith('app/')) return packageViolation(line, to, dynamic, dependencies);
  if (from.startsWith('app/platform/') && !to.startsWith('app/platform/'))
    return `${line}: the platform knows no feature and no app`;
  const feature = featureOf(from);
  if (feature === undefined || to.startsWith('app/platform/')) return undefined;
  const target = featureOf(to);
  if (target === undefined) return `${line}: a feature does not know the app`;
  if (target === feature) return undefined;
  if (!FEATURES.includes(target)) return `${line}: ${target} is not in the declared order of features`;
  if (FEATURES.indexOf(target) >= FEATURES.indexOf(feature)) return `${line}: ${feature} comes before ${target}`;
  const surface = [`app/features/${target}/${target}.ts`, `app/features/${target}/schema.ts`];
  return surface.includes(to) ? undefined : `${line}: only through ${target}.ts, its public surface, or schema.ts`;
}

function packageViolation(
  line: string,
  to: string,
  dynamic: boolean,
  dependencies: Record<string, string>,
): string | undefined {
  // A dynamic import of a development dependency is a door that production never opens.
  if (to.startsWith('node:') || dynamic || to.startsWith('.')) return undefined;
  const name = to
    .split('/')
    .slice(0, to.startsWith('@') ? 2 : 1)
    .join('/');
  return name in dependencies ? undefined : `${line}: not in dependencies, so absent in production`;
}

function featureOf(file: string): string | undefined {
  return /^app\/features\/([^/]+)\//.exec(file)?.[1];
}

function isTest(file: string): boolean {
  return /\.test\.ts$|\/testing\//.test(file);
}

/** One cycle for each group of files that import each other, found depth first. */
function cycles(imports: readonly Import[]): string[][] {
  const graph = Map.groupBy(imports, ({ from }) => from);
  const state = new Map<string, 'open' | 'done'>();
  const found: string[][] = [];
  const visit = (file: string, path: string[]) => {
    if (state.get(file) === 'done') return;
    if (state.get(file) === 'open') {
      found.push([...path.slice(path.indexOf(file)), file]);
      return;
    }
    state.set(file, 'open');
    for (const { to } of graph.get(file) ?? []) visit(to, [...path, file]);
    state.set(file, 'done');
  };
  for (const file of graph.keys()) visit(file, []);
  return found;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const violations = findViolations();
  for (const violation of violations) process.stderr.write(`${violation}\n`);
  process.stdout.write(`${violations.length === 0 ? 'The import rule holds.' : `${violations.length} violations.`}\n`);
  process.exitCode = violations.length === 0 ? 0 : 1;
}

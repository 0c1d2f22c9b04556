/** The import rules of ARCHITECTURE.md: finds an import that breaks one, and gives advice. */
import { isTest } from './files.ts';
import type { Import } from './imports.ts';
import { DEVELOPMENT_DOOR, FEATURES, featureOf, folderOf, TOWERS, type Tower, WINGS } from './order.ts';

const ORDER_FILE = 'scripts/source/order.ts';

/** The packages that each `package.json` declares, by its folder with a slash at the end ('' is the repository). */
export type Declared = ReadonlyMap<string, ReadonlySet<string>>;

/** @returns the rule that the import breaks, with advice; undefined if none */
export function violation(entry: Import, declared: Declared): string | undefined {
  const advice = entry.external ? packageAdvice(entry, declared) : fileAdvice(entry);
  return advice && `${entry.from} -> ${entry.to}: ${advice}`;
}

/** @returns advice for features without a place in the order, and for places without a feature */
export function featureViolations(files: readonly string[]): string[] {
  const lists = new Map(files.flatMap((file) => placeOf(file) ?? []));
  return [
    ...[...lists].filter(([name]) => !FEATURES.includes(name)).map(([name, list]) => missingLine(name, list)),
    ...FEATURES.filter((name) => lists.size > 0 && !lists.has(name)).map(
      (name) => `there is no folder ${folderOf(name)}: delete the line of ${name} in the list of features`,
    ),
  ];
}

function placeOf(file: string): [name: string, list: string][] | undefined {
  const feature = featureOf(file);
  return feature && [[feature.name, feature.list]];
}

function missingLine(name: string, list: string): string {
  const [folder, path] =
    list === 'app/features.ts' ? ['app/features', `./features/${name}`] : ['app/product', `./${name}`];
  return `${folder}/${name}: add a line for it to ${list}: export { ${name} } from '${path}/${name}.ts';`;
}

function fileAdvice({ from, to, kind }: Import): string | undefined {
  const tower = towerOf(from);
  if (tower !== towerOf(to)) {
    return tower.root === ''
      ? 'import a package by its name'
      : `a package imports nothing outside of its folder (${tower.root})`;
  }
  if (isTest(from)) return undefined;
  if (isTest(to)) return /^(test|bench)\//.test(from) ? undefined : 'only tests import tests and testing/';
  if (from === DEVELOPMENT_DOOR && to.startsWith('dev/')) {
    return kind === 'static' ? 'import dev/ by `import(…)`, so that production never loads it' : undefined;
  }
  const [feature, target] = [featureOf(from)?.name, featureOf(to)?.name];
  // `featureViolations` reports these, once.
  if ([feature, target].some((name) => name !== undefined && !FEATURES.includes(name))) return undefined;
  if (partOf(tower, to) > partOf(tower, from)) return directionAdvice(tower, from, to);
  if (feature === undefined || target === undefined) return undefined;
  if (feature === target) return wingAdvice(feature, from, to);
  const surface = [`${folderOf(target)}/${target}.ts`, `${folderOf(target)}/schema.ts`];
  return surface.includes(to)
    ? undefined
    : `import a feature through ${target}.ts, its public surface, or its schema.ts`;
}

function wingAdvice(feature: string, from: string, to: string): string | undefined {
  const wings = WINGS[feature] ?? [];
  const [low, high] = [from, to].map((file) => wings.indexOf(file.split('/')[3]!));
  if (low === -1 || high === -1 || low! >= high!) return undefined;
  return `'${wings[low!]}' stands below '${wings[high!]}' in the \`folders\` of '${feature}': hand it over as an argument, or move what both need lower`;
}

function directionAdvice(tower: Tower, from: string, to: string): string {
  const [feature, target] = [featureOf(from)?.name, featureOf(to)?.name];
  if (from.startsWith('app/') && to.startsWith('dev/')) return `only ${DEVELOPMENT_DOOR} may import dev/`;
  if (from.startsWith('app/platform/'))
    return 'the platform knows no feature and no app: take what it needs as an argument';
  if (feature && feature === target)
    return 'the service does not load the tools/ and bench/ of a feature: only scripts do';
  if (feature && target) {
    return `'${feature}' is built before '${target}': let '${target}' follow '${feature}', or add '${target}' to the \`needs\` of '${feature}'`;
  }
  if (feature) return 'a feature knows the platform and earlier features only: take what it needs as an argument';
  const [low, high] = [from, to].map((file) => tower.parts[partOf(tower, file)] || 'everything else');
  return `'${low}' stands below '${high}' in ${ORDER_FILE}: move what both need into '${low}' or lower, or hand it over as an argument`;
}

function packageAdvice({ from, to, kind }: Import, declared: Declared): string | undefined {
  if (to.startsWith('node:')) return undefined;
  const { root } = towerOf(from);
  const name = to.split('/', to.startsWith('@') ? 2 : 1).join('/');
  // The tests of a package must run with its own dependencies, wherever its folder is copied. The service's tests run only here.
  if (root === '' && (!isOfService(from) || isTest(from) || kind === 'dynamic')) return undefined;
  if (declared.get(root)?.has(name)) return undefined;
  return root === ''
    ? `not in the dependencies of package.json, so absent in production`
    : `not declared in ${root}package.json`;
}

/** True for what the image contains: the app without the tools and the benchmarks of features. */
export function isOfService(file: string): boolean {
  return file.startsWith('app/') && !/^app\/(features|product)\/[^/]+\/(tools|bench)\//.test(file);
}

function towerOf(file: string): Tower {
  return TOWERS.find(({ root }) => file.startsWith(root))!;
}

/** The index of the part that a file belongs to: the longest matching name wins. */
function partOf({ root, parts }: Tower, file: string): number {
  const path = file.slice(root.length);
  const fits = parts.filter((part) => part === '' || path === part || path.startsWith(`${part}/`));
  return parts.indexOf(fits.reduce((longest, part) => (part.length > longest.length ? part : longest)));
}

/** The order of the repository's parts, lowest first. A part imports itself and those below it; type imports count. */
import * as features from '../../app/features.ts';
import { buildOrder } from '../../app/platform/feature.ts';
import * as product from '../../app/product/features.ts';

const isOfProduct = (feature: string) => Object.hasOwn({ ...product }, feature);
const all = buildOrder({ ...features });
/** Each feature after what it says that it needs; those of the product after those of the foundation. */
export const FEATURES: readonly string[] = [...all.filter((name) => !isOfProduct(name)), ...all.filter(isOfProduct)];

/** @returns the folder of a feature, without a slash at its end */
export function folderOf(feature: string): string {
  return `app/${isOfProduct(feature) ? 'product' : 'features'}/${feature}`;
}

/** The folders of the product that are no features. */
const OTHER_FOLDERS = ['docs', 'migrations'];

/** @returns the feature in whose folder a file is, with the file that has to list it; undefined outside of features */
export function featureOf(file: string): { name: string; list: string } | undefined {
  const [, part, name] = /(?:^|[^\w/])app\/(features|product)\/([\w-]+)\//.exec(file) ?? [];
  if (!name || (part === 'product' && OTHER_FOLDERS.includes(name))) return undefined;
  return { name, list: part === 'product' ? 'app/product/features.ts' : 'app/features.ts' };
}

/** @returns true if a path is in the folder of a feature that no list has */
export function isOfAbsentFeature(path: string): boolean {
  const feature = featureOf(path);
  return feature !== undefined && !FEATURES.includes(feature.name);
}

export interface Tower {
  /** A folder, with a slash at its end; '' is the repository. */
  root: string;
  /** Folders and files below `root`; '' is every file that matches no other part. */
  parts: readonly string[];
}

/** Each folder of `packages/` is independent: it imports nothing outside of it, and others import it by its package name. */
export const TOWERS: readonly Tower[] = [
  {
    root: 'packages/client/',
    parts: [
      'generated/types.ts',
      'problems.ts',
      'operation.ts',
      'generated/operations.ts',
      'waiting.ts',
      'sending.ts',
      'sessions',
      'client.ts',
      '',
    ],
  },
  {
    root: 'packages/stripe-sandbox/',
    parts: [
      'world',
      'protocol',
      'events',
      'billing/payments',
      'billing/catalog',
      'billing/invoices',
      'billing/subscriptions',
      'billing/customers',
      'billing/checkout',
      'billing',
      'resources',
      'controls.ts',
      'pages',
      'http',
      'sandbox.ts',
      '',
    ],
  },
  {
    root: '',
    parts: [
      'app/product/brand.ts',
      'app/platform',
      ...FEATURES.map(folderOf),
      'app',
      'dev',
      'monitoring',
      'emails',
      'scripts',
      ...FEATURES.map((feature) => `${folderOf(feature)}/tools`),
      'test',
      'bench',
      ...FEATURES.map((feature) => `${folderOf(feature)}/bench`),
      '',
    ],
  },
];

/** The folders of a feature that is large enough to have some, lowest first. A file beside them may import each, and be imported by each. */
export const WINGS: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.entries({ ...features }).map(([name, feature]): [string, readonly string[]] => [name, feature.folders ?? []]),
);

/** The only file of `app/` that may import `dev/`: types, and dynamic imports that run only in development. */
export const DEVELOPMENT_DOOR = 'app/wiring.ts';

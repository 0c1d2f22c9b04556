/** The order of the repository's parts, lowest first. A part imports itself and those below it; type imports count. */
import * as features from '../../app/features.ts';
import { buildOrder } from '../../app/platform/feature.ts';

export const FEATURE_LIST = 'app/features.ts';
/** Each feature after what it says that it needs. */
export const FEATURES: readonly string[] = buildOrder({ ...features });

/** @returns true if a path is in the folder of a feature that `app/features.ts` does not list */
export function isOfAbsentFeature(path: string): boolean {
  const [, feature] = /app\/features\/([\w-]+)\//.exec(path) ?? [];
  return feature !== undefined && !FEATURES.includes(feature);
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
      'app/platform',
      ...FEATURES.map((feature) => `app/features/${feature}`),
      'app',
      'dev',
      'monitoring',
      'emails',
      'scripts',
      ...FEATURES.map((feature) => `app/features/${feature}/tools`),
      'test',
      'bench',
      ...FEATURES.map((feature) => `app/features/${feature}/bench`),
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

/** The order of the repository's parts, lowest first. A part may import itself and the parts below it. Type imports count. */

/** The features. Add a new one after every feature that it imports. */
export const FEATURES: readonly string[] = ['audit', 'email', 'accounts', 'organizations', 'billing'];

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
      'test',
      'bench',
      '',
    ],
  },
];

/** The only file of `app/` that may import `dev/`: types, and dynamic imports that run only in development. */
export const DEVELOPMENT_DOOR = 'app/wiring.ts';

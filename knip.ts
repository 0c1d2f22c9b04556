import { readdirSync } from 'node:fs';
import type { KnipConfig } from 'knip';

/** The public surface of each feature. It also serves features that are not here, e.g. because a product has removed them. */
const surfaces = readdirSync('app/features').map((feature) => `app/features/${feature}/${feature}.ts`);

const config: KnipConfig = {
  entry: [
    ...surfaces,
    'app/healthcheck.ts',
    'app/main.ts',
    'app/cli.ts',
    'bench/run.ts',
    'app/features/*/bench/*.ts',
    'app/features/*/tools/*.ts',
    'app/features/*/emails/*.ts',
    'packages/stripe-sandbox/derive-words.ts',
    'packages/stripe-sandbox/stripe-mock/compare.heavy.ts',
    'packages/stripe-sandbox/main.ts',
    'packages/stripe-sandbox/sandbox.ts',
    'scripts/*.ts',
    'app/features/*/testing/{entitled,examples,names,personal-data,resources}.ts',
    'scripts/*.cjs',
    'scripts/clients/run.ts',
    '**/*.test.ts',
    'test/browser/*.browser.ts',
    'test/**/*.heavy.ts',
    'test/global-setup.ts',
  ],
  project: [
    '{app,bench,dev,emails,monitoring,packages,scripts,test}/**/*.{ts,tsx,cjs}',
    '!scripts/clients/journeys/**',
  ],
  ignoreExportsUsedInFile: true,
  ignoreDependencies: ['@plinth/runtime', 'react-dom'],
  ignoreBinaries: ['go', 'haproxy', 'mkfifo', 'pgbouncer', 'taskset'],
  ignoreIssues: {
    'test/**': ['exports', 'types'],
  },
};

export default config;

import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';

/** The public surface of each feature. It also serves features that are not here, e.g. because a product has removed them. */
const surfaces = globSync('app/{features,product}/*/').map((folder) => `${folder}/${basename(folder)}.ts`);

/** Packages of tools, which are declared in their own folders. scripts/bootstrap.test.ts finds one that nothing uses. */
const tools = globSync('tools/*/package.json').flatMap((file) =>
  Object.keys(JSON.parse(readFileSync(file, 'utf8')).dependencies ?? {}),
);

const config = {
  entry: [
    ...surfaces,
    'app/healthcheck.ts',
    // It serves a feature that a product may have removed.
    'app/platform/database/changes/log.ts',
    'monitoring/docker-proxy/main.ts',
    // The models, which drizzle-kit reads.
    'app/{features,platform,product}/**/schema.ts',
    // Compiled before it runs.
    'emails/render.tsx',
    'app/main.ts',
    'app/cli.ts',
    'bench/run.ts',
    'dev/{standby,watch}.ts',
    'app/{features,product}/*/bench/*.ts',
    'app/{features,product}/*/tools/*.ts',
    'app/{features,product}/*/emails/*.ts',
    'packages/client/{client,webhooks,react/react,generated/*}.ts',
    'packages/stripe-sandbox/derive-words.ts',
    'app/{features,product}/*/*.{browser,heavy}.ts',
    'packages/stripe-sandbox/stripe-mock/compare.heavy.ts',
    'packages/stripe-sandbox/main.ts',
    'packages/stripe-sandbox/sandbox.ts',
    'scripts/*.ts',
    'app/{features,product}/*/testing/{emitted-events,entitled,examples,names,personal-data,resources}.ts',
    'scripts/*.cjs',
    'scripts/clients/run.ts',
    '**/*.test.ts',
    'test/browser/*.browser.ts',
    'test/**/*.heavy.ts',
    'test/containers/plain-client.ts',
    'test/global-setup.ts',
    // They serve features that a product may have removed.
    'test/{emitted-events,entitled,half-sent,resources}.ts',
  ],
  project: [
    '{app,bench,dev,emails,monitoring,packages,scripts,test}/**/*.{ts,tsx,cjs}',
    '!scripts/clients/journeys/**',
  ],
  ignoreExportsUsedInFile: true,
  ignoreDependencies: [
    ...tools,
    // `react` and what belongs to it: packages/client declares them for those who want them.
    ...['@plinth/runtime', '@sentry/bundler-plugins'],
    // They serve webhooks, companies and SCIM, which a product may have removed: uninstalling them is for a person to do.
    ...['undici', 'standardwebhooks', 'svix', 'email-providers', 'tldts', 'dns-packet', '@types/dns-packet'],
    'scim2-parse-filter',
  ],
  ignoreBinaries: ['go', 'haproxy', 'mkfifo', 'pgbouncer', 'taskset'],
  ignoreIssues: {
    // They serve features that a product may have removed.
    'app/platform/http/{schemas,outgoing/destinations}.ts': ['exports'],
    'bench/processes.ts': ['exports'],
    'test/**': ['exports', 'types'],
  },
};

export default config;

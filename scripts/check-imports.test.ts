import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { checkImports, type Findings } from './check-imports.ts';
import { FEATURES, WINGS } from './source/order.ts';

/** Runs the check on a checkout that contains `files` and every feature's public file. */
function check(t: TestContext, files: Record<string, string>): Findings {
  const root = mkdtempSync(join(tmpdir(), 'imports-'));
  t.after(() => rmSync(root, { recursive: true }));
  const all: Record<string, string> = {
    'package.json': JSON.stringify({ dependencies: { fastify: '1.0.0' }, devDependencies: { knip: '1.0.0' } }),
    'packages/client/package.json': '{}',
    'packages/stripe-sandbox/package.json': JSON.stringify({ peerDependencies: { stripe: '1.0.0' } }),
    ...Object.fromEntries(FEATURES.map((name) => [`app/features/${name}/${name}.ts`, 'export type Some = string;\n'])),
    ...files,
  };
  for (const [file, text] of Object.entries(all)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  return checkImports(root);
}

test('a cycle is found, also if one of its imports is a type, is inside a type, or is dynamic', (t) => {
  for (const back of [
    "import type { A } from './a.ts';",
    "import { type A } from './a.ts';",
    "export type { A } from './a.ts';",
    "export * from './a.ts';",
    "export type B = import('./a.ts').A;",
    "export const load = () => import('./a.ts');",
  ]) {
    const { cycles } = check(t, { 'bench/a.ts': "import './b.ts';\nexport type A = 1;\n", 'bench/b.ts': `${back}\n` });
    assert.deepEqual(cycles, [['bench/a.ts', 'bench/b.ts', 'bench/a.ts']], back);
  }
});

test('for files that all import each other, a shortest cycle is shown', (t) => {
  const { cycles } = check(t, {
    'emails/a.tsx': "import './b.ts';\n",
    'emails/b.ts': "import './c.ts';\nimport './d.ts';\n",
    'emails/c.ts': "import './a.tsx';\n",
    'emails/d.ts': "import './b.ts';\n",
  });
  assert.equal(cycles.length, 1);
  assert.deepEqual([...cycles[0]!].sort(), ['emails/b.ts', 'emails/b.ts', 'emails/d.ts']);
});

test('an import in a comment or a string is ignored', (t) => {
  const { cycles, violations } = check(t, {
    'app/platform/a.ts': "// import '../main.ts';\nexport const text = `\nimport '../main.ts';\n`;\n",
    'app/main.ts': "import './platform/a.ts';\n",
  });
  assert.deepEqual([cycles, violations], [[], []]);
});

test('an import against the order is found, types included, and the message says what to do', (t) => {
  const wrong: [string, string, RegExp][] = [
    [
      'app/platform/a.ts',
      '../features/audit/audit.ts',
      /the platform knows no feature and no app: take .* as an argument/,
    ],
    [
      'app/features/audit/a.ts',
      '../accounts/accounts.ts',
      /'audit' is built before 'accounts': let 'accounts' follow 'audit'/,
    ],
    ['app/features/accounts/a.ts', '../../wiring.ts', /a feature knows the platform and earlier features only/],
    [
      'app/features/accounts/a.ts',
      '../audit/rows.ts',
      /import a feature through audit.ts, its public surface, or its schema.ts/,
    ],
    ...Object.entries(WINGS).flatMap(([feature, [low, high]]): [string, string, RegExp][] =>
      low && high
        ? [[`app/features/${feature}/${low}/a.ts`, `../${high}/b.ts`, new RegExp(`'${low}' stands below '${high}'`)]]
        : [],
    ),
    ['app/features/accounts/a.ts', './tools/demo.ts', /the service does not load the tools\/ and bench\/ of a feature/],
    ['app/a.ts', '../dev/stand-ins.ts', /only app\/wiring.ts may import dev\//],
    ['app/a.ts', '../test/service.ts', /'app' stands below 'test'/],
    ['app/a.ts', './testing/scene.ts', /only tests import tests and testing\//],
    ['dev/a.ts', '../scripts/demo.ts', /'dev' stands below 'scripts'/],
    ['packages/stripe-sandbox/world/a.ts', '../events/clock.ts', /'world' stands below 'events'/],
    ['packages/stripe-sandbox/billing/invoices/a.ts', '../checkout/quote.ts', /'billing\/invoices' stands below/],
    ['packages/stripe-sandbox/billing/a.ts', '../resources/all.ts', /'billing' stands below 'resources'/],
    ['packages/stripe-sandbox/pages/a.ts', '../main.ts', /'pages' stands below 'everything else'/],
    ['packages/stripe-sandbox/a.ts', '../../app/a.ts', /a package imports nothing outside of its folder/],
    ['dev/a.ts', '../packages/stripe-sandbox/sandbox.ts', /import a package by its name/],
  ];
  for (const [file, target, advice] of wrong) {
    const { violations } = check(t, { [file]: `import type { Some } from '${target}';\n` });
    assert.equal(violations.length, 1, `${file} -> ${target}`);
    assert.match(violations[0]!, advice);
  }
});

test('imports that the order allows are not reported', (t) => {
  const right: [string, string][] = [
    ['app/features/accounts/a.ts', "import '../audit/audit.ts';\nimport '../email/schema.ts';\nimport './b.ts';"],
    [
      'app/features/audit/a.test.ts',
      "import '../accounts/accounts.ts';\nimport '../../../test/service.ts';\nimport 'knip';",
    ],
    ['app/wiring.ts', "import type { A } from '../dev/stand-ins.ts';\nconst a = import('../dev/stand-ins.ts');"],
    ['app/a.ts', "import 'node:fs';\nimport 'fastify';\nimport './features/accounts/routes.ts';"],
    ['bench/a.ts', "import '../test/database.ts';\nimport '../scripts/stage.ts';\nimport '../dev/a.ts';"],
    ['packages/stripe-sandbox/http/a.ts', "import type Stripe from 'stripe';\nimport '../pages/pages.ts';"],
  ];
  for (const [file, text] of right) assert.deepEqual(check(t, { [file]: text }).violations, [], file);
});

test('production imports declared packages only, and a package those of its own package.json', (t) => {
  assert.match(check(t, { 'app/a.ts': "import 'knip';\n" }).violations[0]!, /not in the dependencies of package.json/);
  const { violations } = check(t, { 'packages/stripe-sandbox/a.test.ts': "import 'fastify';\n" });
  assert.match(violations[0]!, /not declared in packages\/stripe-sandbox\/package.json/);
  assert.match(check(t, { 'app/wiring.ts': "import '../dev/a.ts';\n" }).violations[0]!, /never loads it/);
});

test('a feature without a place in the order gets one message, which says where to add it', (t) => {
  const { violations } = check(t, {
    'app/features/projects/projects.ts':
      "import '../accounts/accounts.ts';\nimport '../audit/audit.ts';\nimport './schema.ts';\n",
    'app/features/projects/schema.ts': "import '../accounts/schema.ts';\n",
    'app/features/accounts/a.ts': "import '../projects/projects.ts';\n",
    'app/wiring.ts': "import './features/projects/projects.ts';\n",
  });
  assert.deepEqual(violations, [
    "app/features/projects: add a line for it to app/features.ts: export { projects } from './features/projects/projects.ts';",
  ]);
});

/**
 * `npm run test:features [-- --quick] [-- --keep] [-- FEATURE,FEATURE ...]`: shows that a feature owns everything that is its own. In a scratch copy
 * it deletes the folders of some features and their lines in app/features.ts, generates the migration that drops their tables and every generated
 * file, and then runs the checks and the tests that are left, the demo among them. It exits with 1 if something else would have to be edited.
 *
 * `--quick` runs the checks and the demo, and no other tests. `--keep` keeps the copies, and prints where they are.
 */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { copyRepository, explainMigration, removeFeatures } from './removal/copy.ts';

const REMOVALS = [['billing'], ['billing', 'webhooks', 'organizations']];
/** Starts the service in development, and runs the demo. */
const DEMO = 'test/development.test.ts';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false }, keep: { type: 'boolean', default: false } },
});
const removals = positionals.length > 0 ? positionals.map((names) => names.split(',')) : REMOVALS;

for (const features of removals) {
  process.stdout.write(`\nwithout ${features.join(' and ')}\n`);
  const root = copyRepository();
  try {
    if (!prepare(root, features)) continue;
    run(root, 'checks', process.execPath, ['scripts/check.ts']);
    run(root, 'tests', process.execPath, ['scripts/test.ts', ...(options.quick ? [DEMO] : [])]);
  } finally {
    if (options.keep) process.stdout.write(`${root}\n`);
    else rmSync(root, { recursive: true, force: true });
  }
}

/** Removes the features, and writes what is generated. @returns true if everything was written */
function prepare(root: string, features: readonly string[]): boolean {
  removeFeatures(root, features);
  const name = `drop_${features.join('_')}`;
  if (!run(root, 'migration', 'node_modules/.bin/drizzle-kit', ['generate', '--name', name])) return false;
  explainMigration(root, `The product no longer has ${features.join(' and ')}.`);
  // Tests ask Git which files there are.
  return (
    run(root, 'generated files', process.execPath, ['scripts/generate.ts']) &&
    run(root, 'index', 'git', ['add', '--all'])
  );
}

/** @returns true if the program succeeded; otherwise its output is printed */
function run(root: string, what: string, program: string, args: string[]): boolean {
  const startedAt = performance.now();
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 28 });
  const ok = status === 0;
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  process.stdout.write(`${ok ? 'ok  ' : 'FAIL'} ${what.padEnd(16)} ${seconds} s\n`);
  if (!ok) process.stdout.write(`${stdout}${stderr}`.replace(/^/gm, '     '));
  if (!ok) process.exitCode = 1;
  return ok;
}

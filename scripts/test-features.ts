/**
 * `npm run test:features [-- --quick] [-- --keep] [-- FEATURE,FEATURE ...]`: shows that a feature owns everything that is its own. In scratch copies
 * it deletes the folders of some features and their lines in app/features.ts, generates the migration that drops their tables and every generated
 * file, and then runs the checks and the tests that are left, the demo among them. In another copy `npm run new` writes a feature of the product and adds each kind of part to it; the
 * checks and all tests pass with it, and the checks pass after it was removed again. It exits with 1 if something else would have to be edited.
 *
 * At the end it does what the tutorial says (`npm run test:tutorial`).
 *
 * `--quick` runs the checks, the demo and the tests of the new feature, and neither other tests nor the tutorial. `--keep` keeps the copies, and prints where they are.
 */
import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import {
  copyRepository,
  explainMigration,
  type FeatureList,
  FOUNDATION,
  PRODUCT,
  removeFeatures,
} from './scratch/copy.ts';
import { commit, run } from './scratch/steps.ts';

const REMOVALS = [['billing'], ['billing', 'webhooks', 'services', 'scim', 'companies', 'organizations']];
const NEW = 'projects';
const PARTS = [
  ['operation', NEW, 'archive'],
  ['email', NEW, 'ready'],
  ['job', NEW, 'count'],
  ['webhook-event', NEW, 'created'],
];
/** Starts the service in development, and runs the demo. */
const DEMO = 'test/development.test.ts';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false }, keep: { type: 'boolean', default: false } },
});
const removals = positionals.length > 0 ? positionals.map((names) => names.split(',')) : REMOVALS;

for (const features of removals) {
  inCopy(`without ${features.join(' and ')}`, (root) => {
    if (!remove(root, FOUNDATION, features)) return;
    run(root, 'checks', process.execPath, ['scripts/check.ts']);
    run(root, 'tests', process.execPath, ['scripts/test.ts', ...(options.quick ? [DEMO] : [])]);
  });
}
if (positionals.length === 0) {
  inCopy(`with ${NEW}, a new feature of the product`, (root) => {
    if (!commit(root, 'A release') || !run(root, 'new feature', process.execPath, ['scripts/new.ts', 'feature', NEW]))
      return;
    commit(root, `Add ${NEW}`);
    for (const part of PARTS) {
      if (!run(root, `new ${part[0]}`, process.execPath, ['scripts/new.ts', ...part])) return;
      commit(root, `Add ${part.join(' ')}`);
    }
    run(root, 'checks', process.execPath, ['scripts/check.ts']);
    const tests = [`app/product/${NEW}/*.test.ts`, DEMO];
    run(root, 'tests', process.execPath, ['scripts/test.ts', ...(options.quick ? tests : [])]);
    if (remove(root, PRODUCT, [NEW])) run(root, 'checks without it', process.execPath, ['scripts/check.ts']);
  });
  if (!options.quick) run('.', 'the tutorial', process.execPath, ['scripts/test-tutorial.ts']);
}

function inCopy(title: string, work: (root: string) => void): void {
  process.stdout.write(`\n${title}\n`);
  const root = copyRepository();
  try {
    work(root);
  } finally {
    if (options.keep) process.stdout.write(`${root}\n`);
    else rmSync(root, { recursive: true, force: true });
  }
}

/** Removes the features, and writes what is generated. @returns true if everything was written */
function remove(root: string, list: FeatureList, features: readonly string[]): boolean {
  removeFeatures(root, list, features);
  const name = `drop_${features.join('_')}`;
  if (!run(root, 'migration', process.execPath, ['scripts/generate-migrations.ts', '--name', name])) return false;
  explainMigration(root, list, `The product no longer has ${features.join(' and ')}.`);
  // Tests ask Git which files there are.
  return (
    run(root, 'generated files', process.execPath, ['scripts/generate.ts']) &&
    run(root, 'index', 'git', ['add', '--all'])
  );
}

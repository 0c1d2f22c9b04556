/**
 * `npm run test:upgrade [-- --keep] [-- COMMIT]`: shows that a team can follow the releases. In a clone of the last release that CHANGELOG.md names it makes a
 * product as a team does: `npm run rename`, and three features with `npm run new`. Then it merges this commit, as `docs/upgrading.md` says. There must be no
 * conflict, and the product's checks and tests must pass. It exits with 1 otherwise.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { cloneRepository } from './scratch/copy.ts';
import { commit, run } from './scratch/steps.ts';

const FEATURES = ['projects', 'tickets', 'notes'];
const PARTS = [
  ['operation', 'projects', 'archive'],
  ['email', 'tickets', 'ready'],
  ['job', 'notes', 'count'],
];

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { keep: { type: 'boolean', default: false } },
});
const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8' }).trim();
const head = git('rev-parse', 'HEAD');
const [release] = positionals.length > 0 ? positionals : [lastRelease()];

if (spawnSync('git', ['cat-file', '-e', `${release}^{commit}`]).status !== 0) {
  process.stdout.write(
    `The release ${release} is not in this clone, which has a part of the history only: git fetch --unshallow\n`,
  );
} else {
  const root = cloneRepository(release!);
  try {
    if (makeProduct(root)) upgrade(root);
  } finally {
    if (options.keep) process.stdout.write(`${root}\n`);
    else rmSync(root, { recursive: true, force: true });
  }
}

/** @throws Error if CHANGELOG.md names none */
function lastRelease(): string {
  const [, commit] =
    /^## \d+\.\d+\.\d+ \([\d-]+, commit ([0-9a-f]{7,40})\)$/m.exec(readFileSync('CHANGELOG.md', 'utf8')) ?? [];
  if (!commit) throw new Error('CHANGELOG.md names no release: ## 1.2.3 (2026-01-31, commit 0123abc)');
  return commit;
}

/** @returns false if a step failed */
function makeProduct(root: string): boolean {
  process.stdout.write(`\na product, made at ${release}\n`);
  const node = (what: string, ...args: string[]) => run(root, what, process.execPath, args);
  if (!install(root)) return false;
  if (!node('rename', 'scripts/rename.ts', 'Acme Cloud') || !commit(root, 'Make it ours')) return false;
  for (const name of FEATURES)
    if (!node(`new ${name}`, 'scripts/new.ts', 'feature', name) || !commit(root, `Add ${name}`)) return false;
  for (const part of PARTS)
    if (!node(`new ${part[0]}`, 'scripts/new.ts', ...part) || !commit(root, `Add ${part.join(' ')}`)) return false;
  return true;
}

/** As an npm script of that commit would. A release from before the groups of tools takes no notice of their names. */
function install(root: string): boolean {
  return run(root, 'packages', process.execPath, [
    'scripts/bootstrap.cjs',
    'checks',
    'emails',
    'dashboards',
    'browser',
  ]);
}

function upgrade(root: string): void {
  process.stdout.write(`\nits upgrade to ${head.slice(0, 7)}\n`);
  const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com'];
  if (!run(root, 'merge', 'git', [...identity, 'merge', '--quiet', '--no-edit', head])) return;
  if (!install(root)) return;
  if (!run(root, 'generated files', process.execPath, ['scripts/generate.ts']) || !commit(root, 'Generate')) return;
  run(root, 'checks', process.execPath, ['scripts/check.ts']);
  const tests = FEATURES.map((name) => `app/product/${name}/*.test.ts`);
  run(root, 'tests', process.execPath, [
    'scripts/test.ts',
    ...tests,
    'app/platform/database/migrations/*.test.ts',
    'test/development.test.ts',
  ]);
}

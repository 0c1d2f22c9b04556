/** A scratch copy of the repository, without some features. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const FEATURE_LIST = 'app/features.ts';

/**
 * Copies the tracked files to a folder for temporary files, with links to the installed packages, as a Git repository of its own.
 * @returns its path
 */
export function copyRepository(): string {
  const root = mkdtempSync(join(tmpdir(), 'plinth-without-'));
  const list = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    encoding: 'utf8',
  });
  for (const file of list.split('\0').filter((name) => name !== '')) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    cpSync(file, join(root, file), { verbatimSymlinks: true });
  }
  linkPackages(root);
  execFileSync('git', ['init', '--quiet'], { cwd: root });
  return root;
}

/** Each package is a link, so that the copy has its own cache, and its own packages in `packages/`. */
function linkPackages(root: string): void {
  mkdirSync(join(root, 'node_modules'));
  for (const name of readdirSync('node_modules')) {
    if (name === '.cache') continue;
    const own = name === 'stripe-sandbox' ? '../packages/stripe-sandbox' : resolve('node_modules', name);
    symlinkSync(own, join(root, 'node_modules', name));
  }
}

/**
 * Deletes the folders of the features and their lines in `app/features.ts`, and nothing else.
 * @throws Error if a feature has no line
 */
export function removeFeatures(root: string, features: readonly string[]): void {
  const list = join(root, FEATURE_LIST);
  for (const feature of features) {
    rmSync(join(root, 'app/features', feature), { recursive: true });
    const text = readFileSync(list, 'utf8');
    const rest = text.replace(`export { ${feature} } from './features/${feature}/${feature}.ts';\n`, '');
    if (rest === text) throw new Error(`${FEATURE_LIST} has no line for ${feature}`);
    writeFileSync(list, rest);
  }
}

/** Writes the sentence of why on top of the newest migration, as a person does. */
export function explainMigration(root: string, why: string): void {
  const folder = join(root, 'migrations');
  const newest = readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .at(-1)!;
  const file = join(folder, newest);
  writeFileSync(file, `-- ${why}\n${readFileSync(file, 'utf8')}`);
}

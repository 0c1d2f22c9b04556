/** A scratch copy of the repository, without some features. */
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  globSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/**
 * Copies the tracked files to a folder for temporary files, with links to the installed packages, as a Git repository of its own.
 * @returns its path
 */
export function copyRepository(): string {
  const root = mkdtempSync(join(tmpdir(), 'plinth-copy-'));
  const list = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    encoding: 'utf8',
  });
  // Git lists a file that was deleted, and not committed, too.
  for (const file of list.split('\0').filter((name) => name !== '' && existsSync(name))) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    cpSync(file, join(root, file), { verbatimSymlinks: true });
  }
  linkPackages(root);
  execFileSync('git', ['init', '--quiet'], { cwd: root });
  return root;
}

/** Each package is a link, so that the copy has its own cache, and its own packages in `packages/`. So are those of the groups in `tools/`. */
export function linkPackages(root: string): void {
  for (const packages of globSync('tools/*/node_modules')) {
    mkdirSync(join(root, packages), { recursive: true });
    for (const name of readdirSync(packages)) symlinkSync(resolve(packages, name), join(root, packages, name));
  }
  for (const { folder, packages } of linkedPackages()) {
    for (const name of packages) {
      mkdirSync(dirname(join(root, folder, name)), { recursive: true });
      symlinkSync(readlinkSync(join(folder, name)), join(root, folder, name));
    }
  }
  mkdirSync(join(root, 'node_modules/@plinth'), { recursive: true });
  for (const name of readdirSync('node_modules')) {
    if (name === '.cache' || name === '@plinth') continue;
    const own = name === 'stripe-sandbox' ? '../packages/stripe-sandbox' : resolve('node_modules', name);
    symlinkSync(own, join(root, 'node_modules', name));
  }
  for (const name of readdirSync('node_modules/@plinth'))
    symlinkSync(readlinkSync(`node_modules/@plinth/${name}`), join(root, 'node_modules/@plinth', name));
}

/** The links that `scripts/bootstrap.cjs` made, by the folder that they are in. */
function linkedPackages(): { folder: string; packages: string[] }[] {
  return globSync('{app,bench,dev,emails,monitoring,packages,scripts,test}/node_modules').map((folder) => ({
    folder,
    packages: globSync(['*', '@*/*'], { cwd: folder }).filter((name) => lstatSync(join(folder, name)).isSymbolicLink()),
  }));
}

/**
 * Clones the repository, with its history, as a team does. It has links to the installed packages if the commit has the same lock file, and otherwise none:
 * `scripts/bootstrap.cjs` installs its own.
 * @param commit what is checked out, on a branch `main`
 * @returns its path
 */
export function cloneRepository(commit: string): string {
  const root = mkdtempSync(join(tmpdir(), 'plinth-clone-'));
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, stdio: 'ignore' });
  git('clone', '--quiet', '--no-checkout', '--shared', resolve('.'), '.');
  git('checkout', '--quiet', '-B', 'main', commit);
  const isSame = readFileSync(join(root, 'package-lock.json'), 'utf8') === readFileSync('package-lock.json', 'utf8');
  if (isSame) linkPackages(root);
  return root;
}

/** Where features are listed: their folders, and the series of migrations of their tables. */
export interface FeatureList {
  file: string;
  folder: string;
  migrations: string;
}
export const FOUNDATION: FeatureList = { file: 'app/features.ts', folder: 'app/features', migrations: 'migrations' };
export const PRODUCT: FeatureList = {
  file: 'app/product/features.ts',
  folder: 'app/product',
  migrations: 'app/product/migrations',
};

/**
 * Deletes the folders of the features and their lines in the list, and nothing else.
 * @throws Error if a feature has no line
 */
export function removeFeatures(root: string, { file, folder }: FeatureList, features: readonly string[]): void {
  const list = join(root, file);
  for (const feature of features) {
    rmSync(join(root, folder, feature), { recursive: true });
    const text = readFileSync(list, 'utf8');
    const rest = text.replace(new RegExp(`^export \\{ ${feature} \\} from .*\n`, 'm'), '');
    if (rest === text) throw new Error(`${file} has no line for ${feature}`);
    // A module without an export is none.
    writeFileSync(list, rest.includes('export') ? rest : `${rest}export {};\n`);
  }
}

/** Writes the sentence of why on top of the newest migration, as a person does. */
export function explainMigration(root: string, { migrations }: FeatureList, why: string): void {
  const folder = join(root, migrations);
  const newest = readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .at(-1)!;
  const file = join(folder, newest);
  writeFileSync(file, `-- ${why}\n${readFileSync(file, 'utf8')}`);
}

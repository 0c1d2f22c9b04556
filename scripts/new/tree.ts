/** What a generator does to the work tree: it begins in a clean one, and either finishes or takes everything back. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { checkTool } from '../programs.ts';
import { NameError } from './names.ts';

/** Where the command is noted while it runs. Git ignores the folder. */
const NOTE = '.plinth/new.unfinished';
/** Where generators and `npm run generate` write new files. */
const WRITTEN = ['app/product', 'docs', 'monitoring', 'app/features/email/compiled'];
const TAKE_BACK = [
  ['restore', '--staged', '--worktree', '.'],
  ['clean', '-fdq', ...WRITTEN],
];

/**
 * Runs `work` in a work tree that `requireCleanTree` has let through. If it fails, everything is as before; if it is killed, the next run says how to take it back.
 * @param command as it was typed
 * @throws what `work` throws
 */
export function inCleanTree(command: string, work: () => void): void {
  mkdirSync(dirname(NOTE), { recursive: true });
  writeFileSync(NOTE, command);
  try {
    work();
  } catch (error) {
    // The tree was clean, so everything that differs now is from this run.
    for (const args of TAKE_BACK) spawnSync('git', args);
    throw error;
  } finally {
    rmSync(NOTE, { force: true });
  }
}

/** @throws NameError if the tree is not clean, or not one of Git, or if an earlier run was interrupted */
export function requireCleanTree(): void {
  const { status, stdout } = spawnSync('git', ['status', '--porcelain'], { encoding: 'utf8' });
  if (status !== 0)
    throw new NameError(
      'This is not a Git work tree, so the generator could not be undone: git init && git add --all && git commit -m "Begin"',
    );
  if (stdout.trim() === '') return;
  if (existsSync(NOTE)) {
    const commands = TAKE_BACK.map((args) => `git ${args.join(' ')}`).join(' && ');
    throw new NameError(
      `An earlier run was interrupted, and what it wrote is not complete. Look at it with git status, and take it back: ${commands}`,
    );
  }
  throw new NameError('The work tree has changes. Commit them first: git add --all && git commit');
}

/** Writes files below `folder`; those in `docs/` go to the documents of the product. */
export function write(folder: string, files: ReadonlyMap<string, string>): void {
  for (const [path, text] of files) {
    const file = path.startsWith('docs/') ? join('app/product', path) : join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

export function format(...files: string[]): void {
  run('format', checkTool('biome'), ['check', '--write', '--linter-enabled=false', ...files]);
}

/** Runs a step, and prints that it went well. @throws Error with its output if it failed */
export function run(what: string, program: string, args: string[]): void {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new NameError(`${what} failed, and everything is as before:\n${stdout}${stderr}`);
  process.stdout.write(`ok  ${what}\n`);
}

/** Steps of a check in a scratch copy: each is a line of the output, and one that fails makes the exit code 1. */
import { spawnSync } from 'node:child_process';

export function commit(root: string, subject: string): boolean {
  const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com'];
  return (
    run(root, 'index', 'git', ['add', '--all']) &&
    run(root, 'commit', 'git', [...identity, 'commit', '--quiet', '--message', subject])
  );
}

/** Runs a program as a step. @returns true if it succeeded; otherwise its output is printed */
export function run(root: string, what: string, program: string, args: string[]): boolean {
  const startedAt = performance.now();
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 28 });
  const ok = status === 0;
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  process.stdout.write(`${ok ? 'ok  ' : 'FAIL'} ${what.padEnd(17)} ${seconds} s\n`);
  if (!ok) process.stdout.write(`${stdout}${stderr}`.replace(/^/gm, '     '));
  if (!ok) process.exitCode = 1;
  return ok;
}

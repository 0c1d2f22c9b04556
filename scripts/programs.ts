/** Programs that scripts run: those of checks, and those that trials of what others use need. */
import { spawn, spawnSync } from 'node:child_process';

/** @param name of a program of `tools/checks`, which the bootstrap installs @returns its path, from the root of the repository */
export const checkTool = (name: string): string => `tools/checks/node_modules/.bin/${name}`;

export function isInstalled(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' }).status === 0;
}

/** Runs a command of a shell at low priority. @returns its exit status and all that it printed */
export async function shell(command: string, cwd: string, env: Record<string, string> = {}) {
  const { npm_config_prefix: _prefix, ...inherited } = process.env;
  const child = spawn('nice', ['sh', '-c', command], {
    cwd,
    env: { ...inherited, NO_COLOR: '1', CI: 'true', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => output.push(String(chunk)));
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  child.once('error', reject).once('close', (code) => resolve(code ?? 1));
  return { status: await promise, output: output.join('') };
}

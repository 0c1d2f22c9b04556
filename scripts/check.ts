/** `npm run check`: every check of the code except the tests. CI runs the same. It runs all checks, then exits with 1 if one failed. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { generators } from './generators.ts';
import { checkTool } from './programs.ts';

const script = (name: string, ...args: string[]) => [process.execPath, `scripts/${name}`, ...args];

/** `figure`: the check prints a number that is shown even if it passes. */
const checks: { name: string; command: string[]; figure?: true }[] = [
  { name: 'format and lint', command: [checkTool('biome'), 'ci', '--colors=off', '.'] },
  { name: 'types', command: [checkTool('tsc'), '-p', '.'] },
  { name: 'import rules', command: script('check-imports.ts'), figure: true },
  {
    name: 'operations',
    command: [process.execPath, '--import=./app/module-loading.ts', 'scripts/check-operations.ts'],
  },
  { name: 'dead code', command: [checkTool('knip'), '--no-config-hints'] },
  { name: 'file length', command: script('check-file-length.ts') },
  { name: 'size of the client', command: script('check-client-size.ts'), figure: true },
  { name: 'function length', command: script('check-function-length.ts'), figure: true },
  { name: 'migrations match models', command: script('check-migrations.ts') },
  ...generators.map(({ writes, script: file }) => ({ name: `${writes} fresh`, command: script(file, '--check') })),
];

// Its packages are installed by `npm start`; the checks need no network.
if (existsSync('web/node_modules')) {
  checks.push({ name: 'types of the account app', command: ['web/node_modules/.bin/tsc', '-p', 'web'] });
} else {
  process.stdout.write('skip types of the account app: npm ci --prefix web installs what they need\n');
}

let failures = 0;
for (const { name, command, figure } of checks) {
  const startedAt = performance.now();
  const [program, ...args] = command;
  const { status, stdout, stderr } = spawnSync(program!, args, { encoding: 'utf8' });
  const ok = status === 0;
  if (!ok) failures++;
  process.stdout.write(
    `${ok ? 'ok  ' : 'FAIL'} ${name.padEnd(31)} ${((performance.now() - startedAt) / 1_000).toFixed(1)} s\n`,
  );
  const said = (ok ? (figure ? stdout : '') : `${stdout}${stderr}`).trim();
  if (said) process.stdout.write(`${said.replace(/^/gm, '     ')}\n`);
}
process.stdout.write(`${checks.length - failures} checks passed, ${failures} failed\n`);
process.exitCode = failures === 0 ? 0 : 1;

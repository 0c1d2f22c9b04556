/** `npm run generate`: writes every generated file again. Exits with 1 if one cannot be written. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { generators } from './generators.ts';

for (const { writes, script } of generators) {
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, script), '--write'], { stdio: 'inherit' });
  process.stdout.write(`${status === 0 ? 'ok  ' : 'FAIL'} ${writes}\n`);
  if (status !== 0) process.exitCode = 1;
}

/** `npm test [-- FILE ...]`: the test runner with the global setup that brings the database. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, globSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { availableParallelism, freemem, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PATTERNS = [
  'app/**/*.test.ts',
  'dev/**/*.test.ts',
  'test/**/*.test.ts',
  'scripts/**/*.test.ts',
  'packages/**/*.test.ts',
];
const GIB = 2 ** 30;

const given = process.argv.slice(2);
const files = given.some((argument) => !argument.startsWith('-')) ? given : [...given, ...globSync(PATTERNS)];
const folder = mkdtempSync(join(temporary(), 'plinth-tests-'));
chmodSync(folder, 0o711); // under root, another user runs PostgreSQL and must get in
const runner = spawn(
  process.execPath,
  [
    '--import=./app/module-loading.ts',
    '--test',
    '--test-global-setup=test/global-setup.ts',
    // One more than there are cores: a file spends much of its time waiting for PostgreSQL. Node's own default is one less.
    `--test-concurrency=${availableParallelism() + 1}`,
    '--test-timeout=120000',
    ...files,
  ],
  {
    stdio: 'inherit',
    env: {
      ...process.env,
      TMPDIR: folder,
      // As in an image: set before the first file is read, it saves each process from loading the type stripper.
      NODE_COMPILE_CACHE: fileURLToPath(new URL('../node_modules/.cache/compile', import.meta.url)),
    },
  },
);
// The runner ends by itself then; what it left behind is removed after it.
process.on('SIGINT', () => {}).on('SIGTERM', () => runner.kill('SIGTERM'));
const [status] = await once(runner, 'exit');
rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
process.exit(status ?? 1);

/** Memory, where there is plenty: a database of a test is 500 small files, which PostgreSQL copies there in a seventh of the time. */
function temporary(): string {
  const memory = '/dev/shm';
  try {
    const { bavail, bsize } = statfsSync(memory);
    return bavail * bsize > 2 * GIB && freemem() > 4 * GIB ? memory : tmpdir();
  } catch {
    return tmpdir(); // macOS has none
  }
}

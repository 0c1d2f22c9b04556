/** `npm test [-- FILE ...]`: the test runner with the global setup that brings the database. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, globSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { availableParallelism, freemem, tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const EVERYWHERE = ['{app,dev,test,scripts,packages}/**/*.test.ts'];
/**
 * Several to a process, one after the other: loading the service, and running it until it is compiled, is a third of what these cost.
 * Others start processes, stop databases, or look at what a whole process does, and have one each.
 */
const TOGETHER = [
  'app/features/**/*.test.ts',
  'app/platform/{database,http,security}/*.test.ts',
  'packages/**/*.test.ts',
];
const FILES_PER_PROCESS = 6;
const GIB = 2 ** 30;

const given = process.argv.slice(2);
const folder = mkdtempSync(join(temporary(), 'plinth-tests-'));
chmodSync(folder, 0o711); // under root, another user runs PostgreSQL and must get in
const files = given.some((argument) => !argument.startsWith('-'))
  ? []
  : [...together(), ...globSync(EVERYWHERE, { exclude: TOGETHER })];
const runner = spawn(
  process.execPath,
  [
    '--import=./app/module-loading.ts',
    '--test',
    '--test-global-setup=test/global-setup.ts',
    // One more than there are cores: a file spends much of its time waiting for PostgreSQL. Node's own default is one less.
    `--test-concurrency=${availableParallelism() + 1}`,
    '--test-timeout=120000',
    ...given,
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

/** Files that import those that share a process, named for them. */
function* together(): Iterable<string> {
  const all = globSync(TOGETHER).sort();
  while (all.length > 0) {
    const some = all.splice(0, FILES_PER_PROCESS);
    const file = join(folder, `${some.map((name) => basename(name, '.test.ts')).join('+')}.test.mjs`);
    writeFileSync(file, some.map((name) => `import '${pathToFileURL(resolve(name))}';\n`).join(''));
    yield file;
  }
}

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

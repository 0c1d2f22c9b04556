/** `npm test [-- FILE ...]`: runs the tests, with a global setup that starts the database. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, globSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { availableParallelism, freemem, tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const EVERYWHERE = ['{app,dev,test,scripts,packages}/**/*.test.ts'];
/**
 * Test files that share a process with others and run one after another: loading and warming up the service is a third of their cost. All other
 * files get their own process, because they start processes, stop databases, or inspect the whole process.
 */
const TOGETHER = [
  'app/{features,product}/**/*.test.ts',
  'app/platform/{database,http,security}/*.test.ts',
  'packages/**/*.test.ts',
];
/** Tests among the tools of a feature's tests observe the whole process. */
const ALONE = 'app/{features,product}/*/testing/**/*.test.ts';
const FILES_PER_PROCESS = 6;
const GIB = 2 ** 30;

const { STATEMENTS_FILE: statements } = process.env;
const given = process.argv.slice(2);
const folder = mkdtempSync(join(temporary(), 'plinth-tests-'));
chmodSync(folder, 0o711); // under root, another user runs PostgreSQL and must be able to enter
const files = given.some((argument) => !argument.startsWith('-'))
  ? []
  : [...together(), ...globSync(EVERYWHERE, { exclude: TOGETHER }), ...globSync(ALONE)];
const runner = spawn(
  process.execPath,
  [
    '--import=./app/module-loading.ts',
    '--test',
    '--test-global-setup=test/global-setup.ts',
    // One more than the number of cores: a file waits for PostgreSQL much of its time. Node's own default is one less than the cores.
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
      // Every process of the tests, those that tests start included, writes down its statements.
      ...(statements && {
        STATEMENTS_FILE: resolve(statements),
        NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --import=${new URL('../test/statements/recording.ts', import.meta.url)}`,
      }),
      // As in the image, set the cache before the first file is loaded: it saves each process from loading the type stripper.
      NODE_COMPILE_CACHE: fileURLToPath(new URL('../node_modules/.cache/compile', import.meta.url)),
    },
  },
);
// On Ctrl-C the runner ends on its own; its temporary files are removed afterwards.
process.on('SIGINT', () => {}).on('SIGTERM', () => runner.kill('SIGTERM'));
const [status] = await once(runner, 'exit');
rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
process.exit(status ?? 1);

/** Writes files that import the test files which share a process. */
function* together(): Iterable<string> {
  const all = globSync(TOGETHER, { exclude: [ALONE] }).sort();
  while (all.length > 0) {
    const some = all.splice(0, FILES_PER_PROCESS);
    const file = join(folder, `${some.map((name) => basename(name, '.test.ts')).join('+')}.test.mjs`);
    writeFileSync(file, some.map((name) => `import '${pathToFileURL(resolve(name))}';\n`).join(''));
    yield file;
  }
}

/**
 * The folder for temporary files: in memory if there is enough. A test database is 500 small files, which PostgreSQL copies there in a seventh of
 * the time.
 */
function temporary(): string {
  const memory = '/dev/shm';
  try {
    const { bavail, bsize } = statfsSync(memory);
    return bavail * bsize > 2 * GIB && freemem() > 4 * GIB ? memory : tmpdir();
  } catch {
    return tmpdir(); // macOS has no /dev/shm
  }
}

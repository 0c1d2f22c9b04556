/** `npm test [-- FILE ...]`: the test runner with the global setup that brings the database. */
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';

const PATTERNS = [
  'app/**/*.test.ts',
  'dev/**/*.test.ts',
  'test/**/*.test.ts',
  'scripts/**/*.test.ts',
  'packages/**/*.test.ts',
];

const given = process.argv.slice(2);
const files = given.some((argument) => !argument.startsWith('-')) ? given : [...given, ...globSync(PATTERNS)];
const { status } = spawnSync(
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
  { stdio: 'inherit' },
);
process.exit(status ?? 1);

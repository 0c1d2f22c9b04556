/**
 * `npm run test:clocks [-- SECONDS ... FILE ...]`: runs the tests of accounts, rate limits and billing as they are, in processes whose clocks are
 * wrong: of the services that a test starts, every other one is so many seconds ahead of the database and of the others, or behind.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync } from 'node:fs';

const DEFAULT_SECONDS = [5, -5, 30, -30, 300, -300];
const SUITES = [
  'app/features/accounts/**/*.test.ts',
  'app/features/billing/**/*.test.ts',
  'app/platform/security/rate-limits.test.ts',
];
/** Gives its processes clocks of its own. */
const OWN_CLOCKS = 'app/features/accounts/clocks-apart.test.ts';
/** The service promises to bear a minute. Beyond it, tests that send a token, or a signature of Stripe, of one process to another are skipped: it is refused. */
const PROMISED_SECONDS = 60;
const BEYOND = [
  'and sessions outlive a rotation of APP_SECRET',
  'are refused everywhere as soon as they are revoked, another one signs',
  'does not say 200 before the event is durable',
];

/** States to the millisecond at all processes what each does by its own clock. */
const EXACT = ['are published 30 minutes before they sign'];

const isNumber = (text: string) => /^-?\d+$/.test(text);
const given = process.argv.slice(2).filter(isNumber).map(Number);
const named = process.argv.slice(2).filter((text) => !isNumber(text));
const files = named.length > 0 ? named : globSync(SUITES, { exclude: [OWN_CLOCKS] }).sort();
const failed: number[] = [];
for (const seconds of given.length > 0 ? given : DEFAULT_SECONDS) {
  process.stdout.write(`\n=== clocks ${seconds} s apart, ${files.length} files\n`);
  const skipped = [...EXACT, ...(Math.abs(seconds) > PROMISED_SECONDS ? BEYOND : [])];
  const run = spawn(
    process.execPath,
    ['scripts/test.ts', '--test-reporter=dot', ...skipped.map((name) => `--test-skip-pattern=${name}`), ...files],
    {
      stdio: 'inherit',
      env: { ...process.env, CLOCKS_APART: String(seconds) },
    },
  );
  const [status] = await once(run, 'exit');
  if (status !== 0) failed.push(seconds);
}
process.stdout.write(`\n${failed.length === 0 ? 'no failure' : `failures with clocks ${failed.join(', ')} s apart`}\n`);
process.exit(failed.length === 0 ? 0 : 1);

/**
 * `npm run test:tutorial [-- --keep]`: does what `docs/tutorial.md` says, as printed, in a clone of the last commit: each command in its order, and each edit in the file and at the place that the text
 * names. Between them it looks at what the text promises: the running service has the operations, a migration is applied, nothing is left uncommitted. A stand-in for the
 * next release is merged at the end. It exits with 1 at the first step that fails.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { freePort } from '../dev/free-port.ts';
import { removeCluster } from '../dev/postgres-cluster.ts';
import { cloneRepository, linkPackages } from './scratch/copy.ts';
import { commit } from './scratch/steps.ts';
import { type Step, stepsOf } from './tutorial/steps.ts';

const PORTS = [
  ...['PORT', 'METRICS_PORT', 'MAILBOX_PORT', 'MAILBOX_SMTP_PORT', 'STRIPE_SANDBOX_PORT', 'LOCAL_PROVIDER_PORT'],
];
/** Where the printed addresses lead: to this repository, and to the next release. */
const ORIGIN = 'https://github.com/your-company/plinth';
const UPSTREAM = 'https://github.com/plinth/plinth';
const START_LIMIT_MS = 120_000;
const SERVED_LIMIT_MS = 60_000;

const { values: options } = parseArgs({ options: { keep: { type: 'boolean', default: false } } });
const folder = mkdtempSync(join(tmpdir(), 'plinth-tutorial-'));
const release = nextRelease();
const env = await environment();
let root = folder;
let service: ReturnType<typeof stays> | undefined;
// What runs in the background is in a group of its own, which a signal does not reach.
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void end().finally(() => process.exit(1)));

try {
  for (const step of stepsOf(readFileSync('docs/tutorial.md', 'utf8'))) {
    const startedAt = performance.now();
    await take(step);
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
    process.stdout.write(`ok   ${step.section.padEnd(24)} ${`${seconds} s`.padStart(7)}  ${step.title}\n`);
  }
} catch (error) {
  process.stdout.write(`FAIL ${(error as Error).message}\n${service?.output() ?? ''}`);
  process.exitCode = 1;
} finally {
  await end();
}

async function end(): Promise<void> {
  await service?.end();
  await removeCluster(join(root, '.plinth', env.PORT!, 'postgres'));
  rmSync(release, { recursive: true, force: true });
  if (options.keep) process.stdout.write(`${folder}\n`);
  else rmSync(folder, { recursive: true, force: true });
}

async function take(step: Step): Promise<void> {
  if (step.kind === 'edit') {
    change(step.file, step.place, step.text);
    return step.file.endsWith('.sql') ? says(/applied 0001_describe_projects/) : undefined;
  }
  // A command that stays is what the others talk to.
  if (/^npm run dev$/.test(step.command)) {
    service = stays(step.command);
    return service.ready();
  }
  // The page says to commit each part before the next.
  if (/^npm run new/.test(step.command) && (await run('git status --porcelain')) !== '')
    await run('git add --all && git commit --quiet -m "Add a part"');
  await run(step.command);
  const [, entered] = /&& cd (\S+)$/.exec(step.command) ?? [];
  if (entered) {
    root = join(root, entered);
    // `npm ci` is left out: "npm start and npm run demo on a fresh clone" in CI has it.
    linkPackages(root);
  }
  await look(step.command);
}

/** What the text says about the step. */
async function look(command: string): Promise<void> {
  if (command === 'npm run new -- feature projects') await serves('/v1/organizations/{organizationId}/projects');
  if (/new -- operation projects archive/.test(command)) await serves('/{projectId}/archive');
  if (/^git (add|commit|merge)/.test(command)) await expect('git status --porcelain', /^$/);
  if (/^git merge/.test(command)) await says(/applied \d+_add_note/);
  if (/migrate --plan/.test(command)) await expect(command, /projects \(.*AccessExclusiveLock.*short/);
  if (/rename/.test(command)) await serves('"title":"Acme Cloud');
}

function change(file: string, place: string, added: string): void {
  const path = join(root, file);
  const before = readFileSync(path, 'utf8');
  const at = place === 'top' ? 0 : before.indexOf('\n', before.indexOf(place)) + 1;
  if (place !== 'top' && !before.includes(place)) throw new Error(`${file} has no ${place}`);
  writeFileSync(path, before.slice(0, at) + added + before.slice(at));
}

/** @throws Error with its output if it fails */
async function run(command: string): Promise<string> {
  const child = spawn('bash', ['-c', command], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const [exit, stdout, stderr] = await Promise.all([once(child, 'exit'), text(child.stdout), text(child.stderr)]);
  if (exit[0] !== 0) throw new Error(`${command}\n${`${stdout}${stderr}`.replace(/^/gm, '     ')}`);
  return stdout;
}

async function expect(command: string, output: RegExp): Promise<void> {
  const said = await run(command);
  if (!output.test(said)) throw new Error(`${command}: not ${output}\n${said}`);
}

function serves(part: string): Promise<void> {
  return until(`the running service has ${part}`, SERVED_LIMIT_MS, async () => {
    const answer = await fetch(`http://localhost:${env.PORT}/openapi.json`).catch(() => undefined);
    return (await answer?.text())?.includes(part) === true;
  });
}

function says(line: RegExp): Promise<void> {
  return until(`npm run dev prints ${line}`, SERVED_LIMIT_MS, async () => line.test(service?.output() ?? ''));
}

/** Starts a command that runs until its end is asked for, in a group of its own: npm passes a signal on to some of its children only. */
function stays(command: string) {
  const child = spawn('bash', ['-c', command], { cwd: root, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const exit = once(child, 'exit');
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += chunk;
    });
  return {
    output: () => output,
    ready: () =>
      until(`${command}\n${output}`, START_LIMIT_MS, async () => {
        if (child.exitCode !== null) throw new Error(`${command} ended:\n${output}`);
        const answer = await fetch(`http://localhost:${env.PORT}/readyz`).catch(() => undefined);
        return answer?.ok === true;
      }),
    async end() {
      if (child.exitCode === null) process.kill(-child.pid!, 'SIGTERM');
      await exit;
    },
  };
}

async function until(what: string, limitMs: number, check: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!(await check())) {
    if (performance.now() > deadline) throw new Error(`not within ${limitMs / 1_000} s: ${what}`);
    await delay(50);
  }
}

/** A clone whose branch `main` has one commit more than this one: a change in the foundation's tables, with its migration. */
function nextRelease(): string {
  const clone = cloneRepository('HEAD');
  const tables = join(clone, 'app/platform/security/rate-limits.ts');
  const text = readFileSync(tables, 'utf8');
  writeFileSync(
    tables,
    text.replace("key: text('key').primaryKey(),\n", (line) => `${line}    note: text('note'),\n`),
  );
  const args = ['scripts/generate-migrations.ts', '--name', 'add_note'];
  const { stdout } = spawnSync(process.execPath, args, { cwd: clone, encoding: 'utf8' });
  const [, file = ''] = /(migrations\/\d+_add_note\.sql)/.exec(stdout) ?? [];
  writeFileSync(join(clone, file), `-- A limit has a note.\n${readFileSync(join(clone, file), 'utf8')}`);
  if (!commit(clone, 'The next release')) throw new Error('there is no next release');
  return clone;
}

/** Beside a running service, with the printed addresses leading to folders, and with a name for commits. */
async function environment(): Promise<NodeJS.ProcessEnv> {
  const given = Object.entries(process.env).filter(([name]) => !/^npm_|^NODE_TEST_CONTEXT$|^INIT_CWD$/.test(name));
  const rewritten: [string, string][] = [
    [resolve('.'), ORIGIN],
    [release, UPSTREAM],
  ];
  const git = rewritten.flatMap(([to, from], index) => [
    [`GIT_CONFIG_KEY_${index}`, `url.${to}.insteadOf`],
    [`GIT_CONFIG_VALUE_${index}`, from],
  ]);
  const people = ['AUTHOR', 'COMMITTER'].flatMap((role) => [
    [`GIT_${role}_NAME`, 'Ada'],
    [`GIT_${role}_EMAIL`, 'ada@example.com'],
  ]);
  const ports = await Promise.all(PORTS.map(async (name) => [name, String(await freePort())]));
  return {
    ...Object.fromEntries([...given, ...git, ...people, ...ports]),
    GIT_CONFIG_COUNT: String(rewritten.length),
    GIT_EDITOR: 'true',
  };
}

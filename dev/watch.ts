/**
 * `npm run dev [-- --no-types]`: the service, restarted after each change of its code. The database, the mailbox and the stand-ins of features belong to this process
 * and stay. A file that does not run stops nothing: its error is printed, and the next change is tried. `tsc --watch` prints errors of types beside, unless told not to.
 */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { CompleteConfig } from '../app/config.ts';
import { readEnvironment } from '../app/environment.ts';
import { migrate } from '../app/migrate.ts';
import { migrationSeries } from '../app/migrations.ts';
import { readSeries } from '../app/platform/database/migrations/series.ts';
import { createLogger } from '../app/platform/telemetry/logger.ts';
import { completeConfig, createService } from '../app/wiring.ts';
import type { StandIns } from './stand-ins.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** The files that a running service loads, or that change the database that it uses. */
const LOADED = /^(app|packages|dev|migrations|docs\/errors)\/.*\.(ts|json|sql|md|css|js)$/;
const NOT_LOADED = /\.test\.ts$|\/(testing|tools|bench|node_modules)\/|^dev\/watch\.ts$/;
const MIGRATION = /migrations\/.*\.sql$/;
/** Editors write a file in several steps. */
const SETTLE_MS = 40;
/** A service that is busy is killed: its database is elsewhere. */
const STOP_LIMIT_MS = 300;

const say = (line: string) => void process.stdout.write(`[dev] ${line}\n`);

/** Starts what stays: the stand-ins, with a service that does not listen, because some of them need one to begin with. */
async function startWhatStays(): Promise<{ config: CompleteConfig; close(): Promise<void> }> {
  const given = readEnvironment();
  const logger = createLogger({ level: 'warn', release: given.release });
  const { config, standIns } = await completeConfig(given, logger);
  await migrateIn(config);
  const service = await createService({ config, role: 'api', logger, runtimeMetrics: false });
  await standIns?.ready(service as never);
  process.stdout.write((standIns as StandIns<unknown> | undefined)?.banner(config) ?? '');
  return {
    config,
    async close() {
      await service.close(0);
      await standIns?.close();
    },
  };
}

/**
 * Says what is wrong with a migration, and goes on: the next change may repair it. A migration is finished once it says why it exists: an applied one may not change
 * any more.
 */
async function migrateIn(config: CompleteConfig): Promise<void> {
  const url = config.databaseDirectUrl ?? config.databaseUrl;
  try {
    const unfinished = migrationSeries.flatMap(readSeries).find(({ explained }) => !explained);
    if (unfinished) return say(`${unfinished.file} is applied once its first line says why it exists: -- A sentence.`);
    const { migrations } = await migrate({ url, log: say });
    for (const name of migrations) say(`applied ${name}`);
  } catch (error) {
    say((error as Error).message);
  }
}

/** Runs the service, and restarts it. Beside it waits the process that will be the next one. */
function createRunner() {
  let child: ChildProcess | undefined;
  let standby: ChildProcess | undefined;
  let ended = false;

  const prepare = (): ChildProcess => {
    const env = { ...process.env, STAND_INS: 'running' };
    return fork('dev/standby.ts', { cwd: ROOT, env, stdio: 'inherit' });
  };

  const start = () => {
    const started = standby ?? prepare();
    standby = undefined;
    child = started;
    started.on('exit', (code) => {
      if (child !== started) return;
      child = undefined;
      standby ??= ended ? undefined : prepare();
      say(`the service ended with ${code}; waiting for a change`);
    });
    // Not before, so that it does not take the processor from the service that starts.
    started.once('message', () => {
      standby ??= ended ? undefined : prepare();
    });
    started.send('start');
  };

  const stop = async () => {
    const running = child;
    child = undefined;
    if (!running) return;
    const exit = once(running, 'exit');
    running.kill('SIGTERM');
    await Promise.race([exit, delay(STOP_LIMIT_MS)]);
    running.kill('SIGKILL');
    await exit;
  };

  return {
    start,
    stop,
    /** Lets the next process load the code as it is now. */
    load: () => void standby?.send('load'),
    async end() {
      ended = true;
      standby?.kill('SIGKILL');
      await stop();
    },
  };
}

/** Installs what types need, which running does not, and then checks them at each change. @returns the function that ends it */
function watchTypes(): () => void {
  const groups = ['checks', 'emails', 'dashboards', 'browser'];
  let child = spawn(process.execPath, ['scripts/bootstrap.cjs', ...groups], { cwd: ROOT, stdio: 'inherit' });
  child.once('exit', (code) => {
    if (code !== 0) return;
    const args = ['tools/checks/node_modules/typescript/bin/tsc', '--noEmit', '--watch', '--preserveWatchOutput'];
    child = spawn(process.execPath, args, { cwd: ROOT, stdio: 'inherit' });
  });
  return () => void child.kill();
}

const { values } = parseArgs({ options: { 'no-types': { type: 'boolean', default: false } } });
const stays = await startWhatStays();
const runner = createRunner();
runner.start();
const endTypes = values['no-types'] ? undefined : watchTypes();

let changed = new Set<string>();
let restarting = Promise.resolve();
let settling: NodeJS.Timeout | undefined;
watch(
  ROOT,
  { recursive: true, ignore: ['**/node_modules', '**/.git', '**/.plinth', '**/artifacts'] } as never,
  (_event, name) => {
    const file = name?.replaceAll('\\', '/') ?? '';
    if (!LOADED.test(file) || NOT_LOADED.test(file)) return;
    changed.add(file);
    clearTimeout(settling);
    settling = setTimeout(() => {
      const files = changed;
      changed = new Set();
      restarting = restarting.then(() => restart([...files]));
    }, SETTLE_MS);
  },
);

async function restart(files: string[]): Promise<void> {
  say(`${files.slice(0, 3).join(', ')} changed; restarting`);
  runner.load();
  await runner.stop();
  if (files.some((file) => MIGRATION.test(file))) await migrateIn(stays.config);
  runner.start();
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, async () => {
    clearTimeout(settling);
    endTypes?.();
    await restarting;
    await runner.end();
    await stays.close();
    process.exit(0);
  });
}

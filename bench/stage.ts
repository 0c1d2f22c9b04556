/** The setup that all parts of the benchmark share: a PostgreSQL with durable default settings, seeded databases, the service as shipped. */
import { type ChildProcess, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { migrate } from '../app/migrate.ts';
import { startEmbeddedPostgres } from '../dev/embedded-postgres.ts';
import { freePort } from '../dev/free-port.ts';
import { removeCluster } from '../dev/postgres-cluster.ts';
import { administer, databaseUrl } from '../test/database.ts';
import { WEBHOOK_SECRET } from './load/protocol.ts';
import { parentOf, pin, start, stop } from './processes.ts';
import { APP_SECRET, seed } from './seed.ts';
import { API_URL } from './tokens.ts';

export interface Api {
  readonly pid: number;
  readonly port: number;
  readonly metricsPort: number;
  stop(): Promise<void>;
}

export interface Stage {
  readonly postgresPid: number;
  /** A migrated database with that many users; created on the first call. @returns its URL */
  database(users: number): Promise<string>;
  /** Starts `node app/main.ts api`, or another role, as in production, and waits until it is ready. */
  api(url: string, options?: { role?: 'api' | 'worker' | 'all'; env?: NodeJS.ProcessEnv }): Promise<Api>;
  close(): Promise<void>;
}

/** @param log prints progress */
export async function setStage(log: (line: string) => void): Promise<Stage> {
  const directory = await mkdtemp(join(tmpdir(), 'plinth-bench-'));
  await chmod(directory, 0o711); // under root, another user runs PostgreSQL and must be able to enter
  const endings: (() => Promise<unknown>)[] = [() => removeCluster(directory)];
  let closed: Promise<void> | undefined;
  const closeAll = async () => {
    for (let end = endings.pop(); end; end = endings.pop()) await end();
  };
  // On a signal, close is called twice if a measurement fails too. Both calls wait for the same end.
  const close = () => {
    closed ??= closeAll();
    return closed;
  };
  try {
    const postgres = await startEmbeddedPostgres({ directory });
    endings.push(() => postgres.close());
    const postgresPid = await postmasterPid(postgres.url);
    pin(postgresPid, 'rest');
    const sink = openLogSink(directory);
    endings.push(() => sink.close());
    const runtime = await compileAhead(directory);

    const databases = new Map<number, Promise<string>>();
    async function create(users: number): Promise<string> {
      log(`seeding ${users.toLocaleString('en')} users`);
      await administer(postgres.url, `create database bench_${users}`);
      const url = databaseUrl(postgres.url, `bench_${users}`);
      await migrate({ url });
      await seed(url, users);
      return url;
    }

    return {
      postgresPid,
      database(users) {
        const made = databases.get(users) ?? create(users);
        databases.set(users, made);
        return made;
      },
      async api(url, { role = 'api', env = {} } = {}) {
        const api = await startService(role, url, sink.fd, runtime, env);
        endings.push(api.stop);
        return api;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A sink for logs that works as with containers: a pipe that another process reads. */
function openLogSink(directory: string): { fd: number; close(): Promise<void> } {
  const pipe = join(directory, 'logs');
  execFileSync('mkfifo', [pipe]);
  const fd = openSync(pipe, 'r+'); // not 'w', which would wait for the reader
  const reader = start('rest', ['sh', '-c', 'exec cat < "$0" > /dev/null', pipe], process.env);
  return {
    fd,
    async close() {
      closeSync(fd);
      await stop(reader);
    },
  };
}

/** Compiles the service ahead of time, as the container image does (`Dockerfile`). @returns the environment that uses the result */
async function compileAhead(directory: string): Promise<NodeJS.ProcessEnv> {
  const env = {
    PATH: process.env.PATH,
    NODE_OPTIONS: `--max-semi-space-size=8 --max-old-space-size=512 ${process.env.BENCH_NODE_OPTIONS ?? ''}`,
    MALLOC_ARENA_MAX: '1',
    NODE_COMPILE_CACHE: join(directory, 'compile-cache'),
  };
  // Without settings the service exits at once, after all its code is compiled. Its error output does not matter.
  const child = start('any', ['sh', '-c', `"$0" app/main.ts api 2> /dev/null`, process.execPath], {
    ...env,
    APP_ENV: 'production',
  });
  await once(child, 'exit');
  return env;
}

async function startService(
  role: string,
  url: string,
  logs: number,
  runtime: NodeJS.ProcessEnv,
  own: NodeJS.ProcessEnv,
): Promise<Api> {
  const [port, metricsPort] = await Promise.all([freePort(), freePort()]);
  const env = {
    ...runtime,
    APP_ENV: 'production',
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    PORT: String(port),
    METRICS_PORT: String(metricsPort),
    DATABASE_URL: url,
    APP_SECRET,
    APP_URL: 'https://app.example.com',
    API_URL,
    SMTP_URL: 'smtp://127.0.0.1:1',
    EMAIL_FROM: 'Plinth <no-reply@example.com>',
    STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
    DRAIN_DELAY_SECONDS: '0',
    ...own,
  };
  const child = start('server', [process.execPath, 'app/main.ts', role], env, logs);
  // A worker has no public port; its metrics are there when it begins to work.
  const [place, path] = role === 'worker' ? [metricsPort, '/metrics'] : [port, '/readyz'];
  await untilReady(place, child, 30_000, path);
  return { pid: child.pid!, port, metricsPort, stop: () => stop(child) };
}

/** Resolves when `path` answers 200. @throws Error if the process exits first, or after `limitMs` */
export async function untilReady(port: number, child: ChildProcess, limitMs: number, path = '/readyz'): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (performance.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`the service ended with exit code ${child.exitCode}`);
    const ready = await fetch(`http://127.0.0.1:${port}${path}`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (ready) return;
    await delay(5);
  }
  throw new Error(`the service was not ready within ${limitMs / 1_000} s`);
}

async function postmasterPid(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  const pid = parentOf(rows[0]!.pid);
  await client.end();
  return pid;
}

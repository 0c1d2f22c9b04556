import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, readlink, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import pg from 'pg';
import { type EmbeddedPostgresOptions, startEmbeddedPostgres } from './embedded-postgres.ts';
import { removeCluster } from './postgres-cluster.ts';

const onLinux = { skip: process.platform !== 'linux' && 'reads /proc' };
const underRoot = { skip: process.getuid?.() !== 0 && 'needs root' };
const seed = makeSeed();
const endings = new WeakMap<TestContext, (() => unknown)[]>();

after(async () => removeCluster(await seed));

test('committed data is there after a restart', async (t) => {
  const directory = await emptyDirectory(t);
  const first = await start(t, { directory });
  await query(first.url, 'create table note as select 1 as id');
  await first.close();
  const second = await start(t, { directory });
  assert.deepEqual(await query(second.url, 'select id from note'), [{ id: 1 }]);
});

test('the server uses the given settings, UTF-8 for text and UTC for times', async (t) => {
  const { url } = await start(t, { directory: await temporaryDirectory(t), settings: { max_connections: '7' } });
  const [row] = await query(
    url,
    `select current_setting('max_connections') as connections, current_setting('server_encoding') as encoding,
            current_setting('TimeZone') as zone, upper('ä') as upper`,
  );
  assert.deepEqual(row, { connections: '7', encoding: 'UTF8', zone: 'UTC', upper: 'Ä' });
});

test('only this machine can connect, and only with the password', async (t) => {
  const directory = await temporaryDirectory(t);
  const { url } = await start(t, { directory });
  const [row] = await query(url, `select current_setting('listen_addresses') as hosts`);
  assert.deepEqual(row, { hosts: '127.0.0.1' });
  await assert.rejects(query(url.replace(/:\w+@/, ':guess@'), 'select 1'), /password authentication failed/);
  const modes = ['cluster', 'cluster/password', 'cluster/data'].map(
    async (name) => (await stat(join(directory, name))).mode,
  );
  assert.deepEqual(
    (await Promise.all(modes)).map((mode) => mode & 0o777),
    [0o700, 0o600, 0o700],
  );
});

test('closing again, or twice at once, is harmless', async (t) => {
  const server = await start(t, { directory: await temporaryDirectory(t) });
  await Promise.all([server.close(), server.close()]);
  await server.close();
  await assert.rejects(query(server.url, 'select 1'), /ECONNREFUSED/);
});

test('a port that is in use is an error that names the port and the setting to change', async (t) => {
  const other = createServer().listen(0, '127.0.0.1');
  atEnd(t, () => other.close());
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  const directory = await temporaryDirectory(t);
  await assert.rejects(start(t, { directory, port }), new RegExp(`Port ${port} is taken.*EMBEDDED_DATABASE_PORT`));
});

test('a second start on a directory in use is refused, naming the directory and the process', async (t) => {
  const directory = await temporaryDirectory(t);
  const first = await start(t, { directory });
  await assert.rejects(start(t, { directory }), (error: Error) => {
    return error.message.includes(directory) && error.message.includes(`process ${process.pid}`);
  });
  assert.deepEqual(await query(first.url, 'select 1 as one'), [{ one: 1 }]);
});

test('of two first starts at once, one gets the directory and the other the refusal', async (t) => {
  const directory = await emptyDirectory(t);
  const results = await Promise.allSettled([start(t, { directory }), start(t, { directory })]);
  assert.deepEqual(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  const { reason } = results.find(({ status }) => status === 'rejected') as PromiseRejectedResult;
  assert.match(reason.message, /is in use by/);
});

test('a parent killed by SIGKILL leaves no server, and no committed data is lost', async (t) => {
  const directory = await temporaryDirectory(t);
  const parent = await startElsewhere(t, directory);
  await query(parent.url, 'create table note as select 1 as id');
  const server = await serverPid(directory);
  parent.process.kill('SIGKILL');
  await once(parent.process, 'exit');
  const next = await start(t, { directory });
  assert.notEqual(await serverPid(directory), server);
  assert.throws(() => process.kill(server, 0), { code: 'ESRCH' });
  assert.deepEqual(await query(next.url, 'select id from note'), [{ id: 1 }]);
});

test('a server left over because its watcher died with the parent is stopped by the next start', onLinux, async (t) => {
  const directory = await temporaryDirectory(t);
  const parent = await startElsewhere(t, directory);
  const server = await serverPid(directory);
  const serverGroup = await groupOf(server);
  for (const { pid, name, group } of await processes()) {
    if (group === serverGroup && pid !== server && name !== 'postgres') process.kill(pid, 'SIGKILL');
  }
  parent.process.kill('SIGKILL');
  await once(parent.process, 'exit');
  await start(t, { directory });
  assert.throws(() => process.kill(server, 0), { code: 'ESRCH' });
});

test('a server killed by SIGKILL recovers on the next start, with all committed data', async (t) => {
  const directory = await temporaryDirectory(t);
  const first = await start(t, { directory });
  await query(first.url, 'create table note as select 1 as id');
  process.kill(await serverPid(directory), 'SIGKILL');
  await first.close();
  const second = await start(t, { directory });
  assert.deepEqual(await query(second.url, 'select id from note'), [{ id: 1 }]);
});

test('a stale postmaster.pid does not stop a start, though its process id is now that of another program', async (t) => {
  const directory = await temporaryDirectory(t);
  const first = await start(t, { directory });
  const pidFile = join(directory, 'cluster', 'data', 'postmaster.pid');
  const content = await readFile(pidFile, 'utf8');
  await first.close();
  // The process must belong to the user that PostgreSQL runs as: PostgreSQL ignores process ids of other users.
  const { uid, gid } = await stat(join(directory, 'cluster', 'data'));
  const stranger = spawn('sleep', ['60'], { uid, gid, stdio: 'ignore' });
  atEnd(t, () => stranger.kill());
  await once(stranger, 'spawn');
  await writeFile(pidFile, content.replace(/^\d+/, String(stranger.pid)));
  const second = await start(t, { directory });
  assert.deepEqual(await query(second.url, 'select 1 as one'), [{ one: 1 }]);
  assert.equal(stranger.exitCode, null);
});

test('Ctrl-C in the terminal does not reach the server', onLinux, async (t) => {
  const directory = await temporaryDirectory(t);
  await start(t, { directory });
  assert.notEqual(await groupOf(await serverPid(directory)), await groupOf(process.pid));
});

test('a process can exit without closing the server, and leaves none running', async (t) => {
  const directory = await temporaryDirectory(t);
  const parent = await startElsewhere(t, directory);
  parent.process.stdin?.end(); // the open pipe kept the process alive
  const [code] = await once(parent.process, 'exit');
  assert.equal(code, 0);
  await start(t, { directory });
});

test('under root, a directory that other users cannot enter works too', underRoot, async (t) => {
  const directory = await emptyDirectory(t, 0o700);
  const first = await start(t, { directory });
  await query(first.url, 'create table note as select 1 as id');
  await first.close();
  const second = await start(t, { directory });
  assert.deepEqual(await query(second.url, 'select id from note'), [{ id: 1 }]);
});

test('under root, a copied directory gets its own data', underRoot, async (t) => {
  const directory = await emptyDirectory(t, 0o700);
  const original = await start(t, { directory });
  const copy = join(await emptyDirectory(t, 0o700), 'copy');
  await cp(directory, copy, { recursive: true, verbatimSymlinks: true });
  atEnd(t, () => removeCluster(copy));
  const copied = await start(t, { directory: copy });
  assert.notEqual(copied.port, original.port);
  assert.notEqual(await readlink(join(copy, 'cluster')), await readlink(join(directory, 'cluster')));
});

test('data of another user is an error that names the directory', async (t) => {
  const directory = await emptyDirectory(t);
  await mkdir(join(directory, 'cluster'));
  await mkdir(join(directory, 'cluster', 'data'), { mode: 0 });
  t.mock.method(process as { getuid(): number }, 'getuid', () => 4242);
  await assert.rejects(start(t, { directory }), /belongs to user id/);
});

/** Starts a server that ends with the test. */
async function start(t: TestContext, options: EmbeddedPostgresOptions) {
  const server = await startEmbeddedPostgres(options);
  atEnd(t, () => server.close());
  return server;
}

/** Like `t.after`, but in reverse order: the directory must be removed after the server in it has stopped. */
function atEnd(t: TestContext, task: () => unknown): void {
  const tasks = endings.get(t) ?? [];
  if (!endings.has(t)) {
    endings.set(t, tasks);
    t.after(async () => {
      for (const task of tasks.reverse()) await task();
    });
  }
  tasks.push(task);
}

/** Starts a server from a separate Node.js process, which lives until its standard input ends. */
async function startElsewhere(t: TestContext, directory: string): Promise<{ process: ChildProcess; url: string }> {
  const script = `
    import { startEmbeddedPostgres } from ${JSON.stringify(import.meta.resolve('./embedded-postgres.ts'))};
    const { url } = await startEmbeddedPostgres({ directory: ${JSON.stringify(directory)} });
    process.stdin.resume();
    console.log(url);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script]);
  atEnd(t, () => child.kill('SIGKILL'));
  const [url] = await once(createInterface(child.stdout), 'line');
  return { process: child, url };
}

/** A directory with a copy of a cluster: copying takes a twentieth of the time of creating one. */
async function temporaryDirectory(t: TestContext): Promise<string> {
  const directory = await emptyDirectory(t);
  await promisify(execFile)('cp', ['-a', join(await seed, 'cluster'), directory]);
  return directory;
}

async function emptyDirectory(t: TestContext, mode = 0o711): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'plinth-postgres-'));
  await chmod(directory, mode);
  atEnd(t, () => removeCluster(directory));
  return directory;
}

async function makeSeed(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'plinth-postgres-'));
  await chmod(directory, 0o711);
  await (await startEmbeddedPostgres({ directory })).close();
  return directory;
}

async function query(connectionString: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString });
  client.on('error', () => {}); // the test may kill the server during a query
  try {
    await client.connect();
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

async function serverPid(directory: string): Promise<number> {
  return Number.parseInt(await readFile(join(directory, 'cluster', 'data', 'postmaster.pid'), 'utf8'), 10);
}

/** The id, name and process group of every process. */
async function processes(): Promise<{ pid: number; name: string; group: number }[]> {
  const stats = await Promise.all(
    (await readdir('/proc')).map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')),
  );
  return stats.flatMap((line) => {
    const [, pid, name = '', group] = /^(\d+) \((.*)\) \S+ \d+ (\d+)/.exec(line) ?? [];
    return pid ? [{ pid: Number(pid), name, group: Number(group) }] : [];
  });
}

async function groupOf(pid: number): Promise<number | undefined> {
  return (await processes()).find((process) => process.pid === pid)?.group;
}

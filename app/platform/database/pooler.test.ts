/** Runs behind PgBouncer in transaction mode, if it is installed: each statement may use another server connection. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, it, type TestContext } from 'node:test';
import { sql } from 'drizzle-orm';
import { freePort } from '../../../dev/free-port.ts';
import { createTestDatabase } from '../../../test/database.ts';
import { createSignedInUser, startTestService } from '../../../test/service.ts';
import { failureText } from '../../failure-text.ts';
import { openDatabase } from './database.ts';

const absent = spawnSync('pgbouncer', ['--version']).error !== undefined;
const skip = absent && !process.env.STORES_REQUIRED ? 'PgBouncer is not installed' : false;

describe('behind PgBouncer in transaction mode, with prepared statements off', { skip }, () => {
  it('concurrent statements and transactions get their own results', async (t) => {
    const { pooledUrl } = await startPooler(t);
    const db = openDatabase({
      url: pooledUrl,
      poolSize: 4,
      lanes: 2,
      preparedStatements: false,
      statementTimeoutMs: 5_000,
      applicationName: 'pooler test',
    });
    t.after(() => db.$client.end());
    const numbered = (number: number) => sql`select ${number}::int as number, pg_backend_pid() as pid`;
    const pids = new Set<unknown>();
    await Promise.all(
      Array.from({ length: 200 }, async (_, number) => {
        const { rows } =
          number % 4 === 0
            ? await db.transaction(async (tx) => {
                await tx.execute(numbered(-1));
                return tx.execute(numbered(number));
              })
            : await db.execute(numbered(number));
        assert.equal(rows[0]?.number, number);
        pids.add(rows[0]?.pid);
      }),
    );
    assert.ok(pids.size > 1 && pids.size <= SERVER_CONNECTIONS, `${pids.size} server connections`);
  });

  it('the whole service works: registering, verifying, signing in, refreshing, jobs and email', async (t) => {
    const { pooledUrl, directUrl } = await startPooler(t);
    const test = await startTestService({
      databaseUrl: pooledUrl,
      env: { DATABASE_DIRECT_URL: directUrl, DATABASE_PREPARED_STATEMENTS: 'false' },
    });
    t.after(() => test.close());
    const users = await Promise.all(Array.from({ length: 5 }, () => createSignedInUser(test)));
    for (const { refreshToken, email } of users) {
      const { status, body } = await test.request('/v1/sessions/refresh', { body: { refreshToken } });
      assert.equal(status, 200);
      assert.equal((await test.request('/v1/users/me', { token: body.accessToken })).body.email, email);
    }
    assert.equal((await test.request('/readyz')).status, 200);
  });
});

describe('behind PgBouncer in transaction mode, with prepared statements on', { skip }, () => {
  it('a start fails with the cause, and names the setting that helps', async (t) => {
    const { pooledUrl } = await startPooler(t);
    const started = startTestService({ databaseUrl: pooledUrl });
    const error = await started.then(
      async (test) => {
        await test.close();
        return assert.fail('it started');
      },
      (reason: unknown) => reason,
    );
    assert.match(failureText(error), /unsupported startup parameter/);
    assert.match(failureText(error), /DATABASE_PREPARED_STATEMENTS=false/);
  });
});

const SERVER_CONNECTIONS = 3;

async function startPooler(t: TestContext): Promise<{ pooledUrl: string; directUrl: string }> {
  const database = await createTestDatabase();
  const direct = new URL(database.url);
  const directory = await mkdtemp(join(tmpdir(), 'plinth-pooler-'));
  await chmod(directory, 0o755);
  const port = await freePort();
  const settings = `
[databases]
* = host=${direct.hostname} port=${direct.port} user=${direct.username} password=${direct.password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = ${SERVER_CONNECTIONS}
`;
  const file = join(directory, 'pgbouncer.ini');
  await writeFile(file, settings);
  // PgBouncer refuses to run as root. User 65534 ("nobody") exists everywhere and owns nothing.
  const account = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const pooler = spawn('pgbouncer', [file], { stdio: ['ignore', 'ignore', 'pipe'], ...account });
  t.after(async () => {
    await stop(pooler);
    await database.close();
    await rm(directory, { recursive: true });
  });
  for await (const line of createInterface(pooler.stderr!)) if (line.includes('process up')) break;
  pooler.stderr!.resume();

  const pooled = new URL(database.url);
  pooled.port = String(port);
  return { pooledUrl: pooled.href, directUrl: database.url };
}

async function stop(process: ChildProcess): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) return;
  process.kill('SIGKILL');
  await once(process, 'exit');
}

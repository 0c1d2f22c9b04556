/** The service loses its database while it runs. It answers so, continues when the database is back, and loses nothing that it acknowledged. */
import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import pg from 'pg';
import { migrate } from '../../app/migrate.ts';
import { startEmbeddedPostgres } from '../../dev/embedded-postgres.ts';
import { openCluster, removeCluster } from '../../dev/postgres-cluster.ts';
import { createTestDatabase } from '../database.ts';
import { assertProblem, request } from '../service.ts';
import { startTcpProxy } from '../tcp-proxy.ts';
import { PRODUCTION, startProcess, until } from './service-process.ts';

const PASSWORD = 'correct horse battery staple';

describe('a service that loses its database', { timeout: 110_000, concurrency: 2 }, () => {
  it('answers 503 with Retry-After, stays alive, and recovers by itself', async (t) => {
    const database = await createTestDatabase();
    const proxy = await startTcpProxy(database.url);
    t.after(async () => {
      await proxy.close();
      await database.close();
    });
    const service = startProcess(t, 'all', { ...PRODUCTION, DATABASE_URL: proxy.url });
    const { url } = await service.ready();
    const register = (name: string) =>
      request(`${url}/v1/users`, { body: { email: `${name}@example.com`, password: PASSWORD } });
    assert.equal((await register('before')).status, 202);

    proxy.open = false;
    proxy.cut();
    for (let attempt = 0; attempt < 5; attempt++) {
      const refused = await register(`meanwhile${attempt}`);
      assertProblem(refused, 503, 'database_unavailable');
      assert.ok(Number(refused.headers.get('retry-after')) > 0);
    }
    assert.equal((await request(`${url}/livez`)).status, 200, 'a restart would not help');
    const readiness = await request(`${url}/readyz`);
    assert.equal(readiness.status, 200, 'another process would do no better');
    assert.equal(readiness.body.status, 'degraded');
    assert.equal(readiness.body.checks.database, 'the database does not answer');
    assert.equal(readiness.body.checks.draining, 'ok');

    proxy.open = true;
    await until('it is ready again', async () => (await request(`${url}/readyz`)).body.status === 'ok');
    assert.equal((await register('after')).status, 202);
    service.child.kill('SIGTERM');
    const { code, stderr } = await service.ended;
    assert.deepEqual([code, stderr], [0, '']);
    assert.ok(service.lines.every(({ message }) => !/unhandled|uncaught/i.test(message)));
  });

  it('to kill -9 under load keeps every registration that it acknowledged', async (t) => {
    const directory = await mkdtemp(join(tmpdir(), 'plinth-crash-'));
    await chmod(directory, 0o711);
    t.after(() => removeCluster(directory));
    // The settings of production: a commit is on disk before the request is answered.
    const first = await startEmbeddedPostgres({ directory });
    await migrate({ url: first.url });
    const env = { ...PRODUCTION, DATABASE_URL: first.url, DATABASE_POOL_SIZE: '5' };
    const service = startProcess(t, 'api', env);
    const { url } = await service.ready();

    const acknowledged: string[] = [];
    let lost = 0;
    let crashed = false;
    const keepRegistering = async (worker: number) => {
      for (let number = 0; !crashed || lost === 0; number++) {
        const email = `crash${worker}.${number}@example.com`;
        const { status } = await request(`${url}/v1/users`, { body: { email, password: PASSWORD } });
        if (status === 202) acknowledged.push(email);
        else lost++;
        if (crashed && lost > 20) return;
      }
    };
    const load = Array.from({ length: 8 }, (_, worker) => keepRegistering(worker));
    await until('there is load', async () => acknowledged.length >= 60);
    await killPostmaster(directory);
    crashed = true;
    await Promise.all(load);
    await first.close().catch(() => {});

    const second = await startEmbeddedPostgres({ directory, port: first.port });
    t.after(() => second.close());
    const client = new pg.Client({ connectionString: second.url });
    await client.connect();
    const { rows } = await client.query<{ email: string }>('select email from users');
    await client.end();
    const stored = new Set(rows.map(({ email }) => email));
    assert.deepEqual(
      acknowledged.filter((email) => !stored.has(email)),
      [],
    );
    await until('the service has recovered', async () => (await request(`${url}/readyz`)).body.status === 'ok');
    assert.equal(
      (await request(`${url}/v1/users`, { body: { email: 'later@example.com', password: PASSWORD } })).status,
      202,
    );
    service.child.kill('SIGTERM');
    assert.equal((await service.ended).code, 0);
  });
});

/** Crashes PostgreSQL, instead of stopping it. Its other processes exit when they notice. */
async function killPostmaster(directory: string): Promise<void> {
  const { data } = await openCluster(directory);
  const [pid] = (await readFile(join(data, 'postmaster.pid'), 'utf8')).split('\n');
  process.kill(Number(pid), 'SIGKILL');
}

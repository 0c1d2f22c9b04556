/** Starts real processes without something that they need, and checks what they report. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { migrate } from '../../app/migrate.ts';
import { createEmptyDatabase } from '../../app/platform/database/migrations/testing/series.ts';
import { EXAMPLE_SECRET } from '../../app/platform/settings/development-values.ts';
import type { Setting } from '../../app/platform/settings/settings.ts';
import { settings } from '../../app/settings.ts';
import { createTestDatabase, type TestDatabase } from '../database.ts';
import { request } from '../service.ts';
import { startTcpProxy } from '../tcp-proxy.ts';
import { PRODUCTION, startProcess } from './service-process.ts';

describe('a start', { concurrency: 2, timeout: 110_000 }, () => {
  let database: TestDatabase;
  before(async () => {
    database = await createTestDatabase();
  });
  after(() => database.close());

  it('of production without settings names all that are missing, and starts nothing', async (t) => {
    const service = startProcess(t, 'api', { APP_ENV: 'production' });
    const { code, stderr } = await service.ended;
    assert.equal(code, 1);
    assert.deepEqual(service.lines, []);
    const required = Object.entries<Setting<unknown>>(settings).filter(([, setting]) => setting.required);
    for (const [name] of required) assert.match(stderr, new RegExp(`- ${name} is missing: `));
    assert.equal(stderr.trim().split('\n').length, required.length + 1, stderr);
  });

  it('of production with the secret of .env.example is refused, without repeating a secret', async (t) => {
    const env = { ...PRODUCTION, DATABASE_URL: database.url, APP_SECRET: EXAMPLE_SECRET };
    const { code, stderr } = await startProcess(t, 'api', env).ended;
    assert.equal(code, 1);
    assert.match(stderr, /APP_SECRET is a secret of \.env\.example/);
    assert.ok(!stderr.includes(EXAMPLE_SECRET) && !stderr.includes(new URL(database.url).password));
  });

  it('in an unknown role lists the roles', async (t) => {
    const { code, stderr } = await startProcess(t, 'web', { ...PRODUCTION, DATABASE_URL: database.url }).ended;
    assert.equal(code, 1);
    assert.match(stderr, /Unknown role "web"\. Use one of: api, worker, all\./);
  });

  it('without its database retries, says so, and gives up with a message and exit code 1', async (t) => {
    const nowhere = 'postgres://plinth:k4n4ry@127.0.0.1:1/plinth';
    const service = startProcess(t, 'api', { ...PRODUCTION, DATABASE_URL: nowhere, START_PATIENCE_SECONDS: '2' });
    const { code, stderr } = await service.ended;
    assert.equal(code, 1);
    assert.equal(stderr.trim().split('\n').length, 1, stderr);
    assert.match(
      stderr,
      /^The database at 127\.0\.0\.1:1\/plinth could not be reached within 2 s: .*ECONNREFUSED.*Check DATABASE_URL/,
    );
    const tries = service.lines.filter(({ message }) =>
      /cannot be reached \(.*ECONNREFUSED.*\); trying again/.test(message),
    );
    assert.ok(tries.length >= 2, JSON.stringify(service.lines));
    assert.ok(!`${stderr}${JSON.stringify(service.lines)}`.includes('k4n4ry'));
  });

  it('before its database continues once the database is ready', async (t) => {
    const proxy = await startTcpProxy(database.url);
    t.after(() => proxy.close());
    proxy.open = false;
    const service = startProcess(t, 'api', { ...PRODUCTION, DATABASE_URL: proxy.url });
    await service.logged(/cannot be reached/);
    proxy.open = true;
    const { url } = await service.ready();
    assert.equal((await request(`${url}/readyz`)).status, 200);
  });

  for (const [what, change, reason] of [
    ['password', { password: 'wrong-k4n4ry' }, /password authentication failed/],
    ['database', { pathname: '/nowhere' }, /database "nowhere" does not exist/],
  ] as const) {
    it(`with a wrong ${what} does not wait, and prints the server's error`, async (t) => {
      const wrong = new URL(database.url);
      Object.assign(wrong, change);
      const { code, stderr } = await startProcess(t, 'api', { ...PRODUCTION, DATABASE_URL: wrong.href }).ended;
      assert.equal(code, 1);
      assert.match(stderr, /^The database at .* refused the connection: /);
      assert.match(stderr, reason);
      assert.ok(!stderr.includes('k4n4ry'));
    });
  }

  it('on a database without migrations waits, and continues after two concurrent migrators have applied them', async (t) => {
    const url = await createEmptyDatabase(t);
    const service = startProcess(t, 'api', { ...PRODUCTION, DATABASE_URL: url });
    await service.logged(/Migrations: pending: 0000_foundation, .*\. Waiting for: node app\/cli\.ts migrate/);
    const said: string[] = [];
    const log = (line: string) => said.push(line);
    const results = await Promise.all([migrate({ url, log }), migrate({ url, log })]);
    const applied = results.map((result) => result.applied).sort();
    assert.equal(applied[0], 0);
    assert.ok(applied[1]! > 0);
    assert.deepEqual(said, ['another migrator is running; waiting for it']);
    const { url: serviceUrl } = await service.ready();
    assert.equal((await request(`${serviceUrl}/readyz`)).status, 200);
  });

  it('on a database without migrations gives up after its limit, and says what to do', async (t) => {
    const env = { ...PRODUCTION, DATABASE_URL: await createEmptyDatabase(t), START_PATIENCE_SECONDS: '0' };
    const { code, stderr } = await startProcess(t, 'worker', env).ended;
    assert.equal(code, 1);
    assert.match(
      stderr.trim(),
      /^Migrations: pending: 0000_foundation, .*\. Apply them first: node app\/cli\.ts migrate$/,
    );
  });

  for (const setting of ['PORT', 'METRICS_PORT']) {
    it(`with ${setting} in use names the port, and how to change it`, async (t) => {
      const taken = createServer().listen(0, '127.0.0.1');
      await once(taken, 'listening');
      t.after(() => taken.close());
      const { port } = taken.address() as AddressInfo;
      const env = { ...PRODUCTION, DATABASE_URL: database.url, [setting]: String(port) };
      const { code, stderr } = await startProcess(t, 'api', env).ended;
      assert.equal(code, 1);
      assert.equal(
        stderr.trim(),
        `Port ${port} is taken by another process. Choose another with ${setting}, e.g. ${setting}=${port + 1}.`,
      );
    });
  }

  it('of production with everything set works, and shows no development page', async (t) => {
    const service = startProcess(t, 'all', { ...PRODUCTION, DATABASE_URL: database.url });
    const { url, metricsUrl } = await service.ready();
    assert.deepEqual((await request(`${url}/readyz`)).body, {
      status: 'ok',
      checks: { database: 'ok', migrations: 'ok', clock: 'ok', draining: 'ok' },
    });
    const body = { email: 'ada@example.com', password: 'correct horse battery staple' };
    assert.equal((await request(`${url}/v1/users`, { body })).status, 202);
    assert.match(
      (await request(`${metricsUrl}/metrics`)).body,
      /auth_events_total\{event="registration",outcome="success"\} 1/,
    );
    for (const path of [
      '/',
      '/dev/assets/pages.js',
      '/verify-email',
      '/reset-password',
      '/metrics',
      '/mailbox',
      '/email',
    ]) {
      assert.equal((await request(`${url}${path}`)).status, 404, path);
    }
    assert.ok(service.lines.every(({ level }) => level !== 'error' && level !== 'fatal'));
  });
});

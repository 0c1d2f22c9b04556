/** SIGTERM in real processes: requests in progress are finished, and nothing delays the exit for ever. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { createTestDatabase, type TestDatabase } from '../database.ts';
import { request } from '../service.ts';
import { PRODUCTION, startProcess, until } from './service-process.ts';

const BODY = JSON.stringify({ email: 'ada@example.com', password: 'correct horse battery staple' });

describe('a process that is told to stop', { concurrency: 2, timeout: 100_000 }, () => {
  let database: TestDatabase;
  before(async () => {
    database = await createTestDatabase();
  });
  after(() => database.close());

  it('turns unready first, still answers, finishes the request in flight, and exits with 0', async (t) => {
    const env = { ...PRODUCTION, DATABASE_URL: database.url, DRAIN_DELAY_SECONDS: '3' };
    const service = startProcess(t, 'all', env);
    const { url } = await service.ready();
    const idle = await openConnection(url);
    idle.socket.write('GET /livez HTTP/1.1\r\nHost: x\r\n\r\n');
    await idle.received(/"ok"/);
    const inFlight = await openConnection(url);
    const [start, rest] = [BODY.slice(0, 20), BODY.slice(20)];
    inFlight.socket.write(
      `POST /v1/users HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${BODY.length}\r\n\r\n${start}`,
    );
    await until('the request is in flight', async () => (await request(`${url}/livez`)).status === 200);

    service.child.kill('SIGTERM');
    await service.logged(/^stopping$/);
    const readiness = await request(`${url}/readyz`);
    assert.equal(readiness.status, 503);
    assert.equal(readiness.body.checks.draining, 'this process is stopping');
    assert.equal(readiness.body.checks.database, 'ok');
    assert.equal(
      (await request(`${url}/.well-known/jwks.json`)).status,
      200,
      'the load balancer may not have noticed yet',
    );

    // The port closes, but requests that have begun continue.
    await until('the port is closed', () =>
      request(`${url}/livez`).then(
        () => false,
        () => true,
      ),
    );
    inFlight.socket.write(rest);
    await inFlight.received(/HTTP\/1\.1 202 [\s\S]*verification_sent/);
    const { code } = await service.ended;
    assert.equal(code, 0, JSON.stringify(service.lines));
    assert.equal(service.lines.at(-1)?.message, 'stopped');
    assert.ok(service.lines.every(({ level, message }) => level !== 'error' && !/did not close/.test(message)));
  });

  /**
   * Reading a secret from a pipe that nobody has written to holds the process where its settings are read. The test's own process is not the
   * first one of a container, in which Node.js would ignore the signal; without a handler, the signal ends the process here.
   */
  it('also while it reads its settings, before it has begun anything', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'plinth-stop-'));
    t.after(() => rm(folder, { recursive: true }));
    const pipe = join(folder, 'secret');
    await promisify(execFile)('mkfifo', [pipe]);
    const { APP_SECRET, ...env } = PRODUCTION;
    const service = startProcess(t, 'api', { ...env, APP_SECRET_FILE: pipe, DATABASE_URL: database.url });
    const secret = await open(pipe, 'w'); // resolves once the process reads
    service.child.kill('SIGTERM');
    await secret.writeFile(APP_SECRET);
    await secret.close();
    const { code, signal } = await service.ended;
    assert.deepEqual([code, signal], [0, null]);
    assert.ok(!service.lines.some(({ message }) => message === 'ready'));
  });

  it('exits at once on a second signal', async (t) => {
    const service = startProcess(t, 'api', { ...PRODUCTION, DATABASE_URL: database.url, DRAIN_DELAY_SECONDS: '120' });
    await service.ready();
    service.child.kill('SIGTERM');
    await service.logged(/^stopping$/);
    service.child.kill('SIGINT');
    const { code } = await service.ended;
    assert.equal(code, 1);
    assert.equal(service.lines.at(-1)?.message, 'stopped at once');
  });

  it('waits for a request up to its limit, and then reports what did not end', async (t) => {
    const service = startProcess(t, 'api', { ...PRODUCTION, DATABASE_URL: database.url, DRAIN_LIMIT_SECONDS: '1' });
    const { url } = await service.ready();
    const { socket } = await openConnection(url);
    socket.write(
      'POST /v1/users HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
    );
    await until('the request has arrived', async () => (await request(`${url}/livez`)).status === 200);
    service.child.kill('SIGTERM');
    const { code } = await service.ended;
    assert.equal(code, 1);
    assert.ok(service.lines.some(({ message, part }) => message === 'did not close in time' && part === 'api'));
  });

  it('stops while it waits for its database', async (t) => {
    const service = startProcess(t, 'worker', { ...PRODUCTION, DATABASE_URL: 'postgres://x@127.0.0.1:1/x' });
    await service.logged(/trying again/);
    service.child.kill('SIGTERM');
    const { code, stderr } = await service.ended;
    assert.equal(code, 0, stderr);
  });
});

async function openConnection(url: string): Promise<{ socket: Socket; received(text: RegExp): Promise<void> }> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  await once(socket, 'connect');
  let all = '';
  socket.on('data', (chunk: Buffer) => {
    all += chunk.toString();
  });
  return {
    socket,
    async received(text) {
      while (!text.test(all)) {
        const [ended] = await Promise.race([
          once(socket, 'data').then(() => [false]),
          once(socket, 'close').then(() => [true]),
        ]);
        if (ended) throw new Error(`closed after: ${all}`);
      }
    },
  };
}

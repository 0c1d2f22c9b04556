/** Tests rate limits in a real Redis, if it is installed (REDIS_SERVER names another server, such as valkey-server). */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, it, type TestContext } from 'node:test';
import { freePort } from '../../dev/free-port.ts';
import { eventually, rows } from '../../test/conditions.ts';
import { createTestDatabase } from '../../test/database.ts';
import { assertProblem, createUser, startTestService, type TestService } from '../../test/service.ts';
import { openDatabase } from './database/database.ts';
import { Problem } from './errors.ts';
import { createRedis, type Redis } from './redis.ts';
import { createRateLimits, type RateLimit } from './security/rate-limits.ts';

const SERVER = process.env.REDIS_SERVER ?? 'redis-server';
const absent = spawnSync(SERVER, ['--version']).error !== undefined;
const skip = absent && !process.env.STORES_REQUIRED ? `${SERVER} is not installed` : false;

describe('rate limits in Redis', { skip, timeout: 120_000 }, () => {
  it('count exactly across any number of processes, without queries to PostgreSQL', async (t) => {
    const { limits, count } = await start(t, 2);
    const both = limits.map((make) => make({ name: 'shared', limit: 3, windowSeconds: 60 }));
    const uses = await Promise.allSettled(Array.from({ length: 40 }, (_, index) => both[index % 2]!.consume('ada')));
    assert.equal(uses.filter(({ status }) => status === 'fulfilled').length, 3);
    for (const use of uses) if (use.status === 'rejected') assertLimited(use.reason, 60);
    assert.equal(await room(both[0]!, 'bob'), 3, 'another key has room of its own');
    assert.equal(await count(), 0);
  });

  it('refund a use, but never more than were used, and start anew after a reset or when the window is over', async (t) => {
    const { limits, redis } = await start(t);
    const limit = limits[0]!({ name: 'refund', limit: 3, windowSeconds: 60 });
    await limit.consume('ada');
    await limit.consume('ada');
    await limit.refund('ada');
    assert.equal(await room(limit, 'ada'), 2);
    assert.equal(await room(limit, 'ada'), 0, 'a refused use does not count');
    await limit.refund('ada');
    assert.equal(await room(limit, 'ada'), 1, 'nor does it use up what is given back');
    for (let times = 0; times < 5; times++) await limit.refund('bob');
    assert.equal(await room(limit, 'bob'), 3);
    await limit.reset('ada');
    assert.equal(await room(limit, 'ada'), 3);

    const { client } = redis[0]!;
    const keys = await client.keys('*');
    assert.ok(keys.length >= 2 && keys.every((key) => key.startsWith('plinth:limit:refund:') && !/ada|bob/.test(key)));
    for (const key of keys) {
      const seconds = await client.ttl(key);
      assert.ok(seconds > 0 && seconds <= 60, `${key} goes by itself after ${seconds} s`);
      await client.pExpire(key, 1);
    }
    await eventually('the window is over', async () => (await client.dbSize()) === 0);
    assert.equal(await room(limit, 'ada'), 3);
  });

  for (const [what, away] of [
    ['stopped', (server: RedisServer) => server.stop()],
    ['silent', async (server: RedisServer) => void server.child.kill('SIGSTOP')],
  ] as const)
    it(`are counted in PostgreSQL while Redis is ${what}, and in Redis again afterwards`, async (t) => {
      const { limits, count, server, lost, redis } = await start(t);
      const limit = limits[0]!({ name: 'insured', limit: 3, windowSeconds: 60 });
      assert.equal(await room(limit, 'ada'), 3);
      await away(server);
      const begun = performance.now();
      await limit.consume('ada');
      assert.ok(performance.now() - begun < 5_000, 'soon');
      assert.equal(await room(limit, 'ada'), 2, 'as many, but no more');
      await limit.refund('ada');
      assert.equal(await count(), 1);

      if (what === 'stopped') {
        await eventually('the loss is told', () => lost.length === 1);
        await server.start();
      } else server.child.kill('SIGCONT');
      await eventually('Redis is back', () => redis[0]!.client.isReady);
      await limit.reset('ada');
      await limit.consume('ada');
      assert.equal(await redis[0]!.client.dbSize(), 1);
      assert.ok(lost.length <= 1, 'and told once');
    });

  it('are used by the service, which also starts and limits requests while Redis is unavailable', async (t) => {
    const server = await startRedis(t);
    const test = await startTestService({ env: { REDIS_URL: server.url } });
    t.after(() => test.close());
    const { email } = await createUser(test);
    await guess(test, email, 10);
    assertProblem(await signIn(test, email), 429, 'rate_limited');
    assert.equal((await rows(test, 'select * from rate_limits')).length, 0);

    const without = await startTestService({ env: { REDIS_URL: 'redis://127.0.0.1:1' } });
    t.after(() => without.close());
    const other = await createUser(without);
    await guess(without, other.email, 10);
    assertProblem(await signIn(without, other.email), 429, 'rate_limited');
    const warnings = without.logs.filter((line) => line.includes('Redis lost'));
    assert.equal(warnings.length, 1, 'told once, however often it tries');
  });
});

const signIn = (test: TestService, email: string) =>
  test.request('/v1/sessions', { body: { email, password: 'not the password at all' } });

async function guess(test: TestService, email: string, times: number): Promise<void> {
  for (let time = 0; time < times; time++) assertProblem(await signIn(test, email), 401, 'invalid_credentials');
}

function assertLimited(error: unknown, withinSeconds: number): void {
  assert.ok(error instanceof Problem && error.code === 'rate_limited', String(error));
  const seconds = Number(error.headers['retry-after']);
  assert.ok(seconds > 0 && seconds <= withinSeconds, `${seconds} s`);
}

/** Counts uses until the limit refuses one, at most ten. */
async function room(limit: RateLimit, key: string): Promise<number> {
  for (let used = 0; ; used++) {
    try {
      await limit.consume(key);
    } catch (error) {
      assertLimited(error, 60);
      return used;
    }
    assert.ok(used < 10);
  }
}

/** Starts a Redis and a database, with the connections of the given number of processes. */
async function start(t: TestContext, processes = 1) {
  const database = await createTestDatabase();
  const server = await startRedis(t);
  const lost: Error[] = [];
  const redis: Redis[] = [];
  const limits = [];
  for (let number = 0; number < processes; number++) {
    const db = openDatabase({
      ...{ url: database.url, poolSize: 1, lanes: 2, preparedStatements: true },
      ...{ statementTimeoutMs: 10_000, applicationName: 'redis test' },
    });
    t.after(() => db.$client.end());
    const connection = await createRedis({ url: server.url, onLost: (error) => lost.push(error) });
    t.after(() => connection.close());
    await connection.start();
    redis.push(connection);
    limits.push(createRateLimits({ pool: db.$client, redis: connection.client }));
  }
  const observer = openDatabase({
    ...{ url: database.url, poolSize: 1, lanes: 1, preparedStatements: true },
    ...{ statementTimeoutMs: 10_000, applicationName: 'redis test' },
  });
  t.after(async () => {
    await observer.$client.end();
    await database.close();
  });
  const count = async () => (await observer.execute('select * from rate_limits')).rows.length;
  return { server, redis, limits, lost, count };
}

interface RedisServer {
  readonly url: string;
  readonly child: ChildProcess;
  stop(): Promise<void>;
  /** Starts it again on the same port. */
  start(): Promise<void>;
}

async function startRedis(t: TestContext): Promise<RedisServer> {
  const directory = await mkdtemp(join(tmpdir(), 'plinth-redis-'));
  const port = await freePort();
  let child = await launch();
  t.after(async () => {
    child.kill('SIGCONT');
    await stop();
    await rm(directory, { recursive: true, force: true });
  });

  async function launch(): Promise<ChildProcess> {
    const flags = [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--dir',
      directory,
      '--requirepass',
      'of-a-test',
    ];
    const launched = spawn(SERVER, flags, { stdio: ['ignore', 'pipe', 'inherit'] });
    for await (const line of createInterface(launched.stdout)) if (/ready to accept connections/i.test(line)) break;
    launched.stdout.resume();
    return launched;
  }
  async function stop(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  return {
    url: `redis://:of-a-test@127.0.0.1:${port}`,
    get child() {
      return child;
    },
    stop,
    async start() {
      child = await launch();
    },
  };
}

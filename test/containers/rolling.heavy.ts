/** Containers are replaced and killed while people use them. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { startSmtpReceiver } from '../../app/features/email/testing/smtp-receiver.ts';
import { freePort } from '../../dev/free-port.ts';
import { createTestDatabase } from '../database.ts';
import { request } from '../service.ts';
import { type Container, engine, startContainer } from './engine.ts';
import { startLoad } from './load.ts';

describe('a rollout', { timeout: 300_000 }, () => {
  it('replaces two api containers behind a load balancer, one after the other, without one failed request', async (t) => {
    const database = await createTestDatabase();
    t.after(() => database.close());
    const ports = [await freePort(), await freePort()];
    const env = { DATABASE_URL: database.url, TRUST_PROXY: '1' };
    const start = async (port: number): Promise<Container> => {
      const container = await startContainer(t, { command: [], env, port });
      await container.ready();
      return container;
    };
    const old = [await start(ports[0]!), await start(ports[1]!)];
    const proxy = await startProxy(t, ports);

    const load = startLoad({
      url: proxy.url,
      paths: ['/v1/plans', '/.well-known/jwks.json', '/v1/users/me'],
      clients: 12,
      pauseMs: 10,
    });
    await until('load is steady', () => load.answered > 300);
    for (const container of old) {
      await engine('stop', '--time=40', container.name);
      assert.equal(await container.ended(), 0, await container.logs());
      const port = Number(new URL(container.url).port);
      await start(port);
      // As in ECS: replace the next container once the load balancer has seen that the new one is ready.
      await until('the load balancer has both', async () => (await proxy.up()) === 2);
      const before = load.answered;
      await until('load continues', () => load.answered > before + 300);
    }
    await load.stop();
    t.diagnostic(`${load.answered} requests answered, ${load.failures.length} failed`);
    assert.deepEqual(load.failures, []);
  });
});

describe('a worker that is killed', { timeout: 300_000 }, () => {
  it('in the middle of a job is replaced by another worker, which does the job once within a minute', async (t) => {
    const database = await createTestDatabase();
    t.after(() => database.close());
    const smtp = await startSmtpReceiver(t);
    const env = { DATABASE_URL: database.url, SMTP_URL: smtp.url };
    const api = await startContainer(t, { command: [], env });
    await api.ready();

    // The first worker names the recipient to the mail server, and gets no answer.
    const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
    const { promise: never } = Promise.withResolvers<never>();
    smtp.atRecipient = () => {
      reach();
      return never;
    };
    const victim = await startContainer(t, { command: ['node', 'app/main.ts', 'worker'], env });
    const email = 'ada@example.com';
    const body = { email, password: 'correct horse battery staple', name: 'Ada' };
    assert.equal((await request(`${api.url}/v1/users`, { body })).status, 202);
    await reached;
    smtp.atRecipient = () => 'accept';
    await startContainer(t, { command: ['node', 'app/main.ts', 'worker'], env });
    await engine('kill', '--signal=KILL', victim.name);
    const killedAt = performance.now();
    await until('the other worker has sent the email', () => smtp.received.length > 0);
    const seconds = (performance.now() - killedAt) / 1_000;
    t.diagnostic(`sent by the other worker after ${seconds.toFixed(1)} s`);
    assert.ok(seconds < 60, `after ${seconds} s`);
    assert.deepEqual(
      smtp.received.map(({ to }) => to),
      [[email]],
    );
  });
});

interface Proxy {
  url: string;
  /** The number of servers that get requests. */
  up(): Promise<number>;
}

/** HAProxy without retries, so that a request that the service does not answer becomes visible. */
async function startProxy(t: TestContext, ports: number[]): Promise<Proxy> {
  const directory = await mkdtemp(join(tmpdir(), 'plinth-proxy-'));
  const [port, statsPort] = [await freePort(), await freePort()];
  const servers = ports.map((each, index) => `  server api${index} 127.0.0.1:${each} check inter 500ms fall 2 rise 1`);
  const configuration = `
defaults
  mode http
  retries 0
  timeout connect 2s
  timeout client 60s
  timeout server 30s
frontend public
  bind 127.0.0.1:${port}
  default_backend api
frontend stats
  bind 127.0.0.1:${statsPort}
  stats enable
  stats uri /stats
backend api
  balance roundrobin
  option httpchk GET /readyz
  http-reuse safe
${servers.join('\n')}
`;
  const file = join(directory, 'haproxy.cfg');
  await writeFile(file, configuration);
  const proxy: ChildProcess = spawn('haproxy', ['-db', '-f', file], { stdio: 'ignore' });
  t.after(async () => {
    proxy.kill('SIGTERM');
    if (proxy.exitCode === null && proxy.signalCode === null) await once(proxy, 'exit');
    await rm(directory, { recursive: true, force: true });
  });
  const up = async () => {
    const answer = await fetch(`http://127.0.0.1:${statsPort}/stats;csv`).catch(() => undefined);
    const lines = (await answer?.text())?.split('\n') ?? [];
    // A server counts as up before its first check, so require a successful one.
    return lines.filter((line) => /^api,api\d/.test(line) && line.includes('L7OK') && /,UP/.test(line)).length;
  };
  await until('the proxy sees both', async () => (await up()) === ports.length);
  return { url: `http://127.0.0.1:${port}`, up };
}

async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 120_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

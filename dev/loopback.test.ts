/** Requests that a web page of somebody else makes a browser send to the servers of development. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingHttpHeaders, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { keepLocal } from '../app/platform/http/loopback.ts';
import { createMetricsServer } from '../app/platform/telemetry/metrics-server.ts';
import { startTestService } from '../test/service.ts';
import { startMailbox } from './mailbox.ts';

interface Sent {
  method?: string;
  path?: string;
  headers?: Record<string, string>;
}

/** Sends a request with any Host, which `fetch` does not. */
function send(url: string, { method = 'GET', path = '/', headers = {} }: Sent = {}) {
  return new Promise<{ status: number; headers: IncomingHttpHeaders }>((resolve, reject) => {
    const { port } = new URL(url);
    const sent = request({ host: '127.0.0.1', port, method, path, headers, agent: false }, (answer) => {
      answer.resume().on('end', () => resolve({ status: answer.statusCode!, headers: answer.headers }));
    });
    sent.on('upgrade', (answer, socket) => {
      socket.destroy();
      resolve({ status: answer.statusCode!, headers: answer.headers });
    });
    sent.on('error', reject).end();
  });
}

const foreign = (url: string): Record<string, string>[] => [
  { host: 'evil.example' },
  { host: `evil.example:${new URL(url).port}`, origin: `http://evil.example:${new URL(url).port}` },
  { host: 'localhost.evil.example' },
  { host: '127.0.0.1.evil.example' },
  { origin: 'https://evil.example' },
  { origin: 'http://localhost:1' },
  { origin: 'null' },
  { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' },
];
const own = (url: string): Record<string, string>[] => {
  const { port } = new URL(url);
  const hosts = ['localhost', '127.0.0.1', '[::1]'].map((name) => `${name}:${port}`);
  return [{}, ...hosts.map((host) => ({ host })), ...hosts.map((host) => ({ host, origin: `http://${host}` }))];
};

/** Asserts that the paths answer this machine, and nobody else. */
async function assertLocal(url: string, ...paths: string[]): Promise<void> {
  for (const path of paths) {
    for (const headers of foreign(url)) {
      const answer = await send(url, { path, headers });
      assert.equal(answer.status, 403, `${path} ${JSON.stringify(headers)}`);
      assert.equal(answer.headers['access-control-allow-origin'], undefined);
    }
    for (const headers of own(url))
      assert.equal((await send(url, { path, headers })).status, 200, `${path} ${JSON.stringify(headers)}`);
  }
}

async function mailbox(t: TestContext): Promise<string> {
  const { webUrl, close } = await startMailbox({ smtpPort: 0, webPort: 0 });
  t.after(close);
  return webUrl;
}

describe('a web page of somebody else', () => {
  it('cannot read the mailbox, empty it, or listen to it', async (t) => {
    const url = await mailbox(t);
    await assertLocal(url, '/api/email', '/socket.io/?EIO=4&transport=polling');
    const upgrade = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' };
    const websocket = {
      path: '/socket.io/?EIO=4&transport=websocket',
      headers: { ...upgrade, 'sec-websocket-key': 'MDEyMzQ1Njc4OWFiY2RlZg==' },
    };
    for (const headers of foreign(url)) {
      assert.equal((await send(url, { method: 'DELETE', path: '/api/email/all', headers })).status, 403);
      assert.equal((await send(url, { method: 'OPTIONS', path: '/api/email/all', headers })).status, 403);
      await assert.rejects(send(url, { ...websocket, headers: { ...websocket.headers, ...headers } }), /hang up|RESET/);
    }
    assert.equal((await send(url, websocket)).status, 101);
    const same = { host: new URL(url).host, origin: url };
    assert.equal((await send(url, { method: 'DELETE', path: '/api/email/all', headers: same })).status, 200);
    const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    assert.equal((await send(url, { path: '/api/email', headers: link })).status, 200, 'a link is followed');
  });

  it('cannot read the pages of development', async (t) => {
    const env = { APP_ENV: 'development', APP_URL: 'http://app.test:8080' };
    const test = await startTestService({ jobs: false, env });
    t.after(() => test.close());
    await assertLocal(test.url, '/', '/verify-email?token=x');
    assert.equal(
      (await send(test.url, { headers: { host: 'app.test:8080' } })).status,
      200,
      'at APP_URL they are its own',
    );
  });

  it('cannot read the metrics of development', async (t) => {
    const test = await startTestService({ jobs: false });
    t.after(() => test.close());
    const server = createMetricsServer(() => test.service.metrics.registry, assert.ifError);
    keepLocal(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.close());
    await assertLocal(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, '/metrics');
  });
});

/** `WEBHOOK_PROXY_URL`: all webhooks go through the egress proxy, and nothing goes around it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { after, before, beforeEach, describe, it } from 'node:test';
import { eventually } from '../../../../test/conditions.ts';
import { startTestService, type TestService } from '../../../../test/service.ts';
import { type Receiver, startReceiver } from '../testing/receiver.ts';
import { createWebhookScene } from '../testing/scene.ts';
import { createSender, type Sender } from './sender.ts';

interface Tunnel {
  to: string;
  authorization: string | undefined;
}

/** A proxy that knows `CONNECT` alone. */
async function startProxy(answer: 'tunnel' | 'refuse' | 'hang' = 'tunnel') {
  const tunnels: Tunnel[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((_request, response) => response.writeHead(405).end());
  server.on('connection', (socket) => sockets.add(socket));
  server.on('connect', (request: IncomingMessage, client: Socket) => {
    client.on('error', () => {});
    tunnels.push({ to: request.url!, authorization: request.headers['proxy-authorization'] });
    if (proxy.answer === 'refuse') client.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    if (proxy.answer !== 'tunnel') return;
    const { hostname, port } = new URL(`http://${request.url}`);
    const target = connect(Number(port), hostname, () => client.write('HTTP/1.1 200 Connected\r\n\r\n'));
    target.on('error', () => client.destroy());
    client.pipe(target).pipe(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy = {
    answer,
    tunnels,
    url: `http://plinth:s%C3%A9cret@127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  return proxy;
}

const AUTHORIZATION = `Basic ${Buffer.from('plinth:sécret').toString('base64')}`;

describe('webhooks through an egress proxy', () => {
  let proxy: Awaited<ReturnType<typeof startProxy>>;
  let receiver: Receiver;
  before(async () => {
    proxy = await startProxy();
    receiver = await startReceiver();
  });
  after(async () => {
    await proxy.close();
    await receiver.close();
  });
  beforeEach(() => {
    proxy.tunnels.length = 0;
    proxy.answer = 'tunnel';
  });

  it('are delivered by the service as WEBHOOK_PROXY_URL says, each connection by a tunnel with its credentials', async () => {
    const test: TestService = await startTestService({ schedules: false, env: { WEBHOOK_PROXY_URL: proxy.url } });
    const scene = await createWebhookScene(test, receiver);
    await scene.happen();
    await eventually('it arrives', () => receiver.received.length > 0);
    await scene.settled();
    const { host } = new URL(receiver.url);
    assert.deepEqual(proxy.tunnels, [{ to: host, authorization: AUTHORIZATION }]);
    assert.equal((await scene.deliveries())[0].status, 'succeeded');
    await test.close();
  });

  it('leave names to the proxy to resolve, and are not sent around one that refuses, hangs or is away', async () => {
    const options = { rules: { ports: [443], loopback: false }, timeoutMs: 500, userAgent: 'test' };
    const resolve = () => assert.fail('the name was resolved here');
    const attempt = async (sender: Sender) => {
      const { kind, error, durationMs } = await sender.send('https://hooks.example.com/a', {}, '{}');
      assert.doesNotMatch(error!, /127\.0\.0\.1|plinth|cret/, 'customers read it');
      assert.ok(durationMs < 2_000);
      await sender.close();
      return kind;
    };
    const through = () => createSender({ ...options, resolve, proxyUrl: proxy.url });
    proxy.answer = 'refuse';
    assert.equal(await attempt(through()), 'unreachable');
    proxy.answer = 'hang';
    assert.equal(await attempt(through()), 'timeout');
    assert.deepEqual(new Set(proxy.tunnels.map(({ to }) => to)), new Set(['hooks.example.com:443']));
    assert.equal(await attempt(createSender({ ...options, resolve, proxyUrl: 'http://127.0.0.1:1' })), 'unreachable');
  });
});

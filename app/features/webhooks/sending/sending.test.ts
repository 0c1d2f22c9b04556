/** One attempt: where it never connects, and what receivers cannot do to it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createHttp2Server } from 'node:http2';
import { type AddressInfo, createServer, isIP, type LookupFunction, type Server, type Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { faultOf, isPublic } from '../../../platform/http/outgoing/destinations.ts';
import { answerWith, startReceiver } from '../testing/receiver.ts';
import { createSender, type Outcome, type Sender } from './sender.ts';

/** Not one machine on the internet, in the spellings that URLs and resolvers have for it. */
const REFUSED = [
  ...['127.0.0.1', '127.1', '127.255.255.254', '2130706433', '0x7f000001', '0177.0.0.1', '0', '0.0.0.0', '0x7f.1'],
  ...['017700000001', '127.0.0.1.', '0x7F.0x0.0x0.0x1', '127.000.000.001', '①②⑦.⓪.⓪.①', '3232235521', '0xa9fea9fe'],
  ...['0.1.2.3', '10.0.0.1', '10.255.255.255', '172.16.0.1', '172.31.255.255', '192.168.0.1', '169.254.169.254'],
  ...['100.64.0.1', '100.127.255.255', '192.0.0.1', '192.0.0.170', '192.0.2.1', '192.88.99.1', '198.18.0.1'],
  ...['198.19.255.255', '198.51.100.1', '203.0.113.1', '224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255'],
  ...['[::1]', '[::]', '[0:0:0:0:0:0:0:1]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::ffff:a00:1]', '[::127.0.0.1]'],
  ...['[::ffff:0:7f00:1]', '[::8.8.8.8]', '[::808:808]', '[::ffff:8.8.8.8]', '[64:ff9b::7f00:1]', '[64:ff9b::8.8.8.8]'],
  ...['[64:ff9b:1::1]', '[2002:7f00:1::]', '[2002:808:808::1]', '[2001::1]', '[2001:0:7f00:1::]', '[2001:2::1]'],
  ...['[2001:10::1]', '[2001:20::1]', '[2001:1ff:ffff::1]', '[2001:db8::1]', '[3ffe::1]', '[3fff::1]', '[5f00::1]'],
  ...['[fd00::1]', '[fd00:ec2::254]', '[fc00::1]', '[fe80::1]', '[febf::1]', '[fec0::1]', '[feff::1]', '[ff02::1]'],
  ...['[100::1]', '[100:0:0:1::1]', '[1000::1]', '[1fff:ffff::1]', '[4000::1]', '[8000::1]', '[e000::1]'],
];
const PUBLIC = [
  '93.184.216.34',
  '8.8.8.8',
  '1.1.1.1',
  '223.255.255.254',
  ...['1.0.0.0', '9.255.255.255', '100.63.255.255', '100.128.0.0', '172.15.255.255', '172.32.0.0', '198.17.255.255'],
  ...['198.20.0.0', '2000::1', '2001:200::1', '2003::1', '3fff:1000::1'],
  '2606:2800:220:1::1',
  '2001:4860:4860::8888',
  '2a00::1',
];

/** A resolver that answers with what the test says, and counts. */
function resolverOf(answers: () => string[]): LookupFunction & { asked: number } {
  const resolve = ((_name, _options, callback) => {
    resolve.asked++;
    callback(
      null,
      answers().map((address) => ({ address, family: isIP(address) })),
    );
  }) as LookupFunction & { asked: number };
  resolve.asked = 0;
  return resolve;
}

describe('an attempt never connects', () => {
  let listener: Server;
  let port: number;
  let connections = 0;
  before(async () => {
    listener = createServer((socket) => {
      connections++;
      socket.destroy();
    });
    listener.listen(0, '::');
    await once(listener, 'listening');
    ({ port } = listener.address() as AddressInfo);
  });
  after(() => listener.close());

  const strict = (resolve?: LookupFunction) => {
    const rules = { ports: [port], loopback: false };
    return createSender({ rules, timeoutMs: 2_000, userAgent: 'test', ...(resolve && { resolve }) });
  };
  async function blocked(sender: Sender, host: string): Promise<void> {
    const outcome = await sender.send(`https://${host}:${port}/`, {}, '{}');
    assert.equal(outcome.kind, 'blocked', `${host}: ${JSON.stringify(outcome)}`);
    assert.ok(outcome.durationMs < 1_500, host);
  }

  it('to an address that is not on the internet, however it is spelled', async () => {
    const sender = strict();
    for (const host of REFUSED) await blocked(sender, host);
    assert.equal(connections, 0);
    for (const address of PUBLIC) assert.ok(isPublic(address), address);
    await sender.close();
  });

  it('to a name that resolves to one, and to localhost', async () => {
    for (const host of REFUSED) {
      const address = new URL(`http://${host}/`).hostname.replace(/^\[|\]$/g, '');
      const sender = strict(resolverOf(() => [address]));
      await blocked(sender, 'hooks.example.com');
      await sender.close();
    }
    const sender = strict();
    await blocked(sender, 'localhost');
    await sender.close();
    assert.equal(connections, 0);
  });

  it('by http, to another port, or with credentials', () => {
    const rules = { ports: [443], loopback: false };
    for (const url of [
      'http://example.com/',
      'https://example.com:80/',
      'https://a:b@example.com/',
      'file:///etc/passwd',
    ])
      assert.ok(faultOf(url, rules), url);
    assert.equal(faultOf('https://example.com:443/hook?x=1', rules), undefined);
    const development = { ports: [443], loopback: true };
    assert.equal(faultOf('http://127.0.0.1:1234/', development), undefined);
    assert.equal(faultOf('http://[::1]:1234/', development), undefined);
    assert.ok(faultOf('http://10.0.0.1/', development), 'http is for this machine alone');
  });

  it('to the second answer of a name that changes its answer: each connection has the answer that was checked', async () => {
    const receiver = await startReceiver(answerWith(200, { connection: 'close' }));
    const answers = [['10.0.0.1', '127.0.0.1'], ['10.0.0.1'], ['::ffff:10.0.0.1']];
    const resolve = resolverOf(() => answers[resolve.asked - 1]!);
    const own = Number(new URL(receiver.url).port);
    const rules = { ports: [own], loopback: true };
    const sender = createSender({ rules, timeoutMs: 2_000, userAgent: 'test', resolve });
    const send = () => sender.send(`http://localhost:${own}/`, {}, '{}');
    assert.equal((await send()).kind, 'succeeded');
    assert.deepEqual([(await send()).kind, (await send()).kind], ['blocked', 'blocked']);
    assert.deepEqual([resolve.asked, receiver.received.length], [3, 1], 'one look-up for each connection');
    await sender.close();
    await receiver.close();
  });

  it('to where a redirect leads', async () => {
    for (const status of [301, 302, 307, 308]) {
      const receiver = await startReceiver(answerWith(status, { location: `https://127.0.0.1:${port}/` }));
      const sender = createSender({ rules: { ports: [443], loopback: true }, timeoutMs: 2_000, userAgent: 'test' });
      const outcome = await sender.send(receiver.url, {}, '{}');
      assert.deepEqual([outcome.kind, outcome.status], ['refused', status]);
      await sender.close();
      await receiver.close();
    }
    assert.equal(connections, 0);
  });
});

describe('an attempt ends in time, and reads little, when the receiver', () => {
  const TIMEOUT_MS = 700;
  let sender: Sender;
  before(() => {
    sender = createSender({ rules: { ports: [443], loopback: true }, timeoutMs: TIMEOUT_MS, userAgent: 'test' });
  });
  after(() => sender.close());

  /** @param behave what the receiver does with a connection, once the request has arrived */
  async function against(behave: (socket: Socket) => void): Promise<{ outcome: Outcome; written: number }> {
    const sockets = new Set<Socket>();
    let written = 0;
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.once('data', () => behave(socket));
      socket.once('close', () => {
        written += socket.bytesWritten;
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const startedAt = performance.now();
    const outcome = await sender.send(`http://127.0.0.1:${port}/`, {}, '{}');
    assert.ok(performance.now() - startedAt < TIMEOUT_MS * 4, 'it took too long');
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
    return { outcome, written };
  }
  /** Writes until the connection ends. */
  const forever = (socket: Socket, text: string, everyMs: number) => {
    const timer = setInterval(() => socket.write(text), everyMs);
    socket.once('close', () => clearInterval(timer));
  };
  /** Writes as fast as the connection takes it. */
  const flood = (socket: Socket, chunk: Buffer) => {
    const more = () => {
      while (!socket.destroyed && socket.write(chunk));
    };
    socket.on('drain', more);
    more();
  };

  it('says nothing', async () => {
    const { outcome } = await against(() => {});
    assert.deepEqual([outcome.kind, outcome.status], ['timeout', null]);
  });

  it('closes the connection, or resets it', async () => {
    assert.equal((await against((socket) => socket.end())).outcome.kind, 'unreachable');
    assert.equal((await against((socket) => socket.resetAndDestroy())).outcome.kind, 'unreachable');
  });

  it('sends half a header', async () => {
    assert.equal((await against((socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-'))).outcome.kind, 'timeout');
    const { outcome } = await against((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-'));
    assert.equal(outcome.kind, 'unreachable');
  });

  it('drips its header, or headers without end', async () => {
    const drip = await against((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      forever(socket, 'x', 50);
    });
    assert.equal(drip.outcome.kind, 'timeout');
    const many = await against((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      flood(socket, Buffer.from(`x-header: ${'x'.repeat(1_000)}\r\n`));
    });
    assert.equal(many.outcome.kind, 'unreachable');
  });

  it('announces an answer without end', async () => {
    const { outcome } = await against((socket) => forever(socket, 'HTTP/1.1 103 Early Hints\r\n\r\n', 20));
    assert.equal(outcome.kind, 'timeout');
    const announced = await against((socket) =>
      socket.end('HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\n\r\n'),
    );
    assert.deepEqual([announced.outcome.kind, announced.outcome.status], ['succeeded', 200]);
    assert.equal(
      (
        await against((socket) =>
          socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
        )
      ).outcome.kind,
      'unreachable',
    );
  });

  it('answers with 1 GB: the status counts, and little of the rest is taken', async () => {
    const { outcome, written } = await against((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${2 ** 30}\r\n\r\n`);
      flood(socket, Buffer.alloc(16 * 1_024, 'x'));
    });
    assert.deepEqual([outcome.kind, outcome.status, outcome.body!.length], ['succeeded', 200, 1_024]);
    assert.ok(
      outcome.durationMs < TIMEOUT_MS && written < 16 * 2 ** 20,
      `${written} bytes in ${outcome.durationMs} ms`,
    );
  });

  it('answers in chunks for ever, quickly or slowly', async () => {
    const head = 'HTTP/1.1 500 No\r\ntransfer-encoding: chunked\r\n\r\n';
    const fast = await against((socket) => {
      socket.write(head);
      flood(socket, Buffer.from(`400\r\n${'x'.repeat(0x400)}\r\n`));
    });
    assert.deepEqual([fast.outcome.kind, fast.outcome.status], ['refused', 500]);
    const slow = await against((socket) => {
      socket.write(head);
      forever(socket, '1\r\nx\r\n', 50);
    });
    assert.deepEqual([slow.outcome.kind, slow.outcome.status], ['refused', 500]);
  });

  it('speaks something else', async () => {
    for (const text of ['SSH-2.0-OpenSSH_9\r\n', 'HTTP/9.9 200 OK\r\n\r\n', '\0\0\0\0', 'HTTP/1.1 999999 No\r\n\r\n'])
      assert.equal((await against((socket) => socket.end(text))).outcome.kind, 'unreachable', text);
  });

  it('speaks HTTP/2 alone, without TLS', async () => {
    const server = createHttp2Server((_request, response) => response.end());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    assert.equal((await sender.send(`http://127.0.0.1:${port}/`, {}, '{}')).kind, 'unreachable');
    server.close();
  });

  it('is not there', async () => {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const outcome = await sender.send(`http://127.0.0.1:${port}/`, {}, '{}');
    assert.equal(outcome.kind, 'unreachable');
    assert.match(outcome.error!, /ECONNREFUSED/);
  });

  it('asks for patience in seconds, by a date, or with nonsense', async () => {
    const after = async (value: string) => {
      const text = `HTTP/1.1 503 Busy\r\nretry-after: ${value}\r\ncontent-length: 0\r\n\r\n`;
      return (await against((socket) => socket.end(text))).outcome.retryAfterSeconds;
    };
    assert.equal(await after('120'), 120);
    assert.equal(await after('99999999999'), 86_400, 'at most a day');
    const soon = (await after(new Date(Date.now() + 60_000).toUTCString()))!;
    assert.ok(soon > 50 && soon <= 61, String(soon));
    for (const nonsense of ['-5', 'later', '', '0', new Date(0).toUTCString()])
      assert.equal(await after(nonsense), null);
  });

  it('keeps what it answers storable', async () => {
    const bytes = Buffer.from([0x00, 0xff, 0xc3, 0x28, 0xed, 0xa0, 0x80]);
    const { outcome } = await against((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${bytes.length}\r\n\r\n`);
      socket.end(bytes);
    });
    assert.ok(outcome.body!.isWellFormed() && !outcome.body!.includes('\0'));
  });
});

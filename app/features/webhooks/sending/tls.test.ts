/** Receivers with TLS: which of them an attempt believes, and how it ends with the others. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createSecureServer } from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { DAY_MS } from '../../../platform/clock.ts';
import { createCertificate } from '../../email/testing/certificate.ts';
import { createSender, type Outcome, type Sender } from './sender.ts';

const TIMEOUT_MS = 1_000;

/** A certificate that is valid for so many days from yesterday on. */
function certificate(days: number, subject?: string) {
  const from = new Date(Date.now() - 2 * DAY_MS);
  const { pem, privateKey } = createCertificate({ from, to: new Date(from.getTime() + days * DAY_MS) }, subject);
  return { cert: pem, key: privateKey.export({ format: 'pem', type: 'pkcs8' }) };
}

describe('an attempt by https', () => {
  const valid = certificate(10, 'localhost');
  const expired = certificate(1, 'localhost');
  const ofAnother = certificate(10, 'hooks.example.com');
  const unknown = certificate(10, 'localhost');
  let sender: Sender;
  before(() => {
    const authorities = [valid, expired, ofAnother].map(({ cert }) => cert);
    const rules = { ports: [443], loopback: true };
    sender = createSender({ rules, timeoutMs: TIMEOUT_MS, userAgent: 'test', authorities });
  });
  after(() => sender.close());

  async function against(server: Server): Promise<Outcome> {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const outcome = await sender.send(`https://localhost:${(server.address() as AddressInfo).port}/`, {}, '{}');
    assert.ok(outcome.durationMs < TIMEOUT_MS * 3, `${outcome.durationMs} ms`);
    server.close();
    return outcome;
  }
  let requests = 0;
  const receiver = (options: object) =>
    createHttpsServer(options, (_request, response) => {
      requests++;
      response.writeHead(200, { connection: 'close' }).end();
    });

  it('reaches a receiver whose certificate is valid, also one that offers HTTP/2 beside HTTP/1.1', async () => {
    assert.equal((await against(receiver(valid))).kind, 'succeeded');
    const both = createSecureServer({ ...valid, allowHTTP1: true }, (request, response) => {
      response.setHeader('connection', 'close');
      response.end(request.httpVersion);
    });
    const outcome = await against(both as Server);
    assert.deepEqual([outcome.kind, outcome.body], ['succeeded', '1.1']);
  });

  it('sends nothing to one whose certificate is expired, of another name, or of nobody who is trusted', async () => {
    requests = 0;
    for (const [options, error] of [
      [expired, /expired/],
      [ofAnother, /does not match certificate/],
      [unknown, /self-signed/],
    ] as const) {
      const outcome = await against(receiver(options));
      assert.deepEqual([outcome.kind, outcome.status], ['unreachable', null]);
      assert.match(outcome.error!, error);
    }
    assert.equal(requests, 0);
  });

  it('ends with one that speaks HTTP/2 alone, or no TLS newer than 1.1', async () => {
    const http2 = createSecureServer({ ...valid, allowHTTP1: false }, (_request, response) => response.end());
    assert.equal((await against(http2 as Server)).kind, 'unreachable');
    const old = receiver({ ...valid, maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' });
    assert.equal((await against(old)).kind, 'unreachable');
  });

  it('ends with one that never shakes hands, and with one that speaks no TLS', async () => {
    const silent = createServer((socket) => socket.on('error', () => {}));
    assert.equal((await against(silent)).kind, 'timeout');
    const plain = createServer((socket) => socket.on('error', () => {}).end('HTTP/1.1 200 OK\r\n\r\n'));
    assert.equal((await against(plain)).kind, 'unreachable');
  });
});

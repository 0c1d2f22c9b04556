import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { freePort } from './free-port.ts';

function listen(t: TestContext, port: number, host?: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const server = createServer().once('error', reject).listen(port, host, resolve);
  t.after(() => server.close());
  return promise;
}

describe('a free port', () => {
  it('can be used on any address, and calls at the same time get different ports', async (t) => {
    const ports = await Promise.all(Array.from({ length: 20 }, freePort));
    assert.equal(new Set(ports).size, 20);
    await Promise.all(ports.map((port, index) => listen(t, port, ['127.0.0.1', '0.0.0.0', undefined][index % 3])));
  });

  it('is not in use on any address', async (t) => {
    const port = await freePort();
    await Promise.all([listen(t, port + 1, '127.0.0.1'), listen(t, port + 2, '0.0.0.0')]);
    assert.ok((await freePort()) > port + 2);
  });

  it('is outside of the range that the kernel assigns to connections', {
    skip: process.platform !== 'linux',
  }, async () => {
    const range = await readFile('/proc/sys/net/ipv4/ip_local_port_range', 'utf8');
    assert.ok((await freePort()) < Number(range.split('\t')[0]));
  });
});

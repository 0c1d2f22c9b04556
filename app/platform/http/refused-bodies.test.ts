/** A proxy writes a body that is refused: its client gets the answer of the service. Without reading it, one in four was a 502 (Caddy 2.11). */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { startTestService, type TestService } from '../../../test/service.ts';

const LENGTH = 5_000_000;

describe('a body that is refused', { timeout: 60_000 }, () => {
  let test: TestService;
  before(async () => {
    test = await startTestService({ jobs: false });
  });
  after(() => test.close());

  function open(): Socket {
    const { hostname, port } = new URL(test.url);
    return connect(Number(port), hostname);
  }
  const head = (length: number) =>
    `POST /v1/users HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;

  it('is read to its end before the connection is closed, so that the answer is not lost', async () => {
    for (let count = 0; count < 10; count++) {
      const socket = open();
      const answer: string[] = [];
      socket.setEncoding('utf8').on('data', (text) => answer.push(String(text)));
      const closed = once(socket, 'close');
      const failed: string[] = [];
      socket.on('error', (error) => failed.push(error.message));
      socket.write(head(LENGTH));
      for (let sent = 0; sent < LENGTH; sent += 100_000)
        if (!socket.write('a'.repeat(100_000))) await Promise.race([once(socket, 'drain'), closed]);
      await closed;
      assert.deepEqual(failed, [], 'the whole body could be written');
      assert.match(answer.join(''), /^HTTP\/1\.1 413 [\s\S]*payload_too_large/);
    }
  });

  it('is not waited for where the client waits for the answer, or names a length beyond reason', async () => {
    for (const length of [LENGTH, 99_999_999_999]) {
      const socket = open();
      socket.write(`${head(length)}"`);
      const [text] = await once(socket, 'data');
      assert.match(String(text), /^HTTP\/1\.1 413 /);
      socket.destroy();
    }
  });
});

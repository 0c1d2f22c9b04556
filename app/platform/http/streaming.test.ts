import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { eventually } from '../../../test/conditions.ts';
import { assertProblem, request } from '../../../test/service.ts';
import { createLogger } from '../telemetry/logger.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { createHttpServer } from './server.ts';
import { jsonText, sendStream } from './streaming.ts';

const CHUNK = 'x'.repeat(64 * 1024);

/** Starts a server whose `/stream` sends the chunks of `chunks`. */
async function listen(t: TestContext, chunks: () => AsyncIterable<string>, stalledMs?: number) {
  const logs: string[] = [];
  const app = await createHttpServer({
    logger: createLogger({ level: 'info', release: 'test', destination: { write: (line) => void logs.push(line) } }),
    metrics: createMetrics({ release: 'test' }, { runtime: false }),
    corsOrigins: [],
    trustProxy: false,
    problemBaseUrl: 'https://api.example.com/docs/errors',
  });
  app.get('/stream', (request, reply) =>
    sendStream(request, reply, {
      mediaType: 'application/x-ndjson',
      filename: 'x.ndjson',
      chunks: chunks(),
      ...(stalledMs && { stalledMs }),
    }),
  );
  await app.listen({ host: '127.0.0.1', port: 0 });
  t.after(() => {
    app.server.closeAllConnections();
    return app.close();
  });
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/stream`;
  const errors = () =>
    logs.flatMap((line) => {
      const { level, message, err } = JSON.parse(line);
      return err ? [[level, message, err.message]] : [];
    });
  return { url, errors };
}

/** Receives the headers, and reads no byte of the body. */
async function open(url: string): Promise<IncomingMessage> {
  const sent = httpRequest(url).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  response.on('error', () => {});
  return response;
}

describe('a streamed answer', () => {
  /** Produces chunks without end and counts them. */
  function counting() {
    const counts = { made: 0, ended: false };
    async function* chunks() {
      try {
        for (;;) {
          counts.made++;
          yield CHUNK;
          await new Promise(setImmediate);
        }
      } finally {
        counts.ended = true;
      }
    }
    return { counts, chunks };
  }

  it('is produced only as fast as the caller reads it, and ends when the caller hangs up', async (t) => {
    const { counts, chunks } = counting();
    const { url } = await listen(t, chunks);
    const response = await open(url);
    let seen = -1;
    await eventually('nothing more is made', async () => {
      const before = seen;
      seen = counts.made;
      await request(`${url}/none`);
      return before === seen;
    });
    assert.ok(seen * CHUNK.length < 16 * 1024 * 1024, `${seen} chunks were made for a caller who took none`);
    response.destroy();
    await eventually('the iterator is closed', () => counts.ended);
  });

  it('is cut off when the caller reads nothing for too long', async (t) => {
    const { counts, chunks } = counting();
    const { url } = await listen(t, chunks, 50);
    const response = await open(url);
    await eventually('the iterator is closed', () => counts.ended);
    response.resume();
    await assert.rejects(once(response, 'end'), /aborted/);
  });

  async function* failing(chunks: readonly string[]) {
    yield* chunks;
    throw new Error('no luck');
  }

  it('that fails before its first chunk is a problem document', async (t) => {
    const { url, errors } = await listen(t, () => failing([]));
    assertProblem(await request(url), 500, 'internal_error');
    assert.deepEqual(errors(), [['error', 'request failed unexpectedly', 'no luck']]);
  });

  it('that fails later is cut off, so that nobody mistakes it for complete, and is logged once', async (t) => {
    const { url, errors } = await listen(t, () => failing([CHUNK, CHUNK]));
    const response = await open(url);
    assert.equal(response.statusCode, 200);
    response.resume();
    await assert.rejects(once(response, 'end'), /aborted/);
    assert.deepEqual(errors(), [['error', 'request failed unexpectedly', 'no luck']]);
  });
});

describe('the text of JSON', () => {
  /** Replaces every array by batches of any size, including empty ones. */
  function streamed(value: unknown, size: number): unknown {
    if (Array.isArray(value)) {
      return (async function* () {
        yield [];
        for (let at = 0; at < value.length; at += size) yield value.slice(at, at + size);
      })();
    }
    if (value === null || typeof value !== 'object' || value instanceof Date) return value;
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, streamed(member, size)]));
  }

  it('is the same in chunks as from JSON.stringify, for any value', async () => {
    const check = async (value: unknown, size: number) => {
      const chunks = await Array.fromAsync(jsonText(streamed(value, size)));
      assert.deepEqual(JSON.parse(chunks.join('')), JSON.parse(JSON.stringify(value)));
    };
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string(), fc.jsonValue()), fc.integer({ min: 1, max: 4 }), check),
    );
    await check({ at: new Date(0), none: undefined, list: [{ a: undefined, at: new Date(1) }] }, 1);
  });
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { exchange } from '../../../test/raw-http.ts';
import { assertProblem, request } from '../../../test/service.ts';
import { allErrors } from '../errors.ts';
import { createLogger } from '../telemetry/logger.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { answerClientError } from './problems.ts';
import { createHttpServer } from './server.ts';

const BASE = 'https://api.example.com/docs/errors';

async function listen(routes: (app: Awaited<ReturnType<typeof createHttpServer>>) => void) {
  const logs: string[] = [];
  const app = await createHttpServer({
    logger: createLogger({ level: 'info', release: 'test', destination: { write: (line) => void logs.push(line) } }),
    metrics: createMetrics({ release: 'test' }, { runtime: false }),
    corsOrigins: [],
    trustProxy: false,
    problemBaseUrl: BASE,
  });
  routes(app);
  await app.listen({ host: '127.0.0.1', port: 0 });
  return { url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`, logs, app };
}

const reports = (logs: string[]) => logs.map((line) => JSON.parse(line)).filter(({ level }) => level === 'error');

describe('an unexpected error', () => {
  it('is answered with a generic 500, and logged once, with its cause', async (t) => {
    const { url, logs, app } = await listen((server) => {
      server.get('/boom', async () => {
        throw new Error('k4n4ry in the message', { cause: new TypeError('the reason') });
      });
    });
    t.after(() => app.close());
    const answer = await request(`${url}/boom`);
    assertProblem(answer, 500, 'internal_error');
    assert.ok(!JSON.stringify(answer.body).includes('k4n4ry'));
    const [report, ...more] = reports(logs);
    assert.equal(more.length, 0);
    assert.equal(report.err.message, 'k4n4ry in the message');
    assert.equal(report.err.cause.message, 'the reason');
    assert.equal(report.requestId, answer.body.requestId);
  });

  for (const [name, thrown] of Object.entries({
    'no error': 'a string',
    nothing: undefined,
    null: null,
    'a number': 42,
  })) {
    it(`is answered with 500 even if the thrown value is ${name}`, async (t) => {
      const { url, logs, app } = await listen((server) => {
        server.get('/boom', async () => {
          throw thrown;
        });
      });
      t.after(() => app.close());
      assertProblem(await request(`${url}/boom`), 500, 'internal_error');
      assert.equal(reports(logs).length, 1);
    });
  }

  it('in the middle of an answer cuts the connection, so that the part is never mistaken for the whole answer', async (t) => {
    const { url, app } = await listen((server) => {
      server.get('/half', async (_request, reply) => {
        reply.raw.writeHead(200, { 'content-length': '100' });
        reply.raw.write('half');
        throw new Error('too late');
      });
    });
    t.after(() => app.close());
    await assert.rejects(fetch(`${url}/half`).then((response) => response.text()));
  });
});

it('a request that does not arrive in time gets 408, and the connection is closed', async (t) => {
  const server = createServer({ requestTimeout: 200, headersTimeout: 200, connectionsCheckingInterval: 20 });
  server.on('clientError', answerClientError(BASE));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  for (const slow of [
    'GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ',
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf',
  ]) {
    const [answer] = await exchange(url, slow);
    assert.equal(answer?.status, 408);
    const problem = JSON.parse(answer.body);
    assert.equal(problem.code, 'request_timeout');
    assert.equal(problem.requestId, answer.headers.get('x-request-id'));
  }
});

it('every declared error has a code in snake_case, a title and a status that may be answered', () => {
  for (const { code, title, status } of allErrors()) {
    assert.match(code, /^[a-z]+(_[a-z]+)*$/);
    assert.match(title, /^[A-Z].{3,80}[^.]$/);
    assert.ok((status >= 400 && status < 500) || [500, 501, 503].includes(status), code);
  }
});

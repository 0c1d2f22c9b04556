import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Answer, createUser, startTestService, type TestService } from '../../../test/service.ts';
import { contextOf } from './trace-context.ts';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const TRACEPARENT = `00-${TRACE_ID}-00f067aa0ba902b7-01`;

describe('a trace id, with tracing off', () => {
  let test: TestService;
  before(async () => {
    test = await startTestService();
  });
  after(() => test.close());

  /** Waits for the last log line of a request and returns all of its lines. */
  async function linesOf(answer: Answer): Promise<{ message: string; traceId?: string }[]> {
    const requestId = answer.headers.get('x-request-id')!;
    const deadline = Date.now() + 5_000;
    for (;;) {
      const lines = test.logs.map((line) => JSON.parse(line)).filter((line) => line.requestId === requestId);
      if (lines.some(({ message }) => message === 'request')) return lines;
      if (Date.now() > deadline) throw new Error('the request was not logged');
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  it('of the caller is used: it is in the answer and in the log lines, once in each', async () => {
    const answer = await test.request('/.well-known/jwks.json', { headers: { traceparent: TRACEPARENT } });
    assert.equal(answer.headers.get('x-trace-id'), TRACE_ID);
    for (const line of await linesOf(answer)) assert.equal(line.traceId, TRACE_ID);
    for (const line of test.logs) assert.ok(line.split('"traceId"').length <= 2, line);
  });

  it('is created if the caller sends none or an invalid one, and differs per request', async () => {
    const broken = ['nonsense', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`, `ff-${TRACE_ID}-00f067aa0ba902b7-01`];
    const ids = new Set<string>();
    for (const traceparent of [undefined, ...broken]) {
      const answer = await test.request('/nope', { headers: traceparent ? { traceparent } : {} });
      const id = answer.headers.get('x-trace-id')!;
      assert.match(id, /^(?!0+$)[0-9a-f]{32}$/);
      assert.notEqual(id, TRACE_ID);
      for (const line of await linesOf(answer)) assert.equal(line.traceId, id);
      ids.add(id);
    }
    assert.equal(ids.size, 4);
  });

  it('is in the answers to requests that are refused before they reach a route', async () => {
    const answer = await test.request('/v1/sessions/%zz', { headers: { traceparent: TRACEPARENT } });
    assert.equal(answer.status, 400);
    assert.equal(answer.headers.get('x-trace-id'), TRACE_ID);
  });

  it('is passed to the jobs of a request, whose handlers see only their data', async () => {
    const { db } = test.service;
    await createUser(test, { email: 'traced@example.com' });
    const { rows } = await db.execute<{ name: string; data: Record<string, string> }>(
      'select name, data from pgboss.job',
    );
    const [delivery] = rows.filter(({ name }) => name === 'email.deliver');
    assert.match(delivery!.data.__traceparent!, /^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
    assert.deepEqual(Object.keys(delivery!.data).sort(), ['__traceparent', 'messageId']);
  });

  it('that is not valid is not used as the parent', () => {
    for (const traceparent of [undefined, 7, '', `00-${TRACE_ID}-0000000000000000-01`, `${TRACEPARENT}-x`]) {
      assert.equal(contextOf(traceparent), contextOf(undefined), String(traceparent));
    }
  });
});

import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { type OtlpReceiver, startOtlpReceiver } from '../../../test/telemetry/otlp-receiver.ts';
import { startRequestSpan } from './spans.ts';
import { activeTraceparent, contextOf, followContexts } from './trace-context.ts';
import { startTracing, type TracingOptions } from './tracing.ts';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';

followContexts();

describe('tracing', () => {
  let otlp: OtlpReceiver | undefined;
  let stop = async () => {};
  afterEach(async () => {
    await stop();
    await otlp?.close();
    otlp = undefined;
  });

  async function begin(options: Partial<TracingOptions> = {}): Promise<OtlpReceiver> {
    otlp = await startOtlpReceiver();
    const about = { role: 'api', release: '1.2.3', environment: 'test' };
    const onLoss = (reason: string) => assert.fail(reason);
    stop = startTracing({ endpoint: otlp.endpoint, headers: {}, ratio: 1, onLoss, ...about, ...options });
    return otlp;
  }

  /** Runs `work` in the context of one request. */
  async function visit(parent = ROOT_CONTEXT, work: () => Promise<unknown> = async () => {}): Promise<void> {
    const span = startRequestSpan('GET /x', { method: 'GET', route: '/x', parent });
    await context.with(trace.setSpan(parent, span), work);
    span.end();
  }

  it('sends the remaining spans when it stops, with the configured headers', async () => {
    const { spans, received } = await begin({ headers: { 'x-scope-orgid': 'tenant' } });
    await visit();
    assert.equal(spans.length, 0);
    await stop();
    assert.deepEqual(
      spans.map(({ name, kind, attributes, resource }) => ({ name, kind, attributes, role: resource['plinth.role'] })),
      [
        {
          name: 'GET /x',
          kind: 'server',
          attributes: { 'http.request.method': 'GET', 'http.route': '/x' },
          role: 'api',
        },
      ],
    );
    assert.match(received[0]!, /x-scope-orgid","tenant/);
  });

  it('records the configured share of its own traces, and follows the decision of callers', async () => {
    const { spans } = await begin({ ratio: 0.25 });
    for (let index = 0; index < 2_000; index++) await visit();
    for (const flags of ['00', '01']) await visit(contextOf(`00-${TRACE_ID}-${PARENT}-${flags}`));
    await stop();
    const called = spans.filter(({ traceId }) => traceId === TRACE_ID);
    assert.deepEqual(
      called.map(({ parentSpanId }) => parentSpanId),
      [PARENT],
    );
    // 500, plus or minus six standard deviations.
    const drawn = spans.length - called.length;
    assert.ok(drawn > 380 && drawn < 620, String(drawn));
  });

  it('gives a request that is not recorded a trace id too, which is passed to its jobs', async () => {
    await begin({ ratio: 0 });
    await visit(ROOT_CONTEXT, async () =>
      assert.match(activeTraceparent() ?? '', /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-00$/),
    );
  });

  it('reports lost spans once, and neither throws nor waits while the collector is unavailable', async () => {
    const losses: string[] = [];
    await begin({ endpoint: 'http://127.0.0.1:1', onLoss: (reason) => void losses.push(reason) });
    await visit();
    const startedAt = performance.now();
    await stop();
    assert.ok(performance.now() - startedAt < 15_000);
    assert.equal(losses.length, 1);
    assert.match(losses[0]!, /ECONNREFUSED|export/i);
  });
});

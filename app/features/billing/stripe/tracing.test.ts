import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { startOtlpReceiver } from '../../../../test/telemetry/otlp-receiver.ts';
import { createLogger } from '../../../platform/telemetry/logger.ts';
import { createMetrics } from '../../../platform/telemetry/metrics.ts';
import { startRequestSpan } from '../../../platform/telemetry/spans.ts';
import { followContexts } from '../../../platform/telemetry/trace-context.ts';
import { startTracing } from '../../../platform/telemetry/tracing.ts';
import { createStripeGateway } from './stripe.ts';

describe('tracing', () => {
  it('shows calls to Stripe by their operation, failed or not', async (t) => {
    followContexts();
    const otlp = await startOtlpReceiver();
    t.after(() => otlp.close());
    const about = { role: 'api', release: '1.2.3', environment: 'test' };
    const onLoss = (reason: string) => assert.fail(reason);
    const stop = startTracing({ endpoint: otlp.endpoint, headers: {}, ratio: 1, onLoss, ...about });
    const logger = createLogger({ level: 'silent', release: 'test' });
    const metrics = createMetrics({ release: 'test' }, { runtime: false });
    const stripe = createStripeGateway({ client: async () => ({}) as never, metrics, logger });
    const server = startRequestSpan('GET /x', { method: 'GET', route: '/x', parent: ROOT_CONTEXT });
    await context.with(trace.setSpan(ROOT_CONTEXT, server), async () => {
      await stripe.ask('customers.create', async () => ({ object: 'customer' }));
      const declined = Object.assign(new Error('k4n4ry'), { type: 'StripeCardError', code: 'card_declined' });
      await assert.rejects(stripe.ask('invoices.list', () => Promise.reject(declined)));
    });
    server.end();
    await stop();
    const calls = otlp.spans.filter(({ kind }) => kind === 'client');
    assert.deepEqual(
      calls.map(({ name, failed, attributes }) => [name, failed, attributes['error.type']]),
      [
        ['stripe customers.create', false, undefined],
        ['stripe invoices.list', true, 'card_declined'],
      ],
    );
    for (const { parentSpanId } of calls) assert.equal(parentSpanId, server.spanContext().spanId);
  });
});

/** One trace id connects an answer with everything that is recorded about it, over real HTTP, with a separate worker. */
import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import pg from 'pg';
import { eventually } from '../conditions.ts';
import { createTestDatabase, type TestDatabase } from '../database.ts';
import { PRODUCTION, startProcess } from '../faults/service-process.ts';
import { PASSWORD, request } from '../service.ts';
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from './otlp-receiver.ts';
import { type SentryReceiver, startSentryReceiver } from './sentry-receiver.ts';

describe('a trace id', { timeout: 110_000 }, () => {
  let database: TestDatabase;
  let otlp: OtlpReceiver;
  let sentry: SentryReceiver;
  before(async () => {
    [database, otlp, sentry] = await Promise.all([createTestDatabase(), startOtlpReceiver(), startSentryReceiver()]);
  });
  after(() => Promise.all([database.close(), otlp.close(), sentry.close()]));

  const start = (t: TestContext, role: string, env: Record<string, string> = {}) =>
    startProcess(t, role, {
      ...PRODUCTION,
      RELEASE: '1.2.3',
      DATABASE_URL: database.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: otlp.endpoint,
      OTEL_TRACES_SAMPLER_ARG: '1.0',
      SENTRY_DSN: sentry.dsn,
      ...env,
    });

  const spansOf = (traceId: string) => otlp.spans.filter((span) => span.traceId === traceId);
  const spanNamed = (traceId: string, name: string): Promise<ReceivedSpan> =>
    eventually(`the span "${name}"`, () => spansOf(traceId).find((span) => span.name === name), 60_000);

  it('of a response is in its log lines, its exemplar, its spans, the spans of the job it caused, and the error report of the job', async (t) => {
    const api = start(t, 'api');
    const { url, metricsUrl } = await api.ready();
    const body = { email: 'trail@example.com', password: PASSWORD, name: 'Trail' };
    const answer = await request(`${url}/v1/users`, { body });
    assert.equal(answer.status, 202);
    const traceId = answer.headers.get('x-trace-id')!;

    // The log line has the request id too.
    const line = await eventually('the log line', () => api.lines.find((one) => one.traceId === traceId && one.route));
    assert.equal(line.requestId, answer.headers.get('x-request-id'));

    // The exemplar.
    const metrics = await request(`${metricsUrl}/metrics`, { headers: { accept: 'application/openmetrics-text' } });
    const exemplar = new RegExp(
      `^http_request_duration_seconds_bucket\\{[^}]*route="/v1/users"[^}]*\\} \\d+ # \\{trace_id="${traceId}"\\}`,
      'm',
    );
    assert.match(metrics.body, exemplar);

    // The job fails, because its table was renamed, and it has no retries left.
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query(`alter table email_messages rename to gone`);
    const { rows } = await client.query(
      `update pgboss.job set retry_limit = 0 where name = 'email.deliver' returning id`,
    );
    await client.end();
    assert.equal(rows.length, 1);
    const worker = start(t, 'worker');
    const failure = await eventually(
      'the failure',
      () => worker.lines.find((one) => one.queue === 'email.deliver'),
      60_000,
    );
    assert.equal(failure.traceId, traceId);
    const reports = () => sentry.events.filter(({ transaction }) => transaction === 'email.deliver');
    const event = await eventually('the report', () => reports()[0], 60_000);
    assert.equal(event.contexts.trace.trace_id, traceId);
    assert.equal(event.tags.jobId, rows[0].id);
    assert.deepEqual([event.release, event.environment, event.tags.role], ['1.2.3', 'production', 'worker']);
    assert.match(event.exception.values.at(-1).value, /email_messages/);
    const frames = event.exception.values
      .at(-1)
      .stacktrace.frames.map(({ filename }: { filename: string }) => filename);
    assert.ok(
      frames.some((file: string) => file.endsWith('app/features/email/delivery.ts')),
      String(frames),
    );

    // Each span is below the span that caused it.
    const server = await spanNamed(traceId, 'POST /v1/users');
    const sent = await spanNamed(traceId, 'send email.deliver');
    const insert = await spanNamed(traceId, 'insert email_messages');
    const run = await spanNamed(traceId, 'process email.deliver');
    assert.equal(server.parentSpanId, '');
    assert.equal(server.attributes['http.response.status_code'], 202);
    assert.equal(sent.parentSpanId, server.spanId);
    assert.equal(insert.parentSpanId, server.spanId);
    assert.equal(run.parentSpanId, sent.spanId);
    assert.equal(event.contexts.trace.span_id, run.spanId);
    assert.deepEqual([server.failed, run.failed], [false, true]);
    assert.deepEqual([server.kind, insert.kind, sent.kind, run.kind], ['server', 'client', 'producer', 'consumer']);
    const roles = [server, run].map(({ resource }) => [resource['service.name'], resource['plinth.role']].join(' '));
    assert.deepEqual(roles, ['plinth api', 'plinth worker']);
    assert.equal(run.resource['service.version'], '1.2.3');
    assert.equal(run.resource['deployment.environment.name'], 'production');
    assert.equal(reports().length, 1, 'reported once');
  });

  it('is not lost when a process stops: remaining telemetry is sent before it ends', async (t) => {
    const api = start(t, 'api');
    const { url } = await api.ready();
    const answer = await request(`${url}/v1/sessions`, { body: { email: 'nobody@example.com', password: PASSWORD } });
    api.child.kill('SIGTERM');
    const { code } = await api.ended;
    assert.equal(code, 0);
    const names = spansOf(answer.headers.get('x-trace-id')!).map(({ name }) => name);
    assert.ok(names.includes('POST /v1/sessions'), names.join());
  });
});

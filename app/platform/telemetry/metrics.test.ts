import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { request, startTestService } from '../../../test/service.ts';
import { allMetrics, atScrape, createMetrics } from './metrics.ts';
import { createMetricsServer } from './metrics-server.ts';

describe('metrics', () => {
  it('have no more series after 1,000 random paths than after a few', async (t) => {
    const test = await startTestService({ jobs: false });
    t.after(() => test.close());
    const series = async () =>
      (await test.service.metrics.registry.metrics()).split('\n').filter((line) => line && !line.startsWith('#'));
    const methods = ['GET', 'DELETE', 'PROPFIND'];
    const visit = (method: string) => {
      const random = crypto.randomUUID();
      const paths = [`/${random}?${random}=${random}`, `/v1/sessions/${random}`];
      return Promise.all(paths.map((path) => test.request(path, { method })));
    };
    for (const method of methods) await visit(method);
    await settled(test);
    const before = await series();

    for (let index = 0; index < 100; index++) {
      await Promise.all(Array.from({ length: 5 }, (_, lane) => visit(methods[(index + lane) % 3]!)));
    }
    await settled(test);
    const after = await series();
    const names = (lines: string[]) => lines.map((line) => line.slice(0, line.lastIndexOf(' '))).sort();
    assert.deepEqual(names(after), names(before));
  });

  it('count each request once, by its route and status', async (t) => {
    const test = await startTestService({ jobs: false });
    t.after(() => test.close());
    for (let index = 0; index < 7; index++) await test.request('/.well-known/jwks.json?a=b');
    await test.request('/nope');
    await test.request('/v1/sessions/%zz');
    await settled(test);
    const text = await test.service.metrics.registry.metrics();
    const counted = (labels: string) =>
      Number(new RegExp(`http_request_duration_seconds_count{${labels}} (\\d+)`).exec(text)?.[1]);
    assert.equal(counted('method="GET",route="/.well-known/jwks.json",status_code="200"'), 7);
    assert.equal(counted('method="GET",route="none",status_code="404"'), 1);
    assert.equal(counted('method="GET",route="none",status_code="400"'), 1);
  });

  it('are served on a separate port, all declared ones and those of the runtime', async (t) => {
    const metrics = createMetrics({ release: '1.2.3' }, { runtime: true });
    const errors: unknown[] = [];
    const server = createMetricsServer(
      () => metrics.registry,
      (error) => errors.push(error),
    ).listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

    const { status, headers, body } = await request(`${url}/metrics`);
    assert.equal(status, 200);
    assert.match(headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
    assert.match(body, /^build_info\{release="1\.2\.3",node="v\d+[^"]*"\} 1$/m);
    assert.match(body, /^nodejs_eventloop_lag_seconds/m);
    for (const [name] of allMetrics()) assert.match(body, new RegExp(`^# HELP ${name} `, 'm'));
    assert.equal((await request(`${url}/`)).status, 404);
    assert.equal((await request(`${url}/metrics`, { method: 'POST', body: {} })).status, 404);

    atScrape(metrics.jobs_queued, () => Promise.reject(new Error('no database')));
    assert.equal((await request(`${url}/metrics`)).status, 500);
    assert.equal(errors.length, 1);
  });

  it('are not served on the public port', async (t) => {
    const test = await startTestService({ jobs: false });
    t.after(() => test.close());
    assert.equal((await test.request('/metrics')).status, 404);
  });

  it('are still served while the database is unavailable, and show it', async (t) => {
    const test = await startTestService({ jobs: false });
    t.after(() => test.close());
    assert.match(await test.service.metrics.registry.metrics(), /^db_up 1$/m);
    await test.service.db.$client.end();
    const text = await test.service.metrics.registry.metrics();
    assert.match(text, /^build_info/m);
    assert.match(text, /^db_up 0$/m);
  });

  it('are served as OpenMetrics with trace ids to a scraper that accepts it, and as classic text to others', async (t) => {
    const test = await startTestService({ jobs: false });
    const server = createMetricsServer(
      () => test.service.metrics.registry,
      () => {},
    ).listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(async () => {
      server.close();
      await test.close();
    });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    await test.request('/.well-known/jwks.json', { headers: { traceparent: `00-${traceId}-00f067aa0ba902b7-01` } });
    const unrecorded = traceId.replace('4', '5');
    await test.request('/.well-known/jwks.json', { headers: { traceparent: `00-${unrecorded}-00f067aa0ba902b7-00` } });
    await settled(test);

    for (let scrape = 0; scrape < 2; scrape++) {
      const { headers, body } = await request(url, {
        headers: { accept: 'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5' },
      });
      assert.match(headers.get('content-type') ?? '', /^application\/openmetrics-text; version=1\.0\.0/);
      const jwks = body.split('\n').filter((line: string) => line.includes('route="/.well-known/jwks.json"'));
      assert.equal(jwks.filter((line: string) => line.includes(`# {trace_id="${traceId}"} 0.`)).length, 1);
      assert.ok(!body.includes(unrecorded), 'a trace that nobody recorded cannot be opened');
      assert.match(body, /^# TYPE auth_events counter$/m);
      assert.match(body, /^auth_events_total\{event="refresh",outcome="reused"\} 0$/m);
      assert.match(body, /# EOF\n$/);

      const classic = await request(url);
      assert.match(classic.body, /^# TYPE auth_events_total counter$/m);
      assert.doesNotMatch(classic.body, /trace_id/);
    }
  });
});

/** Waits until all requests are observed: a request is observed when its answer was sent, which may be just after it arrived. */
async function settled({ service, logs }: Awaited<ReturnType<typeof startTestService>>): Promise<void> {
  const deadline = Date.now() + 5_000;
  for (;;) {
    const { values } = await service.metrics.http_requests_in_flight.get();
    if (values.every(({ value }) => value === 0)) return;
    assert.ok(Date.now() < deadline, `still in flight: ${logs.at(-1)}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

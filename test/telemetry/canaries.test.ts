/** Checks that people's secrets appear in no logs, metrics, traces or error reports. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { sql } from 'drizzle-orm';
import { SMTPServer } from 'smtp-server';
import { createSmtpTransport } from '../../app/features/email/email.ts';
import type { HttpServer } from '../../app/platform/http/fastify.ts';
import { installJobs } from '../../app/platform/jobs/jobs.ts';
import { defineQueue, PermanentFailure } from '../../app/platform/jobs/queues.ts';
import { eventually } from '../conditions.ts';
import { startTestService, type TestService } from '../service.ts';
import { createCanaries, everythingTold, findCanaries, quoting } from './canaries.ts';
import { type OtlpReceiver, startOtlpReceiver } from './otlp-receiver.ts';
import { type SentryReceiver, startSentryReceiver } from './sentry-receiver.ts';

const canaries = createCanaries();
const { password, token, jwt, apiKey, card, address } = canaries;

/** Errors that quote their input, wrapped in different ways. */
const FAULTS: Record<string, () => unknown> = {
  message: () => new Error(quoting(canaries)),
  cause: () => new Error('outer', { cause: new TypeError(quoting(canaries), { cause: quoting(canaries) }) }),
  aggregate: () => new AggregateError([new Error(quoting(canaries)), quoting(canaries)], 'several'),
  fields: () => Object.assign(new Error('fields'), { body: canaries, response: { data: canaries }, detail: address }),
  code: () => Object.assign(new Error('code'), { code: address, name: `Error of ${address}` }),
  text: () => quoting(canaries),
  circle: () => {
    const error = new Error(quoting(canaries));
    error.cause = error;
    return error;
  },
};

describe('a canary', { timeout: 100_000 }, () => {
  let test: TestService;
  let otlp: OtlpReceiver;
  let sentry: SentryReceiver;
  let smtp: SMTPServer;

  before(async () => {
    [otlp, sentry] = await Promise.all([startOtlpReceiver(), startSentryReceiver()]);
    // A mail server that refuses each email with an error that quotes the recipient.
    smtp = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      onRcptTo: (to, _session, callback) =>
        callback(Object.assign(new Error(`no such user: <${to.address}>`), { responseCode: 550 })),
    });
    smtp.listen(0, '127.0.0.1');
    await once(smtp.server, 'listening');
    test = await startTestService({
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: otlp.endpoint, SENTRY_DSN: sentry.dsn },
      transport: createSmtpTransport({ url: `smtp://127.0.0.1:${(smtp.server.address() as AddressInfo).port}` }),
      routes: failingRoutes,
    });
  });
  after(async () => {
    await test.close();
    smtp.close(() => {});
    await Promise.all([otlp.close(), sentry.close()]);
  });

  /** Waits for the expected telemetry, then asserts that it contains no canary. */
  async function assertUntold(spanName: string | undefined, what: Parameters<typeof eventually>[1]): Promise<void> {
    await eventually('the report or log line', what);
    if (spanName !== undefined)
      await eventually(`the span ${spanName}`, () => otlp.spans.some(({ name }) => name === spanName));
    assert.deepEqual(findCanaries(canaries, await everythingTold(test, otlp, sentry)), []);
  }

  const logged =
    (route: string, count = 1) =>
    () =>
      test.logs.filter((line) => line.includes(`"route":"${route}"`)).length >= count;

  it('in a valid or invalid body appears nowhere', async () => {
    const valid = { email: address, password, name: `Ada ${address}` };
    const bodies = [
      valid,
      { ...valid, [token]: token },
      { ...valid, email: password },
      { email: [address], password: { [password]: card } },
      { card: { number: card }, authorization: `Bearer ${jwt}` },
      quoting(canaries),
    ];
    for (const path of ['/v1/users', '/v1/sessions', '/v1/password-resets', '/v1/email-verifications/confirm']) {
      for (const body of bodies) await test.request(path, { body });
      const broken = `{"email":"${address}","password":"${password}","token":"${token}`;
      for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded'])
        await fetch(`${test.url}${path}`, { method: 'POST', body: broken, headers: { 'content-type': type } });
    }
    await assertUntold('POST /v1/users', logged('/v1/users', bodies.length + 3));
  });

  it('in a header appears nowhere', async () => {
    const headers = [
      { authorization: `Bearer ${jwt}` },
      { authorization: `Bearer ${apiKey}` },
      { authorization: `Basic ${btoa(`${address}:${password}`)}` },
      { cookie: `session=${token}; other=${jwt}` },
      { 'user-agent': `Mail ${address}`, referer: `https://app.example.com/reset?token=${token}`, from: address },
      { 'x-request-id': `${address} ${token}`, traceparent: `00-${token}-${card}-01`, tracestate: `a=${token}` },
      { 'idempotency-key': token, 'x-api-key': apiKey, baggage: `user=${address}`, 'x-forwarded-for': address },
    ];
    for (const each of headers) await test.request('/v1/users/me', { headers: each });
    await assertUntold('GET /v1/users/me', logged('/v1/users/me', headers.length));
  });

  it('in a query or a path appears nowhere, whether or not the path exists', async () => {
    const query = `token=${token}&email=${encodeURIComponent(address)}&password=${encodeURIComponent(password)}&${card}`;
    const paths = [
      `/v1/users/me?${query}`,
      `/v1/sessions?cursor=${token}`,
      `/v1/sessions/${token}`,
      `/v1/organizations/${encodeURIComponent(address)}/members/${card}`,
      `/${encodeURIComponent(address)}/${token}?${query}`,
      `/v1/unsubscribe/${token}?${query}`,
      `/${encodeURIComponent(password)}/%zz`,
    ];
    for (const path of paths) for (const method of ['GET', 'POST', 'DELETE']) await test.request(path, { method });
    await assertUntold('GET none', logged('none', 6));
  });

  for (const kind of Object.keys(FAULTS)) {
    it(`in an error's ${kind} appears nowhere, but the error is reported`, async () => {
      const requestId = `request-of-${kind}`;
      const { status } = await test.request(`/boom/${kind}/${encodeURIComponent(address)}?token=${token}`, {
        body: { password, card },
        headers: { authorization: `Bearer ${jwt}`, cookie: token, 'x-request-id': requestId },
      });
      assert.equal(status, 500);
      const reports = () => sentry.events.filter(({ tags }) => tags.requestId === requestId);
      await assertUntold('POST /boom/:kind/:secret', () => reports().length > 0);
      assert.equal(reports().length, 1);
    });
  }

  it('in the values of a failed statement appears nowhere, but the failure is reported', async () => {
    const { status } = await test.request(`/database/${token}`, { body: { address } });
    assert.equal(status, 500);
    await assertUntold('select', () =>
      sentry.events.some(({ transaction }) => transaction === 'POST /database/:secret'),
    );
  });

  it('in the data of a job that fails for the last time appears nowhere, but the failure is reported', async () => {
    const queue = defineQueue<typeof canaries>('test.canary', { retries: 0 });
    await installJobs(test.service.config.databaseUrl, [queue]);
    const handle = async (data: typeof canaries) => {
      throw new PermanentFailure(quoting(data), { cause: new Error(JSON.stringify(data)) });
    };
    await test.service.jobs.work([{ queue, handle: handle as never }], []);
    await test.service.jobs.enqueue(test.service.db, queue, canaries);
    await assertUntold('process test.canary', () =>
      sentry.events.some(({ transaction }) => transaction === queue.name),
    );
  });

  it('in the refusal of an email appears nowhere, but the refusal is reported', async () => {
    const { status } = await test.request('/v1/users', { body: { email: address, password, name: 'Ada' } });
    assert.equal(status, 202);
    await assertUntold('smtp send', () => otlp.spans.some(({ name, failed }) => name === 'smtp send' && failed));
  });

  it('appears nowhere after everything is sent', async () => {
    const failed = () => otlp.spans.filter(({ name }) => name === 'POST /boom/:kind/:secret').length;
    await assertUntold('select', () => failed() === Object.keys(FAULTS).length);
  });

  async function failingRoutes(app: HttpServer): Promise<void> {
    app.post('/boom/:kind/:secret', async ({ params }) => {
      throw FAULTS[(params as { kind: string }).kind]!();
    });
    app.post('/database/:secret', async () => {
      await test.service.db.execute(sql`select ${quoting(canaries)}::text::uuid`);
    });
  }
});

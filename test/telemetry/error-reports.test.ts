/** Error reports: each unexpected error is reported once, with its trace. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { after, before, describe, it, type TestContext } from 'node:test';
import { installJobs, type JobSchedule } from '../../app/platform/jobs/jobs.ts';
import { defineQueue } from '../../app/platform/jobs/queues.ts';
import { eventually } from '../conditions.ts';
import { createSignedInUser, startTestService } from '../service.ts';
import { type SentryReceiver, startSentryReceiver } from './sentry-receiver.ts';

describe('an error report', { timeout: 100_000 }, () => {
  let sentry: SentryReceiver;
  before(async () => {
    sentry = await startSentryReceiver();
  });
  after(() => sentry.close());

  /** Starts a service for one test, because only its end guarantees that all reports have arrived. */
  async function begin(t: TestContext) {
    const test = await startTestService({ env: { SENTRY_DSN: sentry.dsn }, schedules: false });
    let closed: Promise<void> | undefined;
    const close = () => (closed ??= test.close());
    t.after(close);
    return { test, allReports: () => close().then(() => sentry.events.splice(0)) };
  }

  it('is sent for a 500, with the id of its user and the trace id of the answer, and for no intended answer', async (t) => {
    const { test, allReports } = await begin(t);
    const user = await createSignedInUser(test);
    await test.request('/v1/users/me');
    await test.request('/nowhere');
    await test.request('/v1/sessions', { body: { email: user.email, password: 'wrong' } });
    await test.service.db.$client.queryAlone('alter table users rename to users_that_were');
    const answer = await test.request('/v1/users/me', { token: user.accessToken });
    await test.service.db.$client.queryAlone('alter table users_that_were rename to users');
    assert.equal(answer.status, 500);
    const [report, ...others] = await allReports();
    assert.deepEqual(others, []);
    assert.deepEqual(report.user, { id: user.id });
    assert.equal(report.contexts.trace.trace_id, answer.headers.get('x-trace-id'));
    assert.equal(report.tags.requestId, answer.headers.get('x-request-id'));
    assert.equal(report.tags.code, '42P01');
    assert.equal(report.transaction, 'GET /v1/users/me');
    assert.equal(report.request, undefined);
    assert.equal(report.breadcrumbs, undefined);
  });

  it('is sent for a job when it fails for the last time, and a schedule sends its check-ins', async (t) => {
    const { test, allReports } = await begin(t);
    const queue = defineQueue<Record<string, never>>('test.nightly', { retries: 1, retryDelaySeconds: 1 });
    await installJobs(test.service.config.databaseUrl, [queue]);
    let runs = 0;
    const handle = async () => {
      if (++runs <= 2) throw new Error(`failed ${runs}`);
    };
    const schedule: JobSchedule = { queue, cron: '11 3 * * *', about: 'A test.' };
    await test.service.jobs.work([{ queue, handle }], [schedule]);
    await test.service.jobs.enqueue(test.service.db, queue, {});
    await eventually('two runs', () => sentry.checkIns.length === 4, 30_000);
    await test.service.jobs.enqueue(test.service.db, queue, {});
    await eventually('three runs', () => sentry.checkIns.length === 6, 30_000);
    const ids = new Set(sentry.checkIns.map(({ check_in_id }) => check_in_id));
    assert.equal(ids.size, 3);
    const statuses = [...ids].map((id) =>
      sentry.checkIns
        .filter(({ check_in_id }) => check_in_id === id)
        .map(({ status }) => status)
        .sort(),
    );
    assert.deepEqual(statuses.map((each) => each.join(' ')).sort(), [
      'error in_progress',
      'error in_progress',
      'in_progress ok',
    ]);
    const { monitor_slug, monitor_config } = sentry.checkIns[0];
    assert.equal(monitor_slug, 'test-nightly');
    assert.deepEqual(monitor_config.schedule, { type: 'crontab', value: '11 3 * * *' });
    assert.equal(monitor_config.timezone, 'UTC');
    const [report, ...others] = await allReports();
    assert.deepEqual(others, []);
    assert.equal(report.transaction, 'test.nightly');
    assert.equal(report.exception.values[0].value, 'failed 2');
  });

  it('is sent once per error, even if it passes several boundaries', async (t) => {
    const { test, allReports } = await begin(t);
    const error = new Error('the same');
    for (const where of ['one', 'two']) test.service.errors.report(error, { where });
    test.service.errors.report(new Error('another', { cause: error }), { where: 'three' });
    const reports = await allReports();
    assert.deepEqual(reports.map(({ transaction }) => transaction).sort(), ['one', 'three']);
  });

  for (const crash of ["throw new Error('a crash')", "Promise.reject(new Error('a crash'))"]) {
    it(`is sent for a crash before the process ends: ${crash}`, async () => {
      const script = `
        import { Close } from './app/closing.ts';
        import { readConfig } from './app/config.ts';
        import { createLogger } from './app/platform/telemetry/logger.ts';
        import { startTelemetry } from './app/telemetry.ts';
        const logger = createLogger({ level: 'info', release: 'test' });
        const telemetry = await startTelemetry(readConfig(process.env), 'worker', logger);
        const closing = new Close(logger, 10_000);
        closing.add('telemetry', () => telemetry.close(closing.remainingMs()));
        closing.exitOnCrash(telemetry.errors);
        setTimeout(() => { ${crash} });`;
      const child = spawn(process.execPath, ['--input-type=module-typescript', '--eval', script], {
        env: { SENTRY_DSN: sentry.dsn },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
      assert.equal(code, 1, output);
      const [report, ...others] = sentry.events.splice(0);
      assert.equal(others.length, 0);
      assert.equal(report.level, 'fatal');
      assert.equal(report.exception.values[0].value, 'a crash');
      assert.equal(report.exception.values[0].mechanism.handled, false);
    });
  }
});

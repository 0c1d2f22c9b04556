/**
 * Follows faults to alerts: the test causes a fault, Prometheus detects it, and Alertmanager notifies. Then the test repairs the fault, and
 * Alertmanager notifies again. All durations of the rules and of Alertmanager are divided by one factor; nothing else differs.
 */
import assert from 'node:assert/strict';
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { migrate } from '../../app/migrate.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../dev/embedded-postgres.ts';
import { removeCluster } from '../../dev/postgres-cluster.ts';
import { eventually } from '../conditions.ts';
import { request } from '../service.ts';
import { startInstallation } from './installation.ts';
import { register, sendForgedEvents } from './traffic.ts';

/** 5 minutes become 20 seconds, and the scrape interval becomes one second. */
const FACTOR = 15;
/** Many times the usual duration, for slow machines. */
const PATIENCE_MS = 150_000;

/** A separate PostgreSQL that the test can stop, and start again at the same address. */
async function ownDatabase(t: TestContext) {
  const directory = await mkdtemp(join(tmpdir(), 'plinth-faults-'));
  await chmod(directory, 0o711); // under root, another user runs PostgreSQL and must be able to enter
  let server: EmbeddedPostgres | undefined;
  t.after(async () => {
    await server?.close();
    await removeCluster(directory);
  });
  server = await startEmbeddedPostgres({ directory });
  const { url, port } = server;
  await migrate({ url });
  return {
    url,
    stop: () => server!.close(),
    async start() {
      server = await startEmbeddedPostgres({ directory, port });
    },
  };
}

describe('a fault', () => {
  it('is reported to its receiver, and so is its end', { timeout: 600_000 }, async (t) => {
    const database = await ownDatabase(t);
    const shortened = { fasterScrapes: FACTOR, shorterSpans: FACTOR };
    const installation = await startInstallation(t, { databaseUrl: database.url, shortened });
    const { url, receiver, prometheus, worker } = installation;
    const seen = async (expr: string) => (await prometheus.query(expr)).length > 0;
    for (const expr of ['count(up{job="plinth"} == 1) == 2', 'stripe_events_total{type="unverified", role="api"}'])
      await eventually(expr, () => seen(expr), PATIENCE_MS);

    // Webhooks with a wrong signature, until the alert ends.
    const forged = await during(
      () => sendForgedEvents(url, 1),
      () => receiver.told('WebhookSignatureFailures', 'firing', PATIENCE_MS),
    );
    assert.equal(forged.receiver, 'page');
    assert.equal(forged.annotations.runbook, 'docs/runbooks/webhook-signature-failures.md');

    // A queue without a worker.
    worker.child.kill('SIGTERM');
    await worker.ended;
    await register(url, 'waiting@example.com');
    await age(database.url, 'email.deliver');
    const stuck = await receiver.told('QueueStuck', 'firing', PATIENCE_MS);
    assert.deepEqual([stuck.receiver, stuck.labels.queue], ['page', 'email.deliver']);
    const down = await receiver.told('TargetDown', 'firing', PATIENCE_MS);
    assert.match(down.annotations.summary!, /does not answer/);

    await installation.startWorker();
    for (const alert of ['QueueStuck', 'TargetDown', 'WebhookSignatureFailures'])
      await receiver.told(alert, 'resolved', PATIENCE_MS);

    // A stopped database.
    await database.stop();
    assert.equal((await request(`${url}/readyz`)).body.status, 'degraded');
    const lost = await receiver.told('DatabaseDown', 'firing', PATIENCE_MS);
    assert.match(lost.annotations.summary!, /does not reach the database/);
    await database.start();
    await receiver.told('DatabaseDown', 'resolved', PATIENCE_MS);
    await eventually(
      'it is ready again',
      async () => (await request(`${url}/readyz`)).body.status === 'ok',
      PATIENCE_MS,
    );
  });
});

/** Repeats an action until a condition is true. */
async function during<T>(act: () => Promise<void>, comesTrue: () => Promise<T>): Promise<T> {
  let over = false;
  const result = comesTrue().finally(() => {
    over = true;
  });
  const acting = (async () => {
    for (; !over; await delay(100)) await act();
  })();
  const [told] = await Promise.all([result, acting]);
  return told;
}

/** Makes the jobs of a queue older than the alert allows. The alert's limit on the age is not shortened, and the test cannot wait that long. */
async function age(databaseUrl: string, queue: string): Promise<void> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  const { rowCount } = await client.query(
    `update pgboss.job set start_after = start_after - interval '301 seconds' where name = $1 and state = 'created'`,
    [queue],
  );
  await client.end();
  assert.equal(rowCount, 1, 'there is one job, and no worker took it');
}

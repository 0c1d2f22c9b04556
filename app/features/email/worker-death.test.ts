/** Real processes, killed with SIGKILL at the worst moments. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { sql } from 'drizzle-orm';
import { PgBoss } from 'pg-boss';
import { APP_SECRET, FROM, type Harness, startHarness } from './testing/harness.ts';
import { type Reaction, type SmtpReceiver, startSmtpReceiver } from './testing/smtp-receiver.ts';

const WORKER = fileURLToPath(new URL('./testing/worker-process.ts', import.meta.url));

function startWorker(t: TestContext, { url }: Harness, smtp: SmtpReceiver): ChildProcess {
  const worker = spawn(process.execPath, [WORKER, url, smtp.url, APP_SECRET, FROM], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  t.after(async () => {
    if (worker.exitCode !== null || worker.signalCode !== null) return;
    worker.kill('SIGKILL');
    await once(worker, 'exit');
  });
  return worker;
}

/** Lets the time pass after which a dead worker is noticed: its heartbeats are late, and its leases are over. */
async function noticeDeath({ db, url }: Harness): Promise<void> {
  await db.execute(sql`update email_messages set next_attempt_at = now() where status = 'queued'`);
  await db.execute(
    sql`update pgboss.job set heartbeat_on = now() - interval '1 hour', retry_delay = 1 where state = 'active'`,
  );
  const boss = new PgBoss({
    connectionString: url,
    migrate: false,
    supervise: false,
    schedule: false,
    registerInstance: false,
  });
  await boss.start();
  await boss.supervise('email.deliver');
  await boss.stop({ graceful: false, close: true });
}

/** Resolves when `count` emails are recorded as sent. */
async function untilSent({ email }: Harness, count: number): Promise<void> {
  for (;;) {
    if ((await email.list({ status: 'sent', limit: 100 })).length === count) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const copiesOf = (smtp: SmtpReceiver, id: string) =>
  smtp.received.filter(({ raw }) => raw.includes(`<${id}@plinth.test>`)).length;

describe('a worker killed with SIGKILL', { timeout: 90_000, concurrency: true }, () => {
  it('between sending and recording repeats at most that one mail, and loses none', async (t) => {
    const harness = await startHarness(t);
    const smtp = await startSmtpReceiver(t);
    const recorded = await harness.queue();
    const worker = startWorker(t, harness, smtp);
    await untilSent(harness, 1);

    // The email arrives whole, and the worker that sent it never learns of that.
    smtp.afterContent = (): Reaction => {
      worker.kill('SIGKILL');
      return 'accept';
    };
    const victim = await harness.queue();
    await once(worker, 'exit');
    assert.equal(copiesOf(smtp, victim), 1);
    assert.equal((await harness.row(victim)).status, 'queued');

    smtp.afterContent = () => 'accept';
    const next = await harness.queue();
    await noticeDeath(harness);
    startWorker(t, harness, smtp);
    await untilSent(harness, 3);
    assert.deepEqual(
      [recorded, victim, next].map((id) => copiesOf(smtp, id)),
      [1, 2, 1],
    );
  });

  it('before sending loses no mail and repeats none', async (t) => {
    const harness = await startHarness(t);
    const smtp = await startSmtpReceiver(t);
    const ids = [await harness.queue(), await harness.queue()];
    let connections = 0;
    smtp.atConnect = async () => {
      if (++connections > 1) return;
      worker.kill('SIGKILL');
      await once(worker, 'exit');
    };
    const worker = startWorker(t, harness, smtp);
    await once(worker, 'exit');
    assert.equal(smtp.received.length, 0);

    await noticeDeath(harness);
    startWorker(t, harness, smtp);
    await untilSent(harness, ids.length);
    for (const id of ids) assert.equal(copiesOf(smtp, id), 1);
  });
});

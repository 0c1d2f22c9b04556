import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { sql } from 'drizzle-orm';
import { ownerOfWork } from '../database/owners.ts';
import { deadLetterName, PermanentFailure } from './queues.ts';
import { useJobs } from './testing/scene.ts';

describe('jobs', { concurrency: true }, () => {
  const { install, startJobs, createHandler, enqueue, rowsOf, until, makeDue, db, url } = useJobs();

  it('run if their transaction commits, and do not exist if it is rolled back', async (t) => {
    const queue = await install('commit');
    const { handler, runs, until: untilRan } = createHandler(queue);
    const { jobs } = await startJobs(t, [handler]);
    const rolledBack = db().transaction(async (tx) => {
      await jobs.enqueue(tx, queue, { text: 'rolled back' });
      throw new Error('changed my mind');
    });
    await assert.rejects(rolledBack, /changed my mind/);
    await enqueue(jobs, queue, 'committed');
    await untilRan(1);
    assert.deepEqual(runs, [{ text: 'committed', attempt: 1, lastAttempt: false }]);
    assert.deepEqual(
      (await rowsOf(queue.name)).map(({ text }) => text),
      ['committed'],
    );
  });

  it('are not seen by a worker before their transaction commits', async (t) => {
    const queue = await install('uncommitted');
    const { handler, runs, until: untilRan } = createHandler(queue);
    const { jobs } = await startJobs(t, [handler]);
    await db().transaction(async (tx) => {
      await jobs.enqueue(tx, queue, { text: 'first' });
      await enqueue(jobs, queue, 'second');
      await untilRan(1);
      assert.deepEqual(
        runs.map(({ text }) => text),
        ['second'],
      );
    });
    await untilRan(2);
  });

  it('enqueued in a process that runs no jobs wait for a worker', async (t) => {
    const queue = await install('elsewhere');
    const { jobs } = await startJobs(t);
    await enqueue(jobs, queue, 'waiting');
    assert.deepEqual(
      (await rowsOf(queue.name)).map(({ state }) => state),
      ['created'],
    );
    const { handler, until: untilRan } = createHandler(queue);
    await startJobs(t, [handler]);
    await untilRan(1);
  });

  it('run as the work of the organization, or else the user, that their data names', async (t) => {
    const queue = await install('owners');
    const owners: unknown[] = [];
    const { handler, until: untilRan } = createHandler(queue, async ({ text }) => {
      owners.push([text, ownerOfWork()]);
    });
    const { jobs } = await startJobs(t, [handler]);
    const data = [
      { text: 'of both', organizationId: 'an organization', userId: 'a user' },
      { text: 'of a user', userId: 'a user' },
      { text: 'of nobody' },
    ];
    await db().transaction((tx) =>
      jobs.enqueueAll(
        tx,
        queue,
        data.map((each) => ({ data: each })),
      ),
    );
    await untilRan(3);
    assert.deepEqual(owners.toSorted(), [
      ['of a user', 'a user'],
      ['of both', 'an organization'],
      ['of nobody', undefined],
    ]);
  });

  it('do not run before the instant given', async (t) => {
    const queue = await install('later');
    const { handler, runs, until: untilRan } = createHandler(queue);
    const { jobs } = await startJobs(t, [handler]);
    await db().transaction((tx) =>
      jobs.enqueue(tx, queue, { text: 'later' }, { startAfter: new Date(Date.now() + 3_600_000) }),
    );
    await enqueue(jobs, queue, 'now');
    await untilRan(1);
    assert.deepEqual(
      runs.map(({ text }) => text),
      ['now'],
    );
    const [later] = (await rowsOf(queue.name)).filter(({ text }) => text === 'later');
    assert.equal(later?.state, 'created');
  });

  it('that fail are retried with growing delays, and become dead letters with the reason after the last run', async (t) => {
    const queue = await install('failing', { retries: 3, retryDelaySeconds: 10, retryDelayMaxSeconds: 1_000 });
    const {
      handler,
      runs,
      until: untilRan,
    } = createHandler(queue, async () => {
      throw new Error('not today');
    });
    const { jobs, metrics, logs } = await startJobs(t, [handler]);
    await enqueue(jobs, queue, 'doomed');
    const delays: number[] = [];
    for (let run = 1; run <= 3; run++) {
      await untilRan(run);
      await until(async () => (await rowsOf(queue.name))[0]?.state === 'retry');
      delays.push((await rowsOf(queue.name))[0]!.delay);
      await makeDue(queue);
    }
    await untilRan(4);
    await until(async () => (await rowsOf(deadLetterName(queue.name))).length === 1);

    assert.deepEqual(
      runs.map(({ attempt, lastAttempt }) => [attempt, lastAttempt]),
      [
        [1, false],
        [2, false],
        [3, false],
        [4, true],
      ],
    );
    // With jitter: 10 to 20, 20 to 40, 40 to 80 s.
    for (const [index, delay] of delays.entries()) {
      assert.ok(delay > 10 * 2 ** index - 1 && delay < 20 * 2 ** index + 1, `${index}: ${delays}`);
    }
    const [dead] = await rowsOf(deadLetterName(queue.name));
    assert.equal(dead?.text, 'doomed');
    assert.equal((await rowsOf(queue.name))[0]?.state, 'failed');
    const { values } = await metrics.jobs_dead_total.get();
    assert.deepEqual(
      values.map(({ labels, value }) => [labels.queue, value]),
      [[queue.name, 1]],
    );
    const failures = logs.map((line) => JSON.parse(line)).filter(({ message }) => message === 'job failed');
    assert.deepEqual(
      failures.map(({ level, dead: isDead }) => [level, isDead]),
      [
        ['warn', false],
        ['warn', false],
        ['warn', false],
        ['error', true],
      ],
    );
  });

  it('that fail permanently become dead letters at once', async (t) => {
    const queue = await install('permanent');
    const { handler, runs } = createHandler(queue, async () => {
      throw new PermanentFailure('no such user');
    });
    const { jobs, metrics } = await startJobs(t, [handler]);
    await enqueue(jobs, queue, 'hopeless');
    await until(async () => (await rowsOf(deadLetterName(queue.name))).length === 1);
    assert.equal(runs.length, 1);
    assert.equal((await metrics.jobs_dead_total.get()).values[0]?.value, 1);
    assert.equal((await rowsOf(queue.name))[0]?.state, 'failed');
  });

  it('that fail do not affect the others of their batch', async (t) => {
    const queue = await install('batch', { concurrency: 5 });
    const { handler, runs } = createHandler(queue, async ({ text }) => {
      if (text.startsWith('bad')) throw new PermanentFailure(text);
    });
    const { jobs } = await startJobs(t);
    await db().transaction(async (tx) => {
      for (const text of ['bad 1', 'good 1', 'bad 2', 'good 2', 'good 3']) await jobs.enqueue(tx, queue, { text });
    });
    await startJobs(t, [handler]);
    await until(async () => (await rowsOf(queue.name)).every(({ state }) => ['completed', 'failed'].includes(state)));
    const states = Object.fromEntries((await rowsOf(queue.name)).map(({ text, state }) => [text, state]));
    assert.deepEqual(states, {
      'bad 1': 'failed',
      'good 1': 'completed',
      'bad 2': 'failed',
      'good 2': 'completed',
      'good 3': 'completed',
    });
    assert.equal(runs.length, 5);
  });

  it('that run when their worker closes are finished first, and no job begins afterwards', async (t) => {
    const queue = await install('closing', { concurrency: 1 });
    const release = Promise.withResolvers<void>();
    t.after(() => release.resolve());
    const { handler, runs, until: untilRan } = createHandler(queue, () => release.promise);
    const { jobs } = await startJobs(t, [handler]);
    await enqueue(jobs, queue, 'running');
    await untilRan(1);
    const closed = jobs.close(10_000);
    const { jobs: others } = await startJobs(t);
    await enqueue(others, queue, 'too late');
    release.resolve();
    await closed;
    assert.deepEqual((await rowsOf(queue.name)).map(({ text, state }) => `${text} ${state}`).sort(), [
      'running completed',
      'too late created',
    ]);
    assert.equal(runs.length, 1);
  });

  it('that run longer than the closing of their worker waits run again elsewhere', async (t) => {
    const queue = await install('outlasting', { retryDelaySeconds: 1, concurrency: 1 });
    const release = Promise.withResolvers<void>();
    t.after(() => release.resolve());
    const held = createHandler(queue, () => release.promise);
    const { jobs } = await startJobs(t, [held.handler]);
    await enqueue(jobs, queue, 'long');
    await held.until(1);
    await jobs.close(100);
    const elsewhere = createHandler(queue);
    await startJobs(t, [elsewhere.handler]);
    await until(async () => {
      await makeDue(queue);
      return elsewhere.runs.length === 1;
    });
    assert.equal(elsewhere.runs[0]?.attempt, 2);
  });

  it('of a killed worker run once more elsewhere', { timeout: 90_000 }, async (t) => {
    const queue = await install('killed', { retryDelaySeconds: 1 });
    const program = fileURLToPath(new URL('./testing/held-worker.ts', import.meta.url));
    const worker = spawn(process.execPath, [program, url(), queue.name], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    t.after(() => worker.kill('SIGKILL'));
    const { jobs } = await startJobs(t);
    await enqueue(jobs, queue, 'orphan');
    await once(createInterface(worker.stdout), 'line');
    worker.kill('SIGKILL');
    await once(worker, 'exit');

    const { handler, runs, until: untilRan } = createHandler(queue);
    await startJobs(t, [handler]);
    // In real time: a missing heartbeat is noticed after ten seconds, and another process looks for it within ten more.
    await untilRan(1);
    await until(async () => (await rowsOf(queue.name))[0]?.state === 'completed');
    assert.deepEqual(runs, [{ text: 'orphan', attempt: 2, lastAttempt: false }]);
  });

  it('that wait are counted in the metrics per queue, with the age of the oldest job', async (t) => {
    const queue = await install('backlog');
    const { jobs, metrics } = await startJobs(t);
    for (const text of ['a', 'b', 'c']) await enqueue(jobs, queue, text);
    await db().transaction((tx) =>
      jobs.enqueue(tx, queue, { text: 'd' }, { startAfter: new Date(Date.now() + 3_600_000) }),
    );
    await db().execute(
      sql`update pgboss.job set start_after = now() - interval '1 minute' where name = ${queue.name} and data->>'text' = 'b'`,
    );
    const text = await metrics.registry.metrics();
    assert.match(text, /^jobs_queued\{queue="test\.backlog"\} 3$/m);
    const age = Number(/^jobs_oldest_age_seconds\{queue="test\.backlog"\} (\S+)$/m.exec(text)?.[1]);
    assert.ok(age >= 60 && age < 70, String(age));
  });

  it('are kept when their queues are installed again with new settings', async () => {
    await install('again', { retries: 2 });
    const retries = async () =>
      (await db().execute(sql`select retry_limit from pgboss.queue where name = 'test.again'`)).rows[0]?.retry_limit;
    assert.equal(await retries(), 2);
    await install('again', { retries: 7 });
    assert.equal(await retries(), 7);
  });
});

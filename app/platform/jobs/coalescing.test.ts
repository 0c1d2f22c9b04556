import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Client } from 'pg';
import { insertCoalesced, NEW_JOBS_CHANNEL } from './coalescing.ts';
import { useJobs } from './testing/scene.ts';

describe('jobs that coalesce', { concurrency: true }, () => {
  const { install, startJobs, createHandler, rowsOf, until, db, url } = useJobs();
  const coalesce = { coalesce: true, concurrency: 5 };
  const textsOf = async (queue: string) => (await rowsOf(queue)).map(({ text }) => text).sort();

  it('are one for each key while they wait', async (t) => {
    const queue = await install('one', coalesce);
    const { jobs } = await startJobs(t);
    for (const text of ['first', 'second']) await jobs.enqueue(db(), queue, { text }, { key: 'a' });
    const many = ['a', 'b', 'b', 'c'].map((key) => ({ data: { text: `${key} of many` }, key }));
    await db().transaction((tx) => jobs.enqueueAll(tx, queue, many));
    assert.deepEqual(await textsOf(queue.name), ['b of many', 'c of many', 'first']);
  });

  it('do not run before every transaction that enqueued them has ended', async (t) => {
    const queue = await install('held', coalesce);
    const { jobs } = await startJobs(t);
    await jobs.enqueue(db(), queue, { text: 'waits' }, { key: 'a' });
    const { handler, runs, until: untilRan } = createHandler(queue);
    await db().transaction(async (tx) => {
      await jobs.enqueue(tx, queue, { text: 'covered' }, { key: 'a' });
      await startJobs(t, [handler]);
      await jobs.enqueue(db(), queue, { text: 'other' }, { key: 'b' });
      await untilRan(1);
      // Fetched together with 'a', or later.
      await until(async () =>
        (await rowsOf(queue.name)).some(({ state, text }) => text === 'other' && state === 'completed'),
      );
      assert.deepEqual(
        runs.map(({ text }) => text),
        ['other'],
      );
    });
    await untilRan(2);
    assert.deepEqual((await rowsOf(queue.name)).length, 2, 'still one job for the key');
  });

  it('let transactions of the same key go on beside each other', async (t) => {
    const queue = await install('beside', coalesce);
    const { jobs } = await startJobs(t);
    await jobs.enqueue(db(), queue, { text: 'waits' }, { key: 'a' });
    await db().transaction(async (tx) => {
      await jobs.enqueue(tx, queue, { text: 'x' }, { key: 'a' });
      await db().transaction((other) => jobs.enqueue(other, queue, { text: 'y' }, { key: 'a' }));
    });
    assert.deepEqual(await textsOf(queue.name), ['waits']);
  });

  it('are inserted again where a worker has fetched the waiting one before it was locked', async () => {
    const attempts: string[][] = [];
    const job = { id: '0198ffff-ffff-7fff-8fff-ffffffffffff', singletonKey: 'a' };
    await db().transaction((tx) =>
      insertCoalesced(tx, 'test.fetched', [job], async (jobs) => {
        attempts.push(jobs.map(({ id }) => id));
        return attempts.length === 1 ? [] : [job.id];
      }),
    );
    assert.deepEqual(attempts, [[job.id], [job.id]]);
  });

  it('wake the workers when the transaction that locked them commits', async (t) => {
    const queue = await install('wakes', coalesce);
    const { jobs } = await startJobs(t);
    await jobs.enqueue(db(), queue, { text: 'waits' }, { key: 'a' });
    const listener = new Client({ connectionString: url() });
    await listener.connect();
    t.after(() => listener.end());
    await listener.query(`listen ${NEW_JOBS_CHANNEL}`);
    const heard = new Set<string | undefined>();
    listener.on('notification', ({ payload }) => heard.add(payload));
    await db().transaction((tx) => jobs.enqueue(tx, queue, { text: 'covered' }, { key: 'a' }));
    await until(async () => heard.has(queue.name));

    // The channel is that of pg-boss: a worker runs a new job long before it looks by itself.
    const plain = await install('plain');
    const { promise: ran, resolve } = Promise.withResolvers<void>();
    await startJobs(t, [{ queue: plain, handle: async () => resolve() }]);
    const startedAt = performance.now();
    await jobs.enqueue(db(), plain, { text: 'new' });
    await ran;
    t.diagnostic(`ran after ${(performance.now() - startedAt).toFixed(0)} ms`);
    await until(async () => heard.has(plain.name));
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { useJobs } from './testing/scene.ts';

describe('jobs beside slow ones', { concurrency: true }, () => {
  const { install, startJobs, createHandler, enqueue, rowsOf, until, makeDue, db } = useJobs();

  it('do not wait for slow jobs, neither for their first run nor for a retry', async (t) => {
    const queue = await install('slow', { concurrency: 3, retryDelaySeconds: 1 });
    const release = Promise.withResolvers<void>();
    t.after(() => release.resolve());
    const { handler, runs } = createHandler(queue, async ({ text }, { attempt }) => {
      if (text.startsWith('slow')) await release.promise;
      if (text === 'failing' && attempt === 1) throw new Error('not yet');
    });
    const { jobs } = await startJobs(t);
    const stateOf = async (text: string) => (await rowsOf(queue.name)).find((row) => row.text === text)?.state;
    const texts = ['slow', 'beside it', 'failing'];
    await db().transaction(async (tx) => {
      for (const text of texts) await jobs.enqueue(tx, queue, { text });
    });
    await startJobs(t, [handler]);
    await until(async () => (await stateOf('beside it')) === 'completed');
    const later = ['slow too', ...Array.from({ length: 8 }, (_, index) => `later ${index}`)];
    for (const text of later) await enqueue(jobs, queue, text);
    await until(async () => {
      await makeDue(queue);
      return (await rowsOf(queue.name)).filter(({ state }) => state === 'completed').length === 10;
    });
    assert.deepEqual([await stateOf('slow'), await stateOf('slow too')], ['active', 'active']);
    release.resolve();
    await until(async () => (await rowsOf(queue.name)).every(({ state }) => state === 'completed'));
    assert.equal(runs.length, texts.length + later.length + 1, 'each once, and a retry');
  });

  it('run with the full concurrency again once the slow ones are done', async (t) => {
    const queue = await install('recovering', { concurrency: 3 });
    const release = Promise.withResolvers<void>();
    t.after(() => release.resolve());
    let running = 0;
    let most = 0;
    const { handler } = createHandler(queue, async ({ text }) => {
      most = Math.max(most, ++running);
      await (text.startsWith('slow') ? release.promise : undefined);
      running--;
    });
    const { jobs } = await startJobs(t, [handler]);
    const done = async () => (await rowsOf(queue.name)).filter(({ state }) => state === 'completed').length;
    for (const text of ['slow', 'slow too', 'quick']) await enqueue(jobs, queue, text);
    await until(async () => (await done()) === 1);
    release.resolve();
    await until(async () => (await done()) === 3);
    most = 0;
    await db().transaction(async (tx) => {
      for (let index = 0; index < 12; index++) await jobs.enqueue(tx, queue, { text: `${index}` });
    });
    await until(async () => (await done()) === 15);
    assert.equal(most, 3);
  });

  it('continue after all concurrent jobs were slow', async (t) => {
    const queue = await install('alone', { concurrency: 1 });
    const { handler } = createHandler(queue, async ({ text }) => {
      if (text === 'slow') await delay(1_500);
    });
    const { jobs } = await startJobs(t, [handler]);
    for (const text of ['slow', 'next', 'last']) await enqueue(jobs, queue, text);
    await until(async () => (await rowsOf(queue.name)).every(({ state }) => state === 'completed'));
  });

  it('let the slow ones finish when their worker closes', async (t) => {
    const queue = await install('closing-slow', { concurrency: 2 });
    const release = Promise.withResolvers<void>();
    t.after(() => release.resolve());
    const { handler } = createHandler(queue, async ({ text }) => {
      if (text === 'slow') await release.promise;
    });
    const { jobs } = await startJobs(t, [handler]);
    for (const text of ['slow', 'quick']) await enqueue(jobs, queue, text);
    await until(async () => (await rowsOf(queue.name)).some(({ state }) => state === 'completed'));
    const closed = jobs.close(30_000);
    release.resolve();
    await closed;
    assert.deepEqual(
      (await rowsOf(queue.name)).map(({ state }) => state),
      ['completed', 'completed'],
    );
  });

  it('use the concurrency of their queue fully and never exceed it', async (t) => {
    const queue = await install('crowded', { concurrency: 3 });
    let running = 0;
    let most = 0;
    const released: (() => void)[] = [];
    const { handler, until: untilRan } = createHandler(queue, async () => {
      most = Math.max(most, ++running);
      await new Promise<void>((resolve) => released.push(resolve));
      running--;
    });
    const { jobs } = await startJobs(t, [handler]);
    t.after(() => {
      for (const release of released) release();
    });
    for (let index = 0; index < 9; index++) await enqueue(jobs, queue, `${index}`);
    for (let begun = 3; begun <= 9; begun++) {
      await untilRan(begun);
      released.shift()!();
    }
    assert.equal(most, 3);
  });
});

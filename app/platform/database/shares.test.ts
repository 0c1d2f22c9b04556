import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import { createShares, TurnError } from './shares.ts';

const OPTIONS = { size: 10, waitMs: 60_000, queueLimit: 100 };

describe('shares of a pool', () => {
  // Nothing here waits for real.
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
  afterEach(() => mock.timers.reset());

  /** Enters for an owner as often as it goes at once. @returns the functions that end the uses */
  async function fill(shares: ReturnType<typeof createShares>, owner: string, wanted = 50) {
    const held: (() => void)[] = [];
    for (let count = 0; count < wanted; count++)
      void shares.enter(owner).then((leave) => held.push(leave), assert.ifError);
    await settled();
    return held;
  }

  it('leave connections free for others, whoever asks for all', async () => {
    const shares = createShares(OPTIONS);
    const used = [];
    for (const owner of ['a', 'b', 'c', 'd']) used.push((await fill(shares, owner)).length);
    assert.deepEqual(used, [4, 2, 2, 1], 'of ten');
  });

  it('give those that wait a turn each, one owner after the other, in the order in which they came', async () => {
    const shares = createShares({ ...OPTIONS, size: 2 });
    const [leave] = [await shares.enter('a'), await shares.enter('b')];
    const order: string[] = [];
    for (const name of ['a1', 'a2', 'a3', 'b1', 'b2'])
      void shares.enter(name[0]!).then((end) => {
        order.push(name);
        setImmediate(end);
      });
    await settled();
    assert.deepEqual(order, []);
    leave();
    await settled(20);
    assert.deepEqual(order.slice(0, 3), ['a1', 'a2', 'a3'], 'b has not left: it waits for its own');
  });

  it('count work without an owner, which never waits', async () => {
    const shares = createShares(OPTIONS);
    for (let count = 0; count < 8; count++) await shares.enter(undefined);
    assert.equal((await fill(shares, 'a')).length, 1);
    await shares.enter(undefined);
  });

  it('refuse what waits too long, and what is too much', async () => {
    const waits: string[] = [];
    const shares = createShares({ size: 2, waitMs: 5_000, queueLimit: 2, onWait: (owner) => waits.push(owner) });
    const leave = await shares.enter('a');
    const late = [shares.enter('a'), shares.enter('a')];
    await assert.rejects(shares.enter('a'), TurnError);
    const refused = Promise.allSettled(late);
    mock.timers.tick(5_000);
    assert.deepEqual(
      (await refused).map(({ status }) => status),
      ['rejected', 'rejected'],
    );
    leave();
    (await shares.enter('a'))();
    assert.deepEqual(waits, ['a']);
  });

  it('lose and double nothing in random use: each waits at most while others of its owner run', async () => {
    for (let seed = 1; seed <= 50; seed++) {
      const shares = createShares({ ...OPTIONS, size: 6 });
      const random = seeded(seed);
      const running = new Map<string, number>();
      let done = 0;
      const all = Array.from({ length: 200 }, async () => {
        const owner = 'abcdefgh'[Math.floor(random() * 8)]!;
        const leave = await shares.enter(owner);
        running.set(owner, (running.get(owner) ?? 0) + 1);
        assert.ok(running.get(owner)! <= 3, 'no more than its share');
        for (let turns = Math.floor(random() * 5); turns > 0; turns--) await settled(1);
        running.set(owner, running.get(owner)! - 1);
        leave();
        done += 1;
      });
      await Promise.all(all);
      assert.equal(done, 200);
    }
  });
});

/** Turns of the event loop. */
async function settled(turns = 3): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** A linear congruential generator (Numerical Recipes), 0 to 1. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { attemptEach } from './attempts.ts';

describe('attempts', () => {
  it('continue after a failure, report each failure, and throw at the end', async () => {
    const tried: number[] = [];
    const failed: number[] = [];
    const work = async (item: number) => {
      tried.push(item);
      if (item % 2 === 0) throw new Error(`no ${item}`);
      return true;
    };
    const all = attemptEach(
      [
        [1, 2],
        [3, 4, 5],
      ],
      work,
      (item) => failed.push(item),
    );
    await assert.rejects(all, (error: Error) => {
      assert.equal(error.message, '2 of 5 failed');
      assert.equal((error.cause as Error).message, 'no 2');
      return true;
    });
    assert.deepEqual(
      [tried, failed],
      [
        [1, 2, 3, 4, 5],
        [2, 4],
      ],
    );
  });

  it('count the items for which the work did something', async () => {
    const done = attemptEach(
      [[1, 2, 3]],
      async (item) => item !== 2,
      () => assert.fail(),
    );
    assert.equal(await done, 2);
  });

  it('stop at once while the database is unavailable, because the other items would fail too', async () => {
    const away = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    let tried = 0;
    const work = async () => {
      tried++;
      throw away;
    };
    await assert.rejects(
      attemptEach([[1, 2, 3]], work, () => {}),
      away,
    );
    assert.equal(tried, 1);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { eventually } from '../../test/conditions.ts';
import { untilDone } from './until-done.ts';

describe('work that must be done eventually', () => {
  it('is repeated until it succeeds, and reports the failure and the recovery once', async () => {
    const told: string[] = [];
    let runs = 0;
    const ask = untilDone(
      async () => {
        if (++runs < 4) throw new Error(`failure ${runs}`);
      },
      {
        signal: new AbortController().signal,
        onFailing: (error) => told.push((error as Error).message),
        onRecovered: () => told.push('recovered'),
      },
    );
    ask();
    await eventually('it has succeeded', () => told.includes('recovered'));
    assert.deepEqual([runs, told], [4, ['failure 1', 'recovered']]);
  });

  it('runs once more for all requests that arrive while it runs', async () => {
    const gates: (() => void)[] = [];
    const ask = untilDone(() => new Promise((resolve) => gates.push(resolve)), {
      signal: new AbortController().signal,
      onFailing: assert.fail,
    });
    for (let asked = 0; asked < 5; asked++) ask();
    assert.equal(gates.length, 1);
    for (let asked = 0; asked < 5; asked++) ask();
    gates[0]!();
    await eventually('it runs again', () => gates.length === 2);
    gates[1]!();
    ask();
    await eventually('it runs for who asked last', () => gates.length === 3);
  });

  it('gives up when it is aborted', async () => {
    const closing = new AbortController();
    let runs = 0;
    const ask = untilDone(
      async () => {
        runs++;
        closing.abort();
        throw new Error('closed');
      },
      { signal: closing.signal, onFailing: assert.fail },
    );
    ask();
    await eventually('it has run', () => runs === 1);
    ask();
    await new Promise(setImmediate);
    assert.equal(runs, 1);
  });
});

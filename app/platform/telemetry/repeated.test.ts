import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRepeated } from './repeated.ts';
import { serializeError } from './serialized-error.ts';

describe('a fault that repeats', () => {
  it('is told at once, then once a minute with how often it came, and hides no other', () => {
    let now = 0;
    const told: string[] = [];
    const repeated = createRepeated(() => now);
    const fault = (kind: string) => repeated(kind, (times) => told.push(`${kind} ${times}`));
    for (let second = 0; second < 130; second++) {
      now = second * 1_000;
      fault('refused');
      if (second === 30) fault('timeout');
    }
    assert.deepEqual(told, ['refused 1', 'timeout 1', 'refused 60', 'refused 60']);
  });
});

describe('what is thrown and is no error', () => {
  it('is readable in the log, and of its values only the message is told', () => {
    const thrown = { message: 'connect ECONNREFUSED', code: 'ECONNREFUSED', connection: 'postgres://u:s3cret@db' };
    assert.deepEqual(serializeError(thrown), { message: 'connect ECONNREFUSED (ECONNREFUSED)' });
    assert.deepEqual(serializeError({ password: 's3cret' }), { message: 'no error, but an object with password' });
    assert.deepEqual(serializeError('text'), { message: 'text' });
    assert.deepEqual(serializeError(null), { message: 'null' });
  });
});

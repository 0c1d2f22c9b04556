import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DrizzleQueryError } from 'drizzle-orm/errors';
import pg from 'pg';
import { failureText } from './failure-text.ts';

function refused(code: string, message: string): Error {
  const cause = Object.assign(new pg.DatabaseError(message, 1, 'error'), { code });
  return new DrizzleQueryError('select $1 from users', ['a secret'], cause);
}

describe('a failed start or command', () => {
  for (const [code, message] of [
    ['08P01', 'unsupported startup parameter: statement_timeout'],
    ['26000', 'prepared statement "x" does not exist'],
    ['42P05', 'prepared statement "x" already exists'],
  ] as const) {
    it(`names the cause and the setting that helps behind PgBouncer: ${code}`, () => {
      for (const error of [refused(code, message), new Error('could not start', { cause: refused(code, message) })]) {
        const text = failureText(error);
        assert.ok(text.includes(message), text);
        assert.match(text, /DATABASE_PREPARED_STATEMENTS=false/);
        assert.doesNotMatch(text, /secret|Failed query/);
      }
    });
  }

  it('names the cause of any other refusal, without a setting', () => {
    assert.equal(
      failureText(refused('42501', 'permission denied')),
      'The database refused a statement: permission denied (42501)',
    );
    assert.match(failureText(new TypeError('x is not a function')), /^TypeError: x is not a function\n +at /);
  });
});

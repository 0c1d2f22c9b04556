import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLogger } from './logger.ts';

function logged(write: (logger: ReturnType<typeof createLogger>) => void) {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  write(createLogger({ level: 'info', release: 'test', destination }));
  return JSON.parse(lines[0]!);
}

test('a secret is not logged, three levels down, by a logger or by its child', () => {
  const fields = { token: 'a', kept: 1, request: { headers: { authorization: 'b', accept: 'c' }, password: 'd' } };
  const line = logged((logger) => logger.info(fields, 'hello'));
  assert.deepEqual(
    { token: line.token, kept: line.kept, request: line.request },
    {
      token: '[redacted]',
      kept: 1,
      request: { headers: { authorization: '[redacted]', accept: 'c' }, password: '[redacted]' },
    },
  );
  assert.equal(fields.request.password, 'd', 'what was logged is left as it is');
  assert.equal(logged((logger) => logger.child({ cookie: 'e' }).info('hello')).cookie, '[redacted]');
});

test('an error is logged without what it carries beside its message', () => {
  const err = Object.assign(new Error('broken'), { password: 'a', code: 'E_BROKEN' });
  const line = logged((logger) => logger.error({ err }, 'hello'));
  assert.equal(line.err.message, 'broken');
  assert.equal(line.err.code, 'E_BROKEN');
  assert.equal('password' in line.err, false);
});

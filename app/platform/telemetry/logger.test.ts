import assert from 'node:assert/strict';
import { test } from 'node:test';
import { context, trace } from '@opentelemetry/api';
import { createLogger } from './logger.ts';
import { followContexts } from './trace-context.ts';

function logged(write: (logger: ReturnType<typeof createLogger>) => void) {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  write(createLogger({ level: 'info', release: 'test', destination }));
  return JSON.parse(lines[0]!);
}

test('a secret is not logged, down to three levels, by a logger or by its child', () => {
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
  assert.equal(fields.request.password, 'd', 'the logged object is not changed');
  assert.equal(logged((logger) => logger.child({ cookie: 'e' }).info('hello')).cookie, '[redacted]');
});

test('an error is logged without the other properties that it carries', () => {
  const err = Object.assign(new Error('broken'), { password: 'a', code: 'E_BROKEN' });
  const line = logged((logger) => logger.error({ err }, 'hello'));
  assert.equal(line.err.message, 'broken');
  assert.equal(line.err.code, 'E_BROKEN');
  assert.equal('password' in line.err, false);
});

test('a line has the time of its writing, to the millisecond', (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 1_790_000_000_123 });
  const now = () => logged((logger) => logger.info('hello')).time;
  assert.equal(now(), new Date().toISOString());
  t.mock.timers.tick(1);
  assert.equal(now(), new Date().toISOString());
});

test('a line of any logger has the id of the active trace, beside its fields', () => {
  followContexts();
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  const span = trace.wrapSpanContext({ traceId, spanId: '00f067aa0ba902b7', traceFlags: 0 });
  const line = context.with(trace.setSpan(context.active(), span), () =>
    logged((logger) => logger.info({ kept: 1 }, 'hello')),
  );
  assert.deepEqual([line.traceId, line.kept, line.message], [traceId, 1, 'hello']);
});

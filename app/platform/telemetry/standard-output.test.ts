import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Runs `script` in a process and returns the messages that it logged, however it ended. */
async function messagesOf(script: string): Promise<string[]> {
  const setUp = `
    import { createLogger } from ${JSON.stringify(new URL('logger.ts', import.meta.url).href)};
    const logger = createLogger({ level: 'info', release: 'test' });`;
  const ended = run(process.execPath, ['--input-type=module-typescript', '--eval', setUp + script]);
  const { stdout } = await ended.catch((error: { stdout: string }) => error);
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line).message as string);
}

test('every line is written before a process exits', async () => {
  const messages = await messagesOf(`logger.info('one'); logger.info('two'); process.exit(3);`);
  assert.deepEqual(messages, ['one', 'two']);
});

test('a fatal line, and those before it, are written even if the process is killed at once', async () => {
  const messages = await messagesOf(`logger.info('one'); logger.fatal('two'); process.kill(process.pid, 'SIGKILL');`);
  assert.deepEqual(messages, ['one', 'two']);
});

test('a process that is killed loses no line of an earlier turn of the event loop', async () => {
  const messages = await messagesOf(`
    logger.info('one');
    setImmediate(() => {
      logger.info('two');
      setImmediate(() => process.kill(process.pid, 'SIGKILL'));
    });`);
  assert.deepEqual(messages, ['one', 'two']);
});

test('the lines of one event loop turn are written in one write', async () => {
  const messages = await messagesOf(`
    import fs from 'node:fs';
    const write = fs.writeSync;
    let writes = 0;
    fs.writeSync = (...args) => { writes++; return write(...args); };
    for (const line of ['one', 'two', 'three']) logger.info(line);
    setImmediate(() => logger.info(String(writes)));`);
  assert.deepEqual(messages, ['one', 'two', 'three', '1']);
});

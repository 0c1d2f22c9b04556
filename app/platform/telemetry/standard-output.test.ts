import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
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
    import { syncBuiltinESMExports } from 'node:module';
    const write = fs.writeSync;
    let writes = 0;
    fs.writeSync = (...args) => { writes++; return write(...args); };
    syncBuiltinESMExports();
    for (const line of ['one', 'two', 'three']) logger.info(line);
    setImmediate(() => logger.info(String(writes)));`);
  assert.deepEqual(messages, ['one', 'two', 'three', '1']);
});

/** What fails here would wait for ever. */
const LIMITED = { timeout: 30_000 };

/** A process whose standard output is a pipe that nobody reads before `read` is called. It gets `script` and a logger as above. */
function withStalledReader(t: TestContext, script: string) {
  const folder = mkdtempSync(join(tmpdir(), 'plinth-pipe-'));
  const path = join(folder, 'pipe');
  execFileSync('mkfifo', [path]);
  const reading = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writing = openSync(path, constants.O_WRONLY);
  const url = (name: string) => JSON.stringify(new URL(name, import.meta.url).href);
  const setUp = `
    import { createLogger } from ${url('logger.ts')};
    import { createMetrics } from ${url('metrics.ts')};
    import { observeLog } from ${url('surroundings.ts')};
    const metrics = createMetrics({ release: 'test' }, { runtime: false });
    observeLog(metrics);
    const droppedLines = async () => (await metrics.log_lines_dropped_total.get()).values[0].value;
    const logger = createLogger({ level: 'info', release: 'test' });`;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '--eval', setUp + script], {
    stdio: ['ignore', writing, 'inherit', 'ipc'],
  });
  closeSync(writing);
  t.after(() => {
    child.kill('SIGKILL');
    closeSync(reading);
    rmSync(folder, { recursive: true });
  });
  const buffer = Buffer.alloc(2 ** 20);
  /** @returns what is in the pipe */
  const read = () => {
    try {
      return buffer.toString('utf8', 0, readSync(reading, buffer));
    } catch {
      return ''; // EAGAIN: it is empty
    }
  };
  return { child, read };
}

test(
  'a reader that stalls stops nothing: lines beyond a limit are dropped and counted, and the log says so when it is read again',
  LIMITED,
  async (t) => {
    const { child, read } = withStalledReader(
      t,
      `
    const text = 'x'.repeat(1_000);
    let logged = 0;
    const turn = () => {
      for (let n = 0; n < 100; n++) logger.info({ number: logged++, text }, 'line');
      if (logged < 10_000) setImmediate(turn);
      else droppedLines().then((dropped) => process.send({ logged, dropped }));
    };
    turn();
    process.on('message', () => process.disconnect());`,
    );
    const [{ logged, dropped }] = await once(child, 'message');
    assert.ok(dropped > 0 && dropped < logged, `${dropped} of ${logged} lines were dropped`);
    let text = '';
    const exited = once(child, 'exit');
    while (!text.includes('were dropped')) {
      text += read();
      await new Promise((resolve) => setImmediate(resolve));
    }
    const lines = text.trimEnd().split('\n');
    const last = JSON.parse(lines.pop()!);
    assert.deepEqual([last.level, last.dropped], ['warn', dropped]);
    assert.deepEqual(
      lines.map((line) => JSON.parse(line).number),
      Array.from({ length: logged - dropped }, (_, number) => number),
      'the first ones are there, each whole and in order',
    );
    child.send('end');
    assert.deepEqual(await exited, [0, null]);
  },
);

test('a process whose reader stalls ends all the same, and one whose reader is gone goes on', LIMITED, async (t) => {
  const stalled = withStalledReader(t, `logger.info({ text: 'x'.repeat(200_000) }, 'line'); process.exit(3);`);
  assert.deepEqual(await once(stalled.child, 'exit'), [3, null]);
  const { stdout } = await run('timeout', [
    '20',
    'sh',
    '-c',
    `{ "$0" --input-type=module-typescript --eval "$1" 3>&4 | true; } 4>&1`,
    process.execPath,
    `
    import { writeSync } from 'node:fs';
    import { createLogger } from ${JSON.stringify(new URL('logger.ts', import.meta.url).href)};
    const logger = createLogger({ level: 'info', release: 'test' });
    let turns = 0;
    const timer = setInterval(() => {
      logger.info('line');
      if (++turns < 20) return;
      clearInterval(timer);
      writeSync(3, 'still here');
    }, 1);`,
  ]);
  assert.equal(stdout, 'still here');
});

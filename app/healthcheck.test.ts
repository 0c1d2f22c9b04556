import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { promisify } from 'node:util';

/** Writes the most memory that the process had, in kilobytes. */
const TELL_MEMORY = `data:text/javascript,${encodeURIComponent(
  `process.on('exit', () => process.stdout.write(String(process.resourceUsage().maxRSS)));`,
)}`;

async function check(
  args: string[],
  env: NodeJS.ProcessEnv,
): Promise<{ code: number; said: string; memoryKb: number }> {
  const command = ['--import', TELL_MEMORY, 'app/healthcheck.ts', ...args];
  const { stdout, stderr, code } = await promisify(execFile)(process.execPath, command, {
    env: { PATH: process.env.PATH, APP_ENV: 'production', ...env },
  }).then(
    (output) => ({ ...output, code: 0 }),
    (error) => error as { stdout: string; stderr: string; code: number },
  );
  return { code, said: stderr, memoryKb: Number(stdout) };
}

async function answering(t: TestContext, status: number, path: string): Promise<string> {
  const server = createServer((request, response) => {
    response.writeHead(request.url === path ? status : 404).end('{"database":"unavailable"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return String((server.address() as AddressInfo).port);
}

describe('the health check of a container', { concurrency: 3 }, () => {
  it('asks whether the process lives, at the port of metrics', async (t) => {
    assert.equal((await check([], { METRICS_PORT: await answering(t, 200, '/livez') })).code, 0);
    assert.equal((await check([], { METRICS_PORT: await answering(t, 503, '/livez') })).code, 1);
  });

  it('asks whether an api is ready, and says what it lacks', async (t) => {
    assert.equal((await check(['ready'], { PORT: await answering(t, 200, '/readyz') })).code, 0);
    const { code, said } = await check(['ready'], { PORT: await answering(t, 503, '/readyz') });
    assert.equal(code, 1);
    assert.match(said, /"database":"unavailable"/);
  });

  it('takes a third of the memory of a process of the service: it runs beside one, within the same limit', async (t) => {
    const { memoryKb } = await check([], { METRICS_PORT: await answering(t, 200, '/livez') });
    // The settings of all features alone take 220 MB.
    assert.ok(memoryKb > 0 && memoryKb < 110_000, `${memoryKb} kB`);
  });
});

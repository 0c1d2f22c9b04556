/** `npm run dev` in a scratch copy, whose files are changed and broken as a developer does it. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { freePort } from '../dev/free-port.ts';
import { removeCluster } from '../dev/postgres-cluster.ts';
import { copyRepository } from '../scripts/scratch/copy.ts';
import { eventually } from './conditions.ts';
import { request } from './service.ts';

const FILE = 'app/platform/http/health.ts';
const SUMMARY = 'Is the process alive?';
const PATIENCE_MS = 60_000;

describe('npm run dev', { timeout: 240_000 }, () => {
  const ports: Record<string, string> = {};
  let root: string;
  let end: () => Promise<number>;
  let output = '';
  before(async () => {
    root = copyRepository();
    for (const name of [
      'PORT',
      'METRICS_PORT',
      'MAILBOX_PORT',
      'MAILBOX_SMTP_PORT',
      'STRIPE_SANDBOX_PORT',
      'LOCAL_PROVIDER_PORT',
    ])
      ports[name] = String(await freePort());
    const { NODE_TEST_CONTEXT: _, ...inherited } = process.env;
    const child = spawn(process.execPath, ['dev/watch.ts', '--no-types'], {
      cwd: root,
      env: { ...inherited, ...ports },
    });
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        output += chunk;
      });
    end = async () => {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      return (await ended)[0];
    };
    await eventually('the service is ready', isReady, PATIENCE_MS);
  });
  after(async () => {
    await removeCluster(join(root, '.plinth', ports.PORT!, 'postgres'));
    rmSync(root, { recursive: true, force: true });
  });

  const isReady = () =>
    request(`http://127.0.0.1:${ports.PORT}/readyz`).then(
      ({ status }) => status === 200,
      () => false,
    );
  /** The summary of an operation, as the running service describes it. */
  const summary = () =>
    request(`http://127.0.0.1:${ports.PORT}/openapi.json`).then(
      ({ body }) => body.paths['/livez'].get.summary as string,
      () => undefined,
    );
  const shows = (text: string) => eventually(text, async () => (await summary()) === text, PATIENCE_MS);

  it('serves a change, survives a file that does not run, and keeps the database and the mailbox', async () => {
    const body = { email: 'ada@example.com', password: 'correct horse battery staple', name: 'Ada' };
    assert.equal((await request(`http://127.0.0.1:${ports.PORT}/v1/users`, { body })).status, 202);
    const emails = () => request(`http://127.0.0.1:${ports.MAILBOX_PORT}/api/email`).then((answer) => answer.body);
    await eventually('the email arrives', async () => (await emails()).length === 1, PATIENCE_MS);

    const source = readFileSync(join(root, FILE), 'utf8');
    writeFileSync(join(root, FILE), source.replace(SUMMARY, 'Does it live?'));
    await shows('Does it live?');

    writeFileSync(join(root, FILE), `${source}\nexport const broken: = 1;\n`);
    await eventually('the error is printed', () => /waiting for a change/.test(output), PATIENCE_MS);
    assert.match(output, /health\.ts/);
    writeFileSync(join(root, FILE), source);
    await shows(SUMMARY);
    assert.equal((await emails()).length, 1);
    // The database is still there, and the service emails: another name is not the same form, sent twice.
    const again = { ...body, name: 'Grace' };
    assert.equal((await request(`http://127.0.0.1:${ports.PORT}/v1/users`, { body: again })).status, 202);
    await eventually('the second email arrives', async () => (await emails()).length === 2, PATIENCE_MS);
    assert.equal(await end(), 0, output);
  });
});

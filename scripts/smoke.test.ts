/** Tests `npm run smoke` as a rollout runs it. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import * as features from '../app/features.ts';
import { freePort } from '../dev/free-port.ts';
import { rows } from '../test/conditions.ts';
import { createUser, startTestService } from '../test/service.ts';

async function smoke(env: Record<string, string>): Promise<{ code: number; stdout: string; stderr: string }> {
  const run = promisify(execFile)(process.execPath, ['scripts/smoke.ts'], { env });
  return run.then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
  );
}

describe('the smoke test of a rollout', { timeout: 100_000 }, () => {
  it('passes on a working installation, leaves no data behind, and says what it skipped', async (t) => {
    const port = await freePort();
    const test = await startTestService({ env: { API_URL: `http://127.0.0.1:${port}` } });
    t.after(() => test.close());
    const proxy = await forward(port, test.url);
    t.after(() => proxy.close());
    const { email, password } = await createUser(test);
    const env = { API_URL: `http://127.0.0.1:${port}` };

    const whole = await smoke({ ...env, SMOKE_EMAIL: email, SMOKE_PASSWORD: password });
    assert.equal(whole.code, 0, whole.stdout + whole.stderr);
    assert.match(whole.stdout, /\n\d+ steps, all as expected/);
    assert.deepEqual(await rows(test, 'select id from sessions where ended_at is null'), []);
    if ('organizations' in features) {
      const left = 'select name from organizations where purge_at is null and not personal';
      assert.deepEqual(await rows(test, left), []);
    }

    const part = await smoke(env);
    assert.equal(part.code, 0, part.stdout + part.stderr);
    assert.match(part.stdout, /Skipped: signing in and using an account/);

    const wrong = await smoke({ ...env, SMOKE_EMAIL: email, SMOKE_PASSWORD: 'not the password at all' });
    assert.equal(wrong.code, 1);
    assert.match(wrong.stderr, /SURPRISE {2}sign in: expected 201, got 401/);
  });

  it('fails if another service answers, and if none does', async (t) => {
    const test = await startTestService();
    t.after(() => test.close());
    const other = await smoke({ API_URL: test.url });
    assert.equal(other.code, 1);
    assert.match(other.stderr, /the document names https:\/\/api\.example\.com, not http:\/\/127/);
    assert.equal((await smoke({ API_URL: 'http://127.0.0.1:1' })).code, 1);
    assert.equal((await smoke({})).code, 2);
  });
});

/** Forwards the address that the service knows as its own, which must be known before the service listens. */
async function forward(port: number, target: string): Promise<{ close(): void }> {
  const server = createServer(async (incoming, outgoing) => {
    const chunks = await incoming.toArray();
    const { authorization, 'content-type': contentType } = incoming.headers;
    const answer = await fetch(`${target}${incoming.url}`, {
      method: incoming.method!,
      headers: { ...(authorization && { authorization }), ...(contentType && { 'content-type': contentType }) },
      ...(chunks.length > 0 && { body: Buffer.concat(chunks) }),
    });
    outgoing.writeHead(answer.status).end(await answer.text());
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  assert.equal((server.address() as AddressInfo).port, port);
  return { close: () => server.close() };
}

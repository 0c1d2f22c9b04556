/** `plinth webhooks`: what operators see and do. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { createTestClock } from '../../../test/clock.ts';
import { eventually, rows } from '../../../test/conditions.ts';
import { ENVIRONMENT, startTestService, type TestService } from '../../../test/service.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../platform/clock.ts';
import { answerWith, type Receiver, startReceiver } from './testing/receiver.ts';
import { createWebhookScene, type WebhookScene } from './testing/scene.ts';

describe('plinth webhooks', () => {
  let test: TestService;
  let receiver: Receiver;
  let scene: WebhookScene;
  before(async () => {
    // Ahead of the database, so that nothing is retried while a command runs.
    const clock = createTestClock(new Date(Date.now() + HOUR_MS));
    test = await startTestService({ clock, schedules: false });
    receiver = await startReceiver();
    scene = await createWebhookScene(test, receiver);
  });
  after(async () => {
    await test.close();
    await receiver.close();
  });

  /** @returns the exit code, what was printed, and that as JSON where `--json` was given */
  async function plinth(...args: string[]) {
    const env = { ...ENVIRONMENT, PATH: process.env.PATH, DATABASE_URL: test.service.config.databaseUrl };
    const run = promisify(execFile)(process.execPath, ['app/cli.ts', 'webhooks', ...args], { env });
    const {
      code = 0,
      stdout,
      stderr,
    } = await run.then(
      (printed) => ({ ...printed, code: 0 }),
      (error: { code: number; stdout: string; stderr: string }) => error,
    );
    return {
      code,
      stdout,
      stderr,
      json: stdout.startsWith('{') || stdout.startsWith('[') ? JSON.parse(stdout) : undefined,
    };
  }

  /** The command has the clock of the machine: what it makes due is due when the test's clock is there. */
  const passCommand = () => test.clock.advance(10 * MINUTE_MS);

  it('lists endpoints with what fails and what waits, as a table or as JSON', async () => {
    assert.deepEqual((await plinth('list', '--failing', '--json')).json, []);
    receiver.answer = answerWith(500);
    await scene.happen();
    await eventually('the first attempt', () => receiver.received.length === 1);
    await scene.settled();
    const [endpoint] = (await plinth('list', '--failing', '--json')).json;
    const { id, organizationId, url, enabled, failures, pending } = endpoint;
    assert.deepEqual(
      [id, organizationId, url, enabled, failures, pending],
      [...[scene.endpointId, scene.id, receiver.url, true, 1, 1]],
    );
    const { stdout } = await plinth('list');
    assert.match(stdout, /^ID +ORGANIZATION +URL +STATE +FAILING SINCE +WAITING\n/);
    assert.match(stdout, new RegExp(`${scene.endpointId} .* failing `));
    assert.ok(!stdout.includes('whsec_'));
  });

  it('retries what waits for an endpoint now', async () => {
    receiver.answer = answerWith(200);
    const arrived = receiver.received.length;
    const tomorrow = new Date(test.clock.now().getTime() + DAY_MS);
    await rows(test, `update webhook_deliveries set next_attempt_at = $1 where status = 'pending'`, tomorrow);
    assert.match((await plinth('retry', scene.endpointId)).stdout, /^1 deliveries are due now\.$/m);
    passCommand();
    await eventually('it arrives again', () => receiver.received.length === arrived + 1);
    await scene.settled();
    assert.equal((await scene.deliveries())[0].status, 'succeeded');
  });

  it('replays the events since an instant', async () => {
    const arrived = receiver.received.length;
    const since = new Date(test.clock.now().getTime() - 2 * HOUR_MS).toISOString();
    const { json } = await plinth('replay', scene.endpointId, '--since', since, '--json');
    assert.ok(json.replayed >= 1, JSON.stringify(json));
    passCommand();
    await eventually('they arrive', () => receiver.received.length === arrived + json.replayed);
    const bad = await plinth('replay', scene.endpointId, '--since', 'yesterday');
    assert.notEqual(bad.code, 0);
    assert.match(bad.stderr, /An instant, e\.g\. 2026/);
    await scene.settled();
  });

  it('disables an endpoint, and tells those who manage it; what is disabled is not replayed', async () => {
    assert.match((await plinth('disable', scene.endpointId)).stdout, /is disabled\.$/m);
    assert.match((await plinth('disable', scene.endpointId)).stdout, /was disabled already\.$/m);
    const { enabled, disabledReason } = await scene.endpoint();
    assert.deepEqual([enabled, disabledReason], [false, 'operator']);
    await test.mail(scene.owner.email, /webhook/i);
    const { code, stderr } = await plinth('replay', scene.endpointId, '--since', '2026-01-01T00:00:00Z');
    assert.notEqual(code, 0);
    assert.match(stderr, /There is no endpoint .* that this can be done with/);
  });

  it('refuses endpoints that do not exist', async () => {
    const nobody = '01989d5e-0000-7000-a000-00000000ffff';
    for (const name of ['retry', 'disable']) {
      const { code, stderr } = await plinth(name, nobody);
      assert.notEqual(code, 0, name);
      assert.match(stderr, /There is no endpoint/);
    }
  });
});

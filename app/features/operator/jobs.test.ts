/** Jobs as operators see them, over the API and with `plinth jobs`; and `plinth users make-operator`. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { rows } from '../../../test/conditions.ts';
import {
  assertProblem,
  createUser,
  ENVIRONMENT,
  type SignedInUser,
  startTestService,
  type TestService,
} from '../../../test/service.ts';
import { newId } from '../../platform/security/random.ts';
import { createOperator, REASON, trailOf } from './testing/scene.ts';

describe('jobs for operators', () => {
  let test: TestService;
  let operator: SignedInUser;
  before(async () => {
    test = await startTestService({ schedules: false });
    operator = await createOperator(test);
  });
  after(() => test.close());

  /** A job in a state, as pg-boss stores it. @returns its id */
  async function put(
    queue: string,
    state: 'created' | 'retry' | 'failed',
    more: { data?: object; retries?: number } = {},
  ) {
    const id = newId();
    const { data = {}, retries = 0 } = more;
    await test.service.db.$client.query(
      `insert into pgboss.job (id, name, state, data, retry_count, start_after, output, source_name)
        values ($1, $2, $3, $4, $5, now() + interval '1 hour', '{"message":"it broke"}', $6)`,
      [id, queue, state, JSON.stringify(data), retries, queue.endsWith('.dead') ? queue.slice(0, -5) : null],
    );
    return id;
  }
  const get = (path: string) => test.request(`/v1/operator${path}`, { token: operator.accessToken });
  const retry = (id: string, queue: string) =>
    test.request(`/v1/operator/jobs/${id}/retry`, { token: operator.accessToken, body: { queue, reason: REASON } });

  async function plinth(...args: string[]) {
    const env = { ...ENVIRONMENT, PATH: process.env.PATH, DATABASE_URL: test.service.config.databaseUrl };
    const run = promisify(execFile)(process.execPath, ['app/cli.ts', ...args], { env });
    const { code, stdout, stderr } = await run.then(
      (printed) => ({ ...printed, code: 0 }),
      (error: { code: number; stdout: string; stderr: string }) => error,
    );
    return { code, stdout, stderr };
  }

  it('shows what waits, fails and is dead per queue, and the jobs with ids alone', async () => {
    const userId = newId();
    const secret = 'sealed-text-of-an-address';
    const failing = await put('accounts.purge', 'retry', { data: { userId, address: secret }, retries: 2 });
    const dead = await put('accounts.purge.dead', 'created', { data: { userId } });
    const { body } = await get('/queues');
    const queue = body.data.find(({ queue }: { queue: string }) => queue === 'accounts.purge');
    assert.deepEqual([queue.later, queue.failing, queue.dead], [1, 1, 1]);
    const listed = async (state: string) => (await get(`/jobs?queue=accounts.purge&state=${state}`)).body.data;
    const [one, ...more] = await listed('failing');
    assert.deepEqual([one.id, one.state, one.retries, one.reason, more], [failing, 'failing', 2, 'it broke', []]);
    assert.deepEqual(one.about, { userId });
    assert.ok(!JSON.stringify(one).includes(secret));
    assert.deepEqual(
      (await listed('dead')).map(({ id }: { id: string }) => id),
      [dead],
    );
    const looks = (await trailOf(test, operator.id)).filter(({ action }) => action === 'operator.viewed');
    assert.deepEqual(
      looks.map(({ details }) => details.what),
      ['jobs', 'jobs', 'queues'],
    );
  });

  it('runs a dead job again in its queue, and one that waits for its next try at once', async () => {
    const hash = newId();
    const dead = await put('organizations.purge.dead', 'created', { data: { hash } });
    assert.equal((await retry(dead, 'organizations.purge.dead')).status, 204);
    const [moved] = await rows(test, `select name from pgboss.job where data->>'hash' = $1`, hash);
    assert.equal(moved?.name, 'organizations.purge');
    const waiting = await put('organizations.purge', 'retry', { retries: 1 });
    assert.equal((await retry(waiting, 'organizations.purge')).status, 204);
    for (const [id, queue] of [
      [dead, 'organizations.purge.dead'],
      [newId(), 'organizations.purge'],
      [newId(), 'no-such-queue'],
      [newId(), 'no-such-queue.dead'],
    ] as const)
      assertProblem(await retry(id, queue), 404, 'not_found');
    const retried = (await trailOf(test, operator.id)).filter(({ action }) => action === 'job.retried');
    assert.deepEqual(
      retried.map(({ targetId, details }) => [targetId, details.reason]),
      [
        [waiting, REASON],
        [dead, REASON],
      ],
    );
  });

  it('does the same at the command line', async () => {
    for (let nth = 0; nth < 3; nth++) await put('email.tidy.dead', 'created');
    const { stdout } = await plinth('jobs', 'list', '--state', 'dead', '--queue', 'email.tidy');
    assert.match(stdout, /^ID +QUEUE +STATE/);
    assert.equal(stdout.trim().split('\n').length, 4);
    assert.match((await plinth('jobs', 'queues')).stdout, /email\.tidy +0 +0 +0 +0 +3/);
    assert.match((await plinth('jobs', 'retry', 'email.tidy.dead')).stdout, /^3 run again/);
    assert.equal((await plinth('jobs', 'retry', 'email.tidy.dead', newId())).code, 1);
  });

  it('makes and revokes operators at the command line, and says what is missing', async () => {
    const { email } = await createUser(test);
    const made = await plinth('users', 'make-operator', email);
    assert.match(made.stdout, /is an operator now.*\n.*needs a second factor/);
    assert.match((await plinth('users', 'operators')).stdout, new RegExp(email));
    assert.match((await plinth('users', 'revoke-operator', email)).stdout, /is no operator any more/);
    const { administration } = test.service.accounts;
    await administration.suspend((await administration.find(email))!);
    assert.match((await plinth('users', 'make-operator', email)).stderr, /suspended, deleted or not verified/);
  });
});

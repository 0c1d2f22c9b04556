import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { after, before, describe, it } from 'node:test';
import { atOnce, eventually, tally } from '../../../test/conditions.ts';
import { assertProblem, createUser, PASSWORD, startTestService, type TestService } from '../../../test/service.ts';

const QUEUE = 4;
const CAPACITY = availableParallelism() + QUEUE;

describe('more sign-ins than can be checked', () => {
  let test: TestService;
  before(async () => {
    const env = {
      PASSWORD_HASH_QUEUE: String(QUEUE),
      PASSWORD_HASH_MEMORY_KIB: '65536',
      PASSWORD_HASH_ITERATIONS: '4',
    };
    test = await startTestService({ env });
  });
  after(() => test.close());

  const attempt = (email: string, password: string) => test.request('/v1/sessions', { body: { email, password } });
  const depth = async () => (await test.service.metrics.password_hash_queue_depth.get()).values[0]?.value;

  it('are refused at once with 503 and Retry-After, while other routes answer before the checks are over', async () => {
    let over = false;
    const checks = atOnce(CAPACITY, (index) => attempt(`first${index}@example.com`, 'wrong')).then((answers) => {
      over = true;
      return answers;
    });
    await eventually('the queue is full', async () => (await depth()) === CAPACITY);
    const beyond = await attempt('beyond@example.com', 'wrong');
    assertProblem(beyond, 503, 'overloaded');
    assert.match(beyond.headers.get('retry-after') ?? '', /^[1-9]\d*$/);
    for (let index = 0; index < 10; index++) assert.equal((await test.request('/livez')).status, 200);
    assert.equal(over, false, 'ten answers of /livez took longer than the whole queue of hashes');
    assert.deepEqual(tally(await checks), { 401: CAPACITY });
    await eventually('the queue is empty', async () => (await depth()) === 0);
  });

  it('cost no attempt: a person who kept trying is let in afterwards', async () => {
    const { email } = await createUser(test);
    for (let refused = 0; refused < 12; ) {
      const checks = atOnce(CAPACITY, (index) => attempt(`again${index}${refused}@example.com`, 'wrong'));
      await eventually('the queue is full', async () => (await depth()) === CAPACITY);
      refused += tally(await atOnce(12, () => attempt(email, PASSWORD)))[503] ?? 0;
      await checks;
    }
    assert.equal((await attempt(email, PASSWORD)).status, 201);
  });

  it('cost no registration: a person who kept trying is registered afterwards', async () => {
    const register = () => test.request('/v1/users', { body: { email: 'patient@example.com', password: PASSWORD } });
    for (let refused = 0; refused < 12; ) {
      const checks = atOnce(CAPACITY, (index) => attempt(`busy${index}${refused}@example.com`, 'wrong'));
      await eventually('the queue is full', async () => (await depth()) === CAPACITY);
      refused += tally(await atOnce(6, register))[503] ?? 0;
      await checks;
    }
    assert.equal((await register()).status, 202);
  });
});

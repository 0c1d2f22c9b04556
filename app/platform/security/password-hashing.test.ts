import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { Problem } from '../errors.ts';
import { createMetrics, type Metrics } from '../telemetry/metrics.ts';
import { createPasswordHasher, type PasswordHasher } from './password-hashing.ts';

const PARAMETERS = { memoryKib: 7_168, iterations: 1, parallelism: 1 };

describe('password hashing', () => {
  let metrics: Metrics;
  let hasher: PasswordHasher;
  beforeEach(async () => {
    metrics = createMetrics({ release: 'test' }, { runtime: false });
    hasher = await createPasswordHasher({ ...PARAMETERS, concurrency: 2, queueLimit: 3, metrics });
  });
  const depth = async () => (await metrics.password_hash_queue_depth.get()).values[0]?.value;
  const overloaded = (error: unknown) => error instanceof Problem && error.code === 'overloaded';

  it('accepts the password of the hash, and no other', async () => {
    const phc = await hasher.hash('correct horse battery staple');
    assert.match(phc, /^\$argon2id\$v=19\$m=7168,t=1,p=1\$/);
    assert.equal(await hasher.verify('correct horse battery staple', phc), true);
    for (const wrong of [
      '',
      'correct horse battery stapl',
      'Correct horse battery staple',
      'correct horse battery staple\0',
    ]) {
      assert.equal(await hasher.verify(wrong, phc), false);
    }
    assert.notEqual(await hasher.hash('correct horse battery staple'), phc, 'salted');
  });

  it('answers false without a hash, whatever the password', async () => {
    for (const password of ['', 'x', 'correct horse battery staple'])
      assert.equal(await hasher.verify(password, null), false);
  });

  it('distinguishes a hash with other parameters from one with its own', async () => {
    const stronger = await createPasswordHasher({
      ...PARAMETERS,
      iterations: 2,
      concurrency: 1,
      queueLimit: 1,
      metrics,
    });
    const phc = await hasher.hash('x');
    assert.deepEqual([hasher.isOutdated(phc), stronger.isOutdated(phc)], [false, true]);
    assert.equal(await stronger.verify('x', phc), true);
  });

  it('beyond its queue is refused at once, with 503 and Retry-After; all hashes in the queue are computed', async () => {
    const started = Array.from({ length: 5 }, () => hasher.hash('x'));
    assert.equal(await depth(), 5);
    for (const refused of [hasher.hash('x'), hasher.verify('x', null)]) {
      await assert.rejects(
        refused,
        (error: Problem) => overloaded(error) && error.status === 503 && Number(error.headers['retry-after']) > 0,
      );
    }
    assert.equal((await Promise.all(started)).length, 5);
    assert.equal(await depth(), 0);
  });

  it('has all its slots again after failures', async () => {
    const broken = Array.from({ length: 5 }, () => hasher.verify('x', 'not a hash'));
    assert.ok((await Promise.allSettled(broken)).every(({ status }) => status === 'rejected'));
    assert.equal(await depth(), 0);
    assert.equal((await Promise.all(Array.from({ length: 5 }, () => hasher.hash('x')))).length, 5);
  });
});

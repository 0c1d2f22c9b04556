import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { atOnce, rows, value } from '../../../test/conditions.ts';
import { assertProblem, startTestService, type TestService } from '../../../test/service.ts';
import { after as later } from '../../platform/clock.ts';
import { sha256 } from '../../platform/security/random.ts';
import { type ApiKey, createScene, PATCH, type Scene } from './testing/scene.ts';

describe('API keys in use', () => {
  let test: TestService;
  before(async () => {
    test = await startTestService();
  });
  after(() => test.close());

  const works = async (scene: Scene, key: ApiKey, path = '/members') => (await scene.as(key, path)).status === 200;
  const rotate = (scene: Scene, key: ApiKey, body: object = {}) =>
    scene.as(scene.owner, `/api-keys/${key.id}/rotate`, { body });
  const change = (scene: Scene, key: ApiKey, body: object) => scene.as(scene.owner, `/api-keys/${key.id}`, PATCH(body));

  it('keep their secret out of every table, trail and log', async () => {
    const scene = await createScene(test);
    const body = { name: 'secret', scopes: ['members:read'] };
    const headers = { 'idempotency-key': 'key-1' };
    const { secret, id } = (await scene.as(scene.owner, '/api-keys', { body, headers })).body;
    const rotated = (await rotate(scene, { id, secret }, { graceSeconds: 60 })).body.secret;
    assert.ok(await works(scene, { id, secret: rotated }));
    const [row] = await rows(test, 'select hash, previous_hash from api_keys where id = $1', id);
    assert.deepEqual([row.hash, row.previous_hash], [sha256(rotated), sha256(secret)]);
    const tables = await rows(
      test,
      `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('public', 'pgboss')`,
    );
    for (const { name } of tables) {
      for (const key of [secret, rotated]) {
        for (const needle of [key.slice(4), Buffer.from(key).toString('hex')]) {
          const text = `select count(*)::int from ${name} t where t::text like '%' || $1 || '%'`;
          assert.equal(await value(test, text, needle), 0, `a secret in ${name}`);
        }
      }
    }
    for (const line of test.logs) assert.ok(!line.includes(secret.slice(4)) && !line.includes(rotated.slice(4)));
  });

  it('are never stronger than who created them now is: demoted, promoted again, suspended', async () => {
    const scene = await createScene(test);
    const admin = await scene.add('admin');
    const key = await scene.key(['audit:read', 'members:read'], admin);
    const setRole = (role: string) => scene.as(scene.owner, `/members/${admin.id}`, PATCH({ role }));
    assert.ok(await works(scene, key, '/audit-events'));
    await setRole('member');
    const refused = await scene.as(key, '/audit-events');
    assertProblem(refused, 403, 'forbidden');
    assert.equal(refused.body.permission, 'audit:read');
    assert.ok(await works(scene, key), 'what a member may do, it may');
    await setRole('admin');
    assert.ok(await works(scene, key, '/audit-events'));
    const { administration } = test.service.accounts;
    const user = (await administration.find(admin.email))!;
    await administration.suspend(user);
    assertProblem(await scene.as(key, '/members'), 401, 'unauthenticated');
    await administration.unsuspend(user);
    assert.ok(await works(scene, key));
  });

  it('write their last use, and from where, once a minute, however many requests there are', async () => {
    const scene = await createScene(test);
    const key = await scene.key(['members:read', 'api-keys:read']);
    // Each write of a row counts, also one that changes nothing.
    await test.service.db.$client.queryAlone(`
      create table uses (at timestamptz);
      create function used() returns trigger language plpgsql as $$ begin insert into uses values (new.last_used_at); return new; end $$;
      create trigger used after update on api_keys for each row execute function used();`);
    const uses = () => value(test, 'select count(*)::int from uses');
    const lastUsedAt = async () => (await scene.as(key, '/api-keys')).body.data[0].lastUsedAt;
    assert.ok((await atOnce(40, () => works(scene, key))).every(Boolean));
    assert.equal(await uses(), 1);
    const first = test.clock.now().toISOString();
    assert.equal(await lastUsedAt(), first);
    test.clock.advance(59_999);
    assert.ok((await atOnce(10, () => works(scene, key))).every(Boolean));
    assert.equal(await uses(), 1);
    assert.equal(await lastUsedAt(), first);
    test.clock.advance(1);
    assert.ok((await atOnce(40, () => works(scene, key))).every(Boolean));
    assert.equal(await uses(), 2);
    assert.equal(await lastUsedAt(), test.clock.now().toISOString());
    test.clock.advance(60_000);
    await scene.as(key, '/members', { headers: { 'user-agent': 'nightly/1.0' } });
    const { lastUsedFrom } = (await scene.as(key, '/api-keys')).body.data[0];
    assert.deepEqual(lastUsedFrom, { ipAddress: '127.0.0.1', userAgent: 'nightly/1.0' });
    assert.equal(await uses(), 3);
    const stranger = await createScene(test);
    test.clock.advance(60_000);
    assertProblem(await stranger.as(key, '/members'), 404, 'not_found');
    assert.equal(await uses(), 3, 'a refused use is none');
  });

  it('stop at their expiry, which lies ahead when it is set, and can be moved or lifted', async () => {
    const scene = await createScene(test);
    const inAMinute = later(test.clock.now(), 60_000);
    const key = await scene.key(['members:read'], scene.owner, inAMinute);
    for (const past of [test.clock.now(), later(test.clock.now(), -1)]) {
      assertProblem(await change(scene, key, { expiresAt: past.toISOString() }), 422, 'invalid_expiry');
      const body = { name: 'late', scopes: [], expiresAt: past.toISOString() };
      assertProblem(await scene.as(scene.owner, '/api-keys', { body }), 422, 'invalid_expiry');
    }
    const far = '9999-12-31T23:59:59-23:59';
    for (const expiresAt of ['tomorrow', '2026-13-01T00:00:00Z', far, '0000-01-01T00:00:00Z'])
      assertProblem(await change(scene, key, { expiresAt }), 400, 'validation_failed');
    test.clock.advance(59_999);
    assert.ok(await works(scene, key));
    test.clock.advance(1);
    assertProblem(await scene.as(key, '/members'), 401, 'unauthenticated');
    assert.equal((await change(scene, key, { expiresAt: null })).body.expiresAt, null);
    assert.ok(await works(scene, key));
  });

  it('rotate with grace: the old secret works to its end, and the one before that no more', async () => {
    const scene = await createScene(test);
    const first = await scene.key(['members:read']);
    const second = (await rotate(scene, first, { graceSeconds: 60 })).body;
    assert.ok((await works(scene, first)) && (await works(scene, second)));
    const third = (await rotate(scene, first, { graceSeconds: 60 })).body;
    assertProblem(await scene.as(first, '/members'), 401, 'unauthenticated');
    test.clock.advance(59_999);
    assert.ok((await works(scene, second)) && (await works(scene, third)));
    test.clock.advance(1);
    assertProblem(await scene.as(second, '/members'), 401, 'unauthenticated');
    assert.ok(await works(scene, third));
    assertProblem(await rotate(scene, first, { graceSeconds: 604_801 }), 400, 'validation_failed');
    assertProblem(await rotate(scene, first, { graceSeconds: -1 }), 400, 'validation_failed');
  });
});

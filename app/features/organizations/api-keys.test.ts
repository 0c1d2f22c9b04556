import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { atOnce } from '../../../test/conditions.ts';
import { type Answer, assertProblem, startTestService, type TestService } from '../../../test/service.ts';
import { after as later } from '../../platform/clock.ts';
import { makeKey } from './api-key-format.ts';
import { type Permission, permissions } from './roles.ts';
import { type ApiKey, createScene, DELETE, PATCH, type Scene } from './testing/scene.ts';

describe('API keys', () => {
  let test: TestService;
  before(async () => {
    test = await startTestService();
  });
  after(() => test.close());

  const works = async (scene: Scene, key: ApiKey, path = '/members') => (await scene.as(key, path)).status === 200;
  const rotate = (scene: Scene, key: ApiKey, body: object = {}, by: Parameters<Scene['as']>[0] = scene.owner) =>
    scene.as(by, `/api-keys/${key.id}/rotate`, { body });
  const change = (scene: Scene, key: ApiKey, body: object, by: Parameters<Scene['as']>[0] = scene.owner) =>
    scene.as(by, `/api-keys/${key.id}`, PATCH(body));

  it('show their secret once, and in lists only what they are recognised by', async () => {
    const scene = await createScene(test);
    const body = { name: 'deploy', scopes: ['members:read', 'audit:read'] };
    const created = await scene.as(scene.owner, '/api-keys', { body });
    assert.equal(created.status, 201);
    const { secret, ...shown } = created.body;
    assert.equal(created.headers.get('cache-control'), 'no-store');
    assert.deepEqual(
      [shown.name, shown.scopes, shown.hint, shown.createdBy, shown.lastUsedAt],
      ['deploy', ['audit:read', 'members:read'], `plk_…${secret.slice(-4)}`, scene.owner.id, null],
    );
    assert.deepEqual((await scene.as(scene.owner, '/api-keys')).body.data, [shown]);
  });

  it('are refused when truncated, damaged, made up, or sent to a route for people', async () => {
    const scene = await createScene(test);
    const key = await scene.key(permissions);
    const flip = (index: number) =>
      key.secret.slice(0, index) + (key.secret[index] === 'x' ? 'y' : 'x') + key.secret.slice(index + 1);
    for (const secret of [key.secret.slice(0, -1), `${key.secret}0`, flip(10), flip(60), flip(95), 'plk_', 'plk_short'])
      assertProblem(await scene.as({ ...key, secret }, '/members'), 401, 'unauthenticated');
    for (const secret of [makeKey(scene.id, key.id), makeKey(scene.id, scene.id), makeKey(key.id, key.id)])
      assertProblem(await scene.as({ ...key, secret }, '/members'), 401, 'unauthenticated');
    for (const path of ['/v1/users/me', '/v1/organizations', '/v1/sessions'])
      assertProblem(await test.request(path, { token: key.secret }), 401, 'unauthenticated');
    assert.ok(await works(scene, key));
  });

  it('stop with a revocation, and cannot be changed or brought back after it', async () => {
    const scene = await createScene(test);
    const key = await scene.key(permissions);
    assert.equal((await scene.as(scene.owner, `/api-keys/${key.id}`, DELETE)).status, 204);
    assertProblem(await scene.as(key, '/members'), 401, 'unauthenticated');
    assertProblem(await scene.as(scene.owner, `/api-keys/${key.id}`, DELETE), 404, 'not_found');
    assertProblem(await change(scene, key, { name: 'again' }), 404, 'not_found');
    assertProblem(await rotate(scene, key), 404, 'not_found');
    assert.deepEqual((await scene.as(scene.owner, '/api-keys')).body.data, []);
  });

  it('of another organization cannot be read, changed, rotated or revoked', async () => {
    const [scene, other] = await Promise.all([createScene(test), createScene(test)]);
    const key = await other.key(['members:read']);
    assertProblem(await change(scene, key, { name: 'mine' }), 404, 'not_found');
    assertProblem(await rotate(scene, key), 404, 'not_found');
    assertProblem(await scene.as(scene.owner, `/api-keys/${key.id}`, DELETE), 404, 'not_found');
    assert.ok(await works(other, key));
  });

  it('rotate without grace: the old secret stops at once', async () => {
    const scene = await createScene(test);
    const key = await scene.key(['members:read']);
    const rotated = await rotate(scene, key);
    assert.deepEqual([rotated.status, rotated.body.id], [200, key.id]);
    assert.ok(await works(scene, rotated.body));
    assertProblem(await scene.as(key, '/members'), 401, 'unauthenticated');
  });

  it('are given no scope beyond the rights of who creates or changes them, and none that does not exist', async () => {
    const scene = await createScene(test);
    const admin = await scene.add('admin');
    const create = (scopes: unknown, by: Parameters<Scene['as']>[0]) =>
      scene.as(by, '/api-keys', { body: { name: 'greedy', scopes } });
    for (const scope of ['organization:delete', 'owners:manage']) {
      const refused = await create(['members:read', scope], admin);
      assertProblem(refused, 403, 'forbidden');
      assert.equal(refused.body.permission, scope);
    }
    const writer = await scene.key(['api-keys:write', 'members:read']);
    assertProblem(await create(['audit:read'], writer), 403, 'forbidden');
    const child = await create(['members:read'], writer);
    assert.deepEqual([child.status, child.body.createdBy], [201, scene.owner.id]);
    assertProblem(await change(scene, child.body, { scopes: ['members:manage'] }, writer), 403, 'forbidden');
    assertProblem(await change(scene, writer, { scopes: ['members:manage'] }, writer), 403, 'forbidden');
    for (const scopes of [['everything'], ['members:read', 'members:read'], '*', null, [7]])
      assertProblem(await create(scopes, scene.owner), 400, 'validation_failed');
  });

  it('that allow more than someone can only be made smaller or revoked by them', async () => {
    const scene = await createScene(test);
    const admin = await scene.add('admin');
    const key = await scene.key(['owners:manage', 'members:read'], scene.owner, later(test.clock.now(), 60_000));
    assertProblem(await change(scene, key, { expiresAt: null }, admin), 403, 'forbidden');
    assertProblem(await change(scene, key, { name: 'harmless' }, admin), 403, 'forbidden');
    assert.equal((await change(scene, key, { scopes: ['members:read'] }, admin)).status, 200);
    const other = await scene.key(['owners:manage']);
    assert.equal((await scene.as(admin, `/api-keys/${other.id}`, DELETE)).status, 204);
  });

  it('are rotated by nobody but who created them: the secret acts in their name', async () => {
    const scene = await createScene(test);
    const admin = await scene.add('admin');
    const key = await scene.key(['members:read', 'api-keys:write']);
    assertProblem(await rotate(scene, key, {}, admin), 403, 'forbidden');
    const strong = await scene.key(['owners:manage', 'members:read']);
    assertProblem(await rotate(scene, strong, {}, key), 403, 'forbidden');
    assert.ok((await works(scene, key)) && (await works(scene, strong)));
    const own = await rotate(scene, key, {}, key);
    assert.equal(own.status, 200, 'a key may rotate itself');
    assert.ok(await works(scene, own.body));
  });

  it('that expire give out none that outlive them', async () => {
    const scene = await createScene(test);
    const end = later(test.clock.now(), 60_000);
    const scopes: Permission[] = ['api-keys:write', 'members:read'];
    const [key, endless] = [await scene.key(scopes, scene.owner, end), await scene.key(scopes)];
    const create = (expiresAt?: Date) =>
      scene.as(key, '/api-keys', { body: { name: 'child', scopes, ...(expiresAt && { expiresAt }) } });
    assertProblem(await create(), 403, 'forbidden');
    assertProblem(await create(later(end, 1)), 403, 'forbidden');
    assert.equal((await create(end)).status, 201);
    for (const expiresAt of [null, later(end, 1)]) {
      assertProblem(await change(scene, key, { expiresAt }, key), 403, 'forbidden');
      assertProblem(await change(scene, endless, { expiresAt }, key), 403, 'forbidden');
    }
    assertProblem(await rotate(scene, endless, {}, key), 403, 'forbidden');
    assert.equal((await change(scene, key, { name: 'renamed' }, key)).status, 200);
    assert.equal((await rotate(scene, key, {}, key)).status, 200);
  });

  it('are created once for an Idempotency-Key, and the repetition has the same secret', async () => {
    const scene = await createScene(test);
    const create = (name: string): Promise<Answer> =>
      scene.as(scene.owner, '/api-keys', {
        body: { name, scopes: ['members:read'] },
        headers: { 'idempotency-key': 'k' },
      });
    const answers = await atOnce(5, () => create('once'));
    const again = await create('once');
    assert.deepEqual([again.status, again.headers.get('idempotency-replayed')], [201, 'true']);
    for (const { status, body } of answers) assert.ok(status === 409 || body.secret === again.body.secret);
    assertProblem(await create('twice'), 409, 'idempotency_key_reused');
    assert.ok(await works(scene, again.body));
    assert.equal((await scene.as(scene.owner, '/api-keys')).body.data.length, 1);
  });
});

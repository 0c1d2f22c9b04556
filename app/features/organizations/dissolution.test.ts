import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import { lockAwaited, rows, value } from '../../../test/conditions.ts';
import { dropCrossOwnerKeys } from '../../../test/cross-owner-keys.ts';
import {
  assertProblem,
  createSignedInUser,
  signIn,
  startTestService,
  type TestService,
} from '../../../test/service.ts';
import { DAY_MS } from '../../platform/clock.ts';
import { permissions } from './roles.ts';
import { createScene, DELETE, type Scene } from './testing/scene.ts';

const POST = { method: 'POST' };

describe('a deleted organization', () => {
  let test: TestService;
  before(async () => {
    test = await startTestService();
  });
  after(() => test.close());

  const remove = async (scene: Scene) => assert.equal((await scene.as(scene.owner, '', DELETE)).status, 204);
  const restore = (scene: Scene, token: string | undefined) =>
    test.request(`${scene.path}/restore`, { ...POST, ...(token && { token }) });

  it('is closed to its members and keys at once, and in nobody’s list', async () => {
    const scene = await createScene(test);
    const [member, key] = [await scene.add('admin'), await scene.key(permissions)];
    await remove(scene);
    for (const path of ['', '/members', '/audit-events', '/api-keys', '/invitations']) {
      assertProblem(await scene.as(scene.owner, path), 404, 'not_found');
      assertProblem(await scene.as(member, path), 404, 'not_found');
      assertProblem(await scene.as(key, path), 401, 'unauthenticated');
    }
    assertProblem(await scene.as(scene.owner, '', DELETE), 404, 'not_found');
    for (const { accessToken: token } of [scene.owner, member]) {
      const { body } = await test.request('/v1/organizations', { token });
      assert.deepEqual(
        body.data.map(({ personal }: { personal: boolean }) => personal),
        [true],
      );
    }
  });

  it('is restored by an owner alone, with its members, keys and trail; to all others it does not exist', async () => {
    const scene = await createScene(test);
    const [admin, key, outsider] = [
      await scene.add('admin'),
      await scene.key(permissions),
      await createSignedInUser(test),
    ];
    assertProblem(await restore(scene, scene.owner.accessToken), 404, 'not_found');
    await remove(scene);
    for (const token of [admin.accessToken, outsider.accessToken]) {
      assertProblem(await restore(scene, token), 404, 'not_found');
    }
    assertProblem(await restore(scene, undefined), 401, 'unauthenticated');
    assertProblem(await restore(scene, key.secret), 401, 'unauthenticated');
    const nonsense = await test.request('/v1/organizations/nonsense/restore', { ...POST, token: outsider.accessToken });
    assertProblem(nonsense, 400, 'validation_failed');
    assertProblem(await scene.as(scene.owner, ''), 404, 'not_found');

    const restored = await restore(scene, scene.owner.accessToken);
    assert.deepEqual([restored.status, restored.body.id], [200, scene.id]);
    assertProblem(await restore(scene, scene.owner.accessToken), 404, 'not_found');
    assert.equal((await scene.as(key, '/members')).body.data.length, 2);
    assert.equal((await scene.as(admin, '')).status, 200);
    const { body } = await scene.as(scene.owner, '/audit-events?limit=2');
    const actions = body.data.map(({ action }: { action: string }) => action);
    assert.deepEqual(actions, ['organization.restored', 'organization.deletion_requested']);
    assert.equal(await test.service.audit.verify(scene.id), null);
  });

  it('keeps its slug until it is purged', async () => {
    const scene = await createScene(test);
    const { slug } = (await scene.as(scene.owner, '')).body;
    await remove(scene);
    const again = await test.request('/v1/organizations', {
      token: scene.owner.accessToken,
      body: { name: 'X', slug },
    });
    assertProblem(again, 409, 'slug_taken');
  });

  it('is purged after fourteen days with everything about it, and not an hour before', async () => {
    const test = await startTestService();
    // As on a sharded PostgreSQL, where nothing cascades from an organization to what others are found by.
    const dangling = await dropCrossOwnerKeys(test);
    try {
      const [scene, kept] = [await createScene(test), await createScene(test)];
      await scene.add('admin');
      const { secret } = await scene.key(permissions);
      await scene.invite('invited@example.com', 'member');
      await test.mail('invited@example.com', /invites/);
      await scene.as({ id: '', secret }, '/members');
      await scene.as(scene.owner, '', DELETE);
      await rows(
        test,
        `insert into audit_events (owner_id, sequence, id, occurred_at, actor_type, action, details, hash)
         select $1, n, gen_random_uuid(), now(), 'system', 'organization.updated', '{}', '' from generate_series(1000, 51000) n`,
        scene.id,
      );

      const purge = () => test.service.organizations.handlers[0]!.handle({}, {} as never);
      test.clock.advance(14 * DAY_MS - 3_600_000);
      await purge();
      assert.equal(await value(test, 'select count(*)::int from organizations where id = $1', scene.id), 1);
      test.clock.advance(3_600_000);
      await purge();

      const tables = await rows(
        test,
        `select tablename as name from pg_tables where schemaname = 'public' and tablename <> 'changes'`,
      );
      assert.ok(tables.length > 10);
      for (const { name } of tables) {
        const mentions = `select count(*)::int from ${name} t where t::text like '%' || $1 || '%'`;
        assert.equal(await value(test, mentions, scene.id), 0, `${name} still knows it`);
      }
      assert.deepEqual(await dangling(), {});
      const owner = await signIn(test, scene.owner.email);
      assertProblem(
        await test.request(`${scene.path}/restore`, { ...POST, token: owner.accessToken }),
        404,
        'not_found',
      );
      assert.equal((await kept.as(await signIn(test, kept.owner.email), '/audit-events')).body.data.length, 1);
    } finally {
      await test.close();
    }
  });

  describe('and its purge', () => {
    let test: TestService;
    before(async () => {
      test = await startTestService({ schedules: false });
    });
    after(() => test.close());

    const run = () => test.service.organizations.handlers[0]!.handle({}, {} as never);
    const exists = async ({ id }: Scene) =>
      (await value(test, 'select count(*)::int from organizations where id = $1', id)) === 1;
    async function due(): Promise<Scene> {
      const scene = await createScene(test);
      await scene.as(scene.owner, '', DELETE);
      await rows(test, 'update organizations set purge_at = $2 where id = $1', scene.id, test.clock.now());
      return scene;
    }

    it('goes on where it stopped, keeps no other from being purged, and cannot be undone once begun', async () => {
      const [failing, last] = [await due(), await due()];
      await test.service.db.$client.queryAlone(`
        create function refuse() returns trigger language plpgsql as $$ begin raise 'not this one'; end $$;
        create trigger refuse before delete on audit_events for each row when (old.owner_id = '${failing.id}') execute function refuse();`);
      await assert.rejects(run, /1 of 2 failed/);
      assert.deepEqual([await exists(failing), await exists(last)], [true, false]);
      assert.ok(test.logs.some((line) => line.includes('an organization was not purged') && line.includes(failing.id)));
      const restored = await test.request(`${failing.path}/restore`, {
        method: 'POST',
        token: failing.owner.accessToken,
      });
      assertProblem(restored, 404, 'not_found');

      await rows(test, 'drop trigger refuse on audit_events');
      await run();
      assert.ok(!(await exists(failing)));
      assert.equal(await value(test, 'select count(*)::int from audit_events where owner_id = $1', failing.id), 0);
    });

    it('looks again under the lock: one that is restored meanwhile stays', async () => {
      const scene = await due();
      const other = new pg.Client({ connectionString: test.service.config.databaseUrl });
      await other.connect();
      await other.query('begin');
      await other.query('update organizations set purge_at = null where id = $1', [scene.id]);
      await other.query(`insert into changes (kind, key) values ('*', '')`);
      const running = run();
      await lockAwaited(test);
      await other.query('commit');
      await other.end();
      await running;
      assert.equal((await scene.as(scene.owner, '')).status, 200);
    });
  });
});

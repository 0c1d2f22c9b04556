import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { atOnce, queuedMails, rows, tally, whileLocked } from '../../../test/conditions.ts';
import {
  assertProblem,
  createSignedInUser,
  type SignedInUser,
  startTestService,
  type TestService,
} from '../../../test/service.ts';
import { type Permission, permissions } from './roles.ts';
import { createPersonalScene, createScene, DELETE, PATCH, type Scene } from './testing/scene.ts';

describe('members', () => {
  let test: TestService;
  before(async () => {
    test = await startTestService({ env: { DATABASE_POOL_SIZE: '15' } });
  });
  after(() => test.close());

  const setRole = (scene: Scene, by: SignedInUser | { id: string; secret: string }, whom: SignedInUser, role: string) =>
    scene.as(by, `/members/${whom.id}`, PATCH({ role }));
  const remove = (scene: Scene, by: SignedInUser | { id: string; secret: string }, whom: SignedInUser) =>
    scene.as(by, `/members/${whom.id}`, DELETE);
  const transfer = (scene: Scene, by: SignedInUser | { id: string; secret: string }, whom: SignedInUser) =>
    scene.as(by, '/ownership-transfers', { body: { userId: whom.id } });

  it('are listed in the order in which they joined, page by page, to members of any role', async () => {
    const scene = await createScene(test);
    const joined = [scene.owner];
    for (const role of ['member', 'admin'] as const) {
      test.clock.advance(1);
      joined.push(await scene.add(role));
    }
    const atOnceWithTheLast = await Promise.all([scene.add('member'), scene.add('member')]);
    let cursor = '';
    const seen: string[] = [];
    do {
      const { body } = await scene.as(joined[1]!, `/members?limit=1${cursor && `&cursor=${cursor}`}`);
      seen.push(...body.data.map((member: { userId: string }) => member.userId));
      cursor = body.nextCursor;
    } while (cursor);
    const expected = [...joined, ...atOnceWithTheLast].map(({ id }) => id);
    assert.deepEqual(
      seen,
      [...expected.slice(0, joined.length), ...expected.slice(joined.length).sort()],
      'of the same instant, by id',
    );
  });

  it('keep one owner when two owners demote each other, or themselves, at once', async () => {
    for (const whom of ['each other', 'themselves']) {
      const scene = await createScene(test);
      const other = await scene.add('owner');
      const both = [scene.owner, other];
      const answers = await Promise.all(
        both.map((by, index) => setRole(scene, by, whom === 'themselves' ? by : both[1 - index]!, 'member')),
      );
      const codes = answers.map(({ status, body }) => `${status} ${body.code ?? body.role}`).sort();
      const second = whom === 'themselves' ? '409 last_owner' : '403 forbidden';
      assert.deepEqual(codes, ['200 member', second], whom);
      assert.equal(await owners(scene), 1);
    }
  });

  it('keep one owner when the last two leave at once, eight times over', async () => {
    const scenes = await atOnce(8, async () => {
      const scene = await createScene(test);
      return { scene, other: await scene.add('owner') };
    });
    await Promise.all(
      scenes.map(async ({ scene, other }) => {
        const answers = await Promise.all([remove(scene, scene.owner, scene.owner), remove(scene, other, other)]);
        assert.deepEqual(tally(answers), { 204: 1, 409: 1 });
        assert.equal(await owners(scene), 1);
      }),
    );
  });

  it('cannot lose the last owner by demotion, removal or leaving', async () => {
    const scene = await createScene(test);
    const admin = await scene.add('admin');
    assertProblem(await setRole(scene, scene.owner, scene.owner, 'admin'), 409, 'last_owner');
    assertProblem(await remove(scene, scene.owner, scene.owner), 409, 'last_owner');
    assertProblem(await remove(scene, admin, scene.owner), 403, 'forbidden');
    const key = await scene.key(permissions);
    assertProblem(await remove(scene, key, scene.owner), 409, 'last_owner');
    assert.equal((await scene.roles())[scene.owner.id], 'owner');
  });

  it('count no owner whose account is suspended, but let others go meanwhile', async () => {
    const scene = await createScene(test);
    const [second, member] = await Promise.all([scene.add('owner'), scene.add('member')]);
    const { administration } = test.service.accounts;
    await administration.suspend((await administration.find(second.email))!);
    assertProblem(await remove(scene, scene.owner, scene.owner), 409, 'last_owner');
    await administration.suspend((await administration.find(scene.owner.email))!);
    assert.equal((await remove(scene, member, member)).status, 204, 'no owner can act, and a member may leave');
  });

  it('give and take no role that allows more than their own', async () => {
    const scene = await createScene(test);
    const [admin, member] = await Promise.all([scene.add('admin'), scene.add('member')]);
    assertProblem(await setRole(scene, admin, member, 'owner'), 403, 'forbidden');
    assertProblem(await setRole(scene, admin, admin, 'owner'), 403, 'forbidden');
    assertProblem(await setRole(scene, admin, scene.owner, 'member'), 403, 'forbidden');
    assertProblem(await remove(scene, admin, scene.owner), 403, 'forbidden');
    assertProblem(await transfer(scene, admin, admin), 403, 'forbidden');
    assertProblem(await setRole(scene, member, member, 'admin'), 403, 'forbidden');
    assertProblem(await remove(scene, member, admin), 403, 'forbidden');
    for (const role of ['superuser', 'Owner', '', null]) {
      const answer = await scene.as(admin, `/members/${member.id}`, PATCH({ role }));
      assertProblem(answer, 400, 'validation_failed');
    }
    assert.equal((await setRole(scene, admin, member, 'admin')).body.role, 'admin');
  });

  it('are held to the scopes of a key that manages them', async () => {
    const scene = await createScene(test);
    const [admin, member] = await Promise.all([scene.add('admin'), scene.add('member')]);
    const scopes: Permission[] = ['organization:read', 'members:read', 'members:manage'];
    const key = await scene.key(scopes);
    assertProblem(await setRole(scene, key, member, 'admin'), 403, 'forbidden');
    assertProblem(await remove(scene, key, admin), 403, 'forbidden');
    assertProblem(await remove(scene, key, scene.owner), 403, 'forbidden');
    const transferring = await scene.key([...scopes, 'owners:manage']);
    assertProblem(await transfer(scene, transferring, member), 403, 'forbidden');
    assert.equal((await remove(scene, key, member)).status, 204);
  });

  it('may leave, and are strangers from then on', async () => {
    const scene = await createScene(test);
    const member = await scene.add('member');
    assert.equal((await remove(scene, member, member)).status, 204);
    assertProblem(await scene.as(member, ''), 404, 'not_found');
    assertProblem(await remove(scene, scene.owner, member), 404, 'not_found');
    const { body } = await scene.as(scene.owner, '/audit-events?limit=1');
    assert.equal(body.data[0].action, 'member.left');
  });

  it('lose their keys with the membership, and do not have them back when they return', async () => {
    const scene = await createScene(test);
    const admin = await scene.add('admin');
    const key = await scene.key(['members:read'], admin);
    assert.equal((await scene.as(key, '/members')).status, 200);
    assert.equal((await remove(scene, scene.owner, admin)).status, 204);
    assertProblem(await scene.as(key, '/members'), 401, 'unauthenticated');
    assertProblem(await scene.as(admin, '/members'), 404, 'not_found');
    await scene.add('admin', admin);
    assert.equal((await scene.as(admin, '/members')).status, 200);
    assertProblem(await scene.as(key, '/members'), 401, 'unauthenticated');
  });

  it('are told by mail of a role that someone else changed', async () => {
    const scene = await createScene(test);
    const member = await scene.add('member');
    await setRole(scene, scene.owner, member, 'admin');
    const mail = await test.mail(member.email, /role/i);
    assert.match(mail.text, /Analytical Engines/);
    assert.equal((await setRole(scene, scene.owner, member, 'admin')).status, 200, 'the same again');
    assert.equal(await queuedMails(test, member.email, 'role-changed'), 1);
  });

  it('pass ownership on in one step', async () => {
    const scene = await createScene(test);
    const heir = await scene.add('member');
    assertProblem(await transfer(scene, scene.owner, await createSignedInUser(test)), 404, 'not_found');
    assert.equal((await transfer(scene, scene.owner, heir)).status, 204);
    assert.deepEqual(await scene.roles(), { [scene.owner.id]: 'admin', [heir.id]: 'owner' });
    assertProblem(await transfer(scene, scene.owner, scene.owner), 403, 'forbidden');
    assert.equal((await transfer(scene, heir, heir)).status, 204, 'to oneself changes nothing');
    assert.equal((await scene.roles())[heir.id], 'owner');
  });

  it('cannot pass ownership to an account that is suspended or deleted', async () => {
    const scene = await createScene(test);
    const [suspended, deleted] = await Promise.all([scene.add('member'), scene.add('member')]);
    const { administration } = test.service.accounts;
    await administration.suspend((await administration.find(suspended.email))!);
    const { accessToken: token, password } = deleted;
    await test.request('/v1/users/me', { method: 'DELETE', token, body: { password } });
    for (const heir of [suspended, deleted]) assertProblem(await transfer(scene, scene.owner, heir), 409, 'last_owner');
    assert.equal((await scene.roles())[scene.owner.id], 'owner');
  });

  it('of a personal organization cannot leave it without an owner', async () => {
    const scene = await createPersonalScene(test);
    assertProblem(await remove(scene, scene.owner, scene.owner), 409, 'personal_organization');
    assertProblem(await setRole(scene, scene.owner, scene.owner, 'member'), 409, 'personal_organization');
    assertProblem(await scene.as(scene.owner, '', DELETE), 409, 'personal_organization');
  });

  it('who lose their role while their request is on its way do nothing with it', async () => {
    const scene = await createScene(test);
    const admin = await scene.add('admin');
    const lock: [string, string] = ['select 1 from organizations where id = $1 for update', scene.id];
    const requests = await whileLocked(test, lock, async ({ run, waiting }) => {
      const sent = [
        scene.as(admin, '', PATCH({ name: 'Taken over' })),
        scene.invite('crony@example.com', 'admin', admin),
        scene.as(admin, '/api-keys', { body: { name: 'back door', scopes: ['members:read'] } }),
        setRole(scene, admin, admin, 'member'),
      ];
      await waiting(sent.length);
      await run('delete from memberships where organization_id = $1 and user_id = $2', scene.id, admin.id);
      return sent;
    });
    for (const answer of await Promise.all(requests)) assertProblem(answer, 404, 'not_found');
  });

  async function owners(scene: Scene): Promise<number> {
    const text = `select count(*)::int as n from memberships where organization_id = $1 and role = 'owner'`;
    return (await rows(test, text, scene.id))[0].n;
  }
});

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { auditTrail, rows, tally, value } from '../../../test/conditions.ts';
import {
  assertProblem,
  createSignedInUser,
  type SignedInUser,
  signIn,
  startTestService,
  type TestService,
} from '../../../test/service.ts';
import { DAY_MS } from '../../platform/clock.ts';
import { accept, createPersonalScene, createScene, DELETE, type Scene } from './testing/scene.ts';

describe('when a person deletes their account', () => {
  let test: TestService;
  before(async () => {
    test = await startTestService();
  });
  after(() => test.close());

  const deleteAccount = ({ accessToken: token, password }: SignedInUser) =>
    test.request('/v1/users/me', { method: 'DELETE', token, body: { password } });
  const goes = async (person: SignedInUser) => assert.equal((await deleteAccount(person)).status, 204);
  const returns = async ({ email }: SignedInUser) => {
    const { token } = await test.mail(email, /will be deleted/);
    assert.equal((await test.request('/v1/users/me/restore', { body: { token } })).status, 204);
  };
  const exists = async ({ id }: Scene) =>
    (await value(test, 'select count(*)::int from organizations where id = $1', id)) === 1;
  const rolesOf = async ({ id }: Scene) =>
    Object.fromEntries(
      (await rows(test, 'select user_id, role from memberships where organization_id = $1', id)).map((row) => [
        row.user_id,
        row.role,
      ]),
    );

  it('refuses as long as others would be left without an owner, and names the organizations', async () => {
    const owner = await createSignedInUser(test);
    const [left, shared, alone] = [
      await createScene(test, owner),
      await createScene(test, owner),
      await createScene(test, owner),
    ];
    const member = await left.add('member');
    await shared.add('owner');
    const refused = await deleteAccount(owner);
    assertProblem(refused, 409, 'last_owner');
    assert.deepEqual(refused.body.organizationIds, [left.id]);
    assert.equal(
      (await test.request('/v1/users/me', { token: owner.accessToken })).status,
      200,
      'nothing is half done',
    );
    assert.equal((await left.as(owner, '/ownership-transfers', { body: { userId: member.id } })).status, 204);
    await goes(owner);
    assert.ok(await exists(alone));
  });

  it('refuses for the personal organization too, once others are in it', async () => {
    const scene = await createPersonalScene(test);
    await scene.add('admin');
    const refused = await deleteAccount(scene.owner);
    assertProblem(refused, 409, 'last_owner');
    assert.deepEqual(refused.body.organizationIds, [scene.id]);
  });

  it('does not refuse for an organization that is deleted itself', async () => {
    const scene = await createScene(test);
    await scene.add('member');
    await scene.as(scene.owner, '', DELETE);
    await goes(scene.owner);
  });

  it('lets one of two owners go who ask at the same moment', async () => {
    const scene = await createScene(test);
    const other = await scene.add('owner');
    await scene.add('member');
    const answers = await Promise.all([deleteAccount(scene.owner), deleteAccount(other)]);
    assert.deepEqual(tally(answers), { 204: 1, 409: 1 });
  });

  it('brings nobody in by what they had sent, so that nobody is left without an owner', async () => {
    const [scene, late] = [await createScene(test), await createSignedInUser(test)];
    await scene.invite(late.email, 'member');
    const { token } = await scene.invitation(late.email);
    const [deleted, accepted] = await Promise.all([deleteAccount(scene.owner), accept(test, late, token)]);
    assert.ok(['204 400', '409 200'].includes(`${deleted.status} ${accepted.status}`));
    const second = await createScene(test);
    await second.invite(late.email, 'member');
    const { token: open } = await second.invitation(late.email, 2);
    await goes(second.owner);
    assertProblem(await accept(test, late, open), 400, 'invalid_token');
  });

  it('stops their keys at once, and has them work again when it is undone', async () => {
    const scene = await createScene(test);
    const admin = await scene.add('admin');
    const key = await scene.key(['members:read'], admin);
    await goes(admin);
    assertProblem(await scene.as(key, '/members'), 401, 'unauthenticated');
    await returns(admin);
    assert.equal((await scene.as(key, '/members')).status, 200);
  });

  describe('and is purged', () => {
    const purgeUsers = async (later: number) => {
      test.clock.advance(later);
      const handler = test.service.accounts.handlers.find(({ queue }) => queue.name === 'accounts.purge')!;
      await handler.handle({}, {} as never);
    };

    it('removes what only they belonged to, and leaves what others do', async () => {
      const owner = await createSignedInUser(test);
      const [alone, shared] = [await createScene(test, owner), await createScene(test, owner)];
      const other = await shared.add('owner');
      const key = await shared.key(['members:read'], owner);
      await shared.invite('open@example.com', 'member', owner);
      await goes(owner);
      await purgeUsers(14 * DAY_MS);
      assert.deepEqual([await exists(alone), await exists(shared)], [false, true]);
      assert.equal(await value(test, 'select count(*)::int from audit_events where owner_id = $1', alone.id), 0);
      assert.deepEqual(await rolesOf(shared), { [other.id]: 'owner' });
      assertProblem(await shared.as(key, '/members'), 401, 'unauthenticated');
      const now = await signIn(test, other.email);
      for (const path of ['/api-keys', '/invitations']) assert.deepEqual((await shared.as(now, path)).body.data, []);
      const { body } = await shared.as(now, '/audit-events?limit=1');
      assert.deepEqual([body.data[0].action, body.data[0].target.id], ['member.removed', owner.id]);
      assert.equal(await test.service.audit.verify(shared.id), null);
    });

    it('keeps an organization for an owner who is gone, too, but can still return', async () => {
      const scene = await createScene(test);
      const second = await scene.add('owner');
      await goes(scene.owner);
      test.clock.advance(10 * DAY_MS);
      await goes(await signIn(test, second.email));
      await purgeUsers(4 * DAY_MS);
      assert.deepEqual(await rolesOf(scene), { [second.id]: 'owner' });
      await returns(second);
      assert.equal((await scene.as(await signIn(test, second.email), '')).status, 200);
    });

    it('makes a member the owner who was gone when the only one went, and has returned since', async () => {
      const scene = await createScene(test);
      const [admin, member] = [await scene.add('admin'), await scene.add('member')];
      for (const person of [admin, member, scene.owner]) await goes(person);
      await returns(member);
      await purgeUsers(14 * DAY_MS);
      assert.deepEqual(await rolesOf(scene), { [member.id]: 'owner' }, 'the open account before the higher role');
      const trail = await auditTrail(test, scene.id);
      const change = trail.findLast(({ action }) => action === 'member.role_changed');
      assert.deepEqual(change?.details, { before: 'member', after: 'owner' });
    });
  });
});

/** The events of organizations: each is emitted once, with its change, and not without it. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { rows } from '../../../test/conditions.ts';
import { createSignedInUser, startTestService, type TestService } from '../../../test/service.ts';
import { DAY_MS } from '../../platform/clock.ts';
import { accept, createScene, DELETE, PATCH, type Scene } from './testing/scene.ts';

describe('the events of an organization', () => {
  let test: TestService;
  before(async () => {
    test = await startTestService({ schedules: false });
  });
  after(() => test.close());

  const eventsOf = async ({ id }: Scene) =>
    (await test.service.events.list(id, {}, 100)).reverse().map(({ type, data }) => ({ type, data }));
  /** The events that a change emitted. */
  async function toldBy(scene: Scene, change: () => Promise<unknown>) {
    const before = (await eventsOf(scene)).length;
    await change();
    return (await eventsOf(scene)).slice(before);
  }

  it('tell of new names, and of what they were', async () => {
    const scene = await createScene(test);
    const { name, slug } = (await scene.as(scene.owner, '')).body;
    const told = await toldBy(scene, () => scene.as(scene.owner, '', PATCH({ name: 'Difference Engines' })));
    const data = { name: 'Difference Engines', slug, previous: { name, slug } };
    assert.deepEqual(told, [{ type: 'organization.updated', data }]);
    assert.deepEqual(await toldBy(scene, () => scene.as(scene.owner, '', PATCH({ name: 'Difference Engines' }))), []);
  });

  it('tell of an invitation, of its acceptance with the membership, and of its revocation', async () => {
    const scene = await createScene(test);
    const guest = await createSignedInUser(test);
    const [created] = await toldBy(scene, () => scene.invite(guest.email, 'member'));
    assert.equal(created!.type, 'invitation.created');
    const { invitationId, expiresAt, ...rest } = created!.data;
    assert.deepEqual(rest, { email: guest.email, role: 'member', invitedBy: scene.owner.id });
    const { token } = await scene.invitation(guest.email);
    assert.deepEqual(await toldBy(scene, () => accept(test, guest, token)), [
      { type: 'invitation.accepted', data: { invitationId, email: guest.email, userId: guest.id } },
      {
        type: 'member.joined',
        data: { userId: guest.id, role: 'member', invitationId, invitedBy: scene.owner.id },
      },
    ]);
    const { body } = await scene.invite('revoked@example.com', 'member');
    assert.deepEqual(await toldBy(scene, () => scene.as(scene.owner, `/invitations/${body.id}`, DELETE)), [
      { type: 'invitation.revoked', data: { invitationId: body.id, email: 'revoked@example.com' } },
    ]);
  });

  it('tell of another role, of who left by themself and of who was removed, with what ends by it', async () => {
    const scene = await createScene(test);
    const [admin, member] = [await scene.add('member'), await scene.add('member')];
    const promote = () => scene.as(scene.owner, `/members/${admin.id}`, PATCH({ role: 'admin' }));
    assert.deepEqual(await toldBy(scene, promote), [
      { type: 'member.role_changed', data: { userId: admin.id, role: 'admin', previousRole: 'member' } },
    ]);
    const leave = () => scene.as(member, `/members/${member.id}`, DELETE);
    assert.deepEqual(await toldBy(scene, leave), [
      { type: 'member.left', data: { userId: member.id, role: 'member', removed: false } },
    ]);
    const key = await scene.key([], admin);
    const { body: invitation } = await scene.invite('nobody@example.com', 'member', admin);
    assert.deepEqual(await toldBy(scene, () => scene.as(scene.owner, `/members/${admin.id}`, DELETE)), [
      { type: 'invitation.revoked', data: { invitationId: invitation.id, email: 'nobody@example.com' } },
      { type: 'api_key.revoked', data: { apiKeyId: key.id, name: 'deploy' } },
      { type: 'member.left', data: { userId: admin.id, role: 'admin', removed: true } },
    ]);
  });

  it('tell of keys, without their secrets', async () => {
    const scene = await createScene(test);
    const key = await scene.key(['members:read']);
    const data = { apiKeyId: key.id, name: 'deploy', scopes: ['members:read'], createdBy: scene.owner.id };
    const created = { type: 'api_key.created', data: { ...data, expiresAt: null } };
    assert.deepEqual(await eventsOf(scene), [created]);
    assert.deepEqual(await toldBy(scene, () => scene.as(scene.owner, `/api-keys/${key.id}`, DELETE)), [
      { type: 'api_key.revoked', data: { apiKeyId: key.id, name: 'deploy' } },
    ]);
    assert.ok(!JSON.stringify(await eventsOf(scene)).includes(key.secret));
  });

  it('tell of who is purged, and of the owner who comes after', async () => {
    const scene = await createScene(test);
    const other = await scene.add('admin');
    await scene.as(scene.owner, `/members/${other.id}`, PATCH({ role: 'owner' }));
    const { accessToken: token, id } = scene.owner;
    const body = { password: scene.owner.password };
    assert.equal((await test.request('/v1/users/me', { method: 'DELETE', token, body })).status, 204);
    test.clock.advance(15 * DAY_MS);
    const handler = test.service.accounts.handlers.find(({ queue }) => queue.name === 'accounts.purge')!;
    const told = await toldBy(scene, () => handler.handle({}, {} as never));
    assert.deepEqual(told, [{ type: 'member.left', data: { userId: id, role: 'owner', removed: false } }]);
  });

  it('are not stored where the change is refused or rolled back', async () => {
    const scene = await createScene(test);
    const member = await scene.add('member');
    // The trail refuses, which comes before the event in some transactions and after it in others.
    await test.service.db.$client.queryAlone('alter table audit_events add constraint refused check (false) not valid');
    try {
      const told = await toldBy(scene, async () => {
        const answers = [
          await scene.as(scene.owner, '', PATCH({ name: 'Refused' })),
          await scene.as(scene.owner, `/members/${member.id}`, DELETE),
          await scene.invite('refused@example.com', 'member'),
          await scene.as(scene.owner, '/api-keys', { body: { name: 'refused', scopes: [] } }),
        ];
        assert.deepEqual(
          answers.map(({ status }) => status),
          [500, 500, 500, 500],
        );
      });
      assert.deepEqual(told, []);
    } finally {
      await test.service.db.$client.queryAlone('alter table audit_events drop constraint refused');
    }
    await test.service.db.$client.queryAlone('alter table events add constraint refused check (false) not valid');
    try {
      assert.equal((await scene.as(scene.owner, '', PATCH({ name: 'Refused' }))).status, 500);
      assert.equal((await scene.as(scene.owner, '')).body.name, 'Analytical Engines');
    } finally {
      await test.service.db.$client.queryAlone('alter table events drop constraint refused');
    }
  });

  it('are gone with the organization', async () => {
    const scene = await createScene(test);
    await scene.key([]);
    await scene.as(scene.owner, '', DELETE);
    test.clock.advance(15 * DAY_MS);
    const handler = test.service.organizations.handlers.find(({ queue }) => queue.name === 'organizations.purge')!;
    await handler.handle({}, {} as never);
    assert.deepEqual(await rows(test, 'select 1 from events where organization_id = $1', scene.id), []);
  });
});

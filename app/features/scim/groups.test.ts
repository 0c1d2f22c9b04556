import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { DELETE, PATCH } from '../organizations/testing/scene.ts';
import { createDirectory, type Directory, patchOp, type ScimService, startScimService } from './testing/scene.ts';

describe('a group of a directory', () => {
  let service: ScimService;
  before(async () => {
    service = await startScimService();
  });
  after(() => service.test.close());

  async function group(directory: Directory, displayName: string, role: string | null, ...members: string[]) {
    const { status, body } = await directory.scim('/Groups', {
      body: { displayName, members: members.map((value) => ({ value })) },
    });
    assert.equal(status, 201, JSON.stringify(body));
    const given = await directory.as(directory.owner, `/scim-groups/${body.id}`, PATCH({ role }));
    assert.deepEqual([given.status, given.body.role], [200, role], JSON.stringify(given.body));
    return body.id as string;
  }

  it('gives its members the role that an owner chose, the highest of several, and takes it again', async () => {
    const directory = await createDirectory(service);
    const person = await directory.add('member');
    const { id } = await directory.user(person.email);
    const role = async () => (await directory.roles())[person.id];
    const admins = await group(directory, 'Admins', 'admin', id);
    assert.equal(await role(), 'admin');
    const members = await group(directory, 'Everybody', 'member', id);
    assert.equal(await role(), 'admin');
    await directory.patch(`/Groups/${admins}`, { op: 'remove', path: `members[value eq "${id}"]` });
    assert.equal(await role(), 'member');
    await directory.patch(`/Groups/${admins}`, { op: 'add', path: 'members', value: [{ value: id }] });
    assert.equal(await role(), 'admin');
    assert.equal((await directory.scim(`/Groups/${admins}`, DELETE)).status, 204);
    assert.equal(await role(), 'member');
    const { body } = await directory.as(directory.owner, '/scim-groups');
    assert.deepEqual(
      body.data.map((each: { id: string; memberCount: number }) => [each.id, each.memberCount]),
      [[members, 1]],
    );
  });

  it('gives the role to an open invitation too', async () => {
    const directory = await createDirectory(service);
    const { id } = await directory.user('invited@elsewhere.example');
    await group(directory, 'Admins', 'admin', id);
    const { body } = await directory.as(directory.owner, '/invitations');
    assert.equal(body.data[0].role, 'admin');
  });

  it('makes and unmakes no owner', async () => {
    const directory = await createDirectory(service);
    const { id } = await directory.user(directory.owner.email);
    const of = await group(directory, 'Members', 'member', id);
    assert.equal((await directory.roles())[directory.owner.id], 'owner');
    for (const role of ['owner', 'nonsense']) {
      const { status, body } = await directory.as(directory.owner, `/scim-groups/${of}`, PATCH({ role }));
      assert.deepEqual([status, body.code], [400, 'validation_failed']);
    }
    const admin = await directory.add('admin');
    assert.equal((await directory.as(admin, `/scim-groups/${of}`, PATCH({ role: 'admin' }))).status, 403);
  });

  it('is refused with members that are no users, groups within, and a name that is taken', async () => {
    const directory = await createDirectory(service);
    const { id } = await directory.user('one@elsewhere.example');
    const other = await group(directory, 'Sales', null);
    const bad = [
      { displayName: 'A', members: [{ value: 'nobody' }] },
      { displayName: 'A', members: [{ value: '01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b50' }] },
      { displayName: 'A', members: [{ value: other, type: 'Group' }] },
      { members: [{ value: id }] },
      { displayName: 7.5, members: 'x' },
    ];
    for (const body of bad) {
      const answer = await directory.scim('/Groups', { body });
      assert.deepEqual([answer.status, answer.body.scimType], [400, 'invalidValue'], JSON.stringify(body));
    }
    const taken = await directory.scim('/Groups', { body: { displayName: 'SALES' } });
    assert.deepEqual([taken.status, taken.body.scimType], [409, 'uniqueness']);
    const two = patchOp(
      { op: 'add', path: 'members', value: [{ value: id }] },
      { op: 'add', path: 'members', value: [{ value: other }] },
    );
    assert.equal((await directory.scim(`/Groups/${other}`, two)).status, 400);
    assert.equal((await directory.scim(`/Groups/${other}`)).body.members, undefined);
  });
});

/** What the directory of an organization does to people: to those whose addresses it governs, and to everybody else. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { rows } from '../../../test/conditions.ts';
import { createSignedInUser, type SignedInUser, signIn } from '../../../test/service.ts';
import { createScene, DELETE } from '../organizations/testing/scene.ts';
import { createDirectory, type Directory, PUT, patchOp, type ScimService, startScimService } from './testing/scene.ts';

const OFF = patchOp({ op: 'Replace', path: 'active', value: 'False' });
const ON = patchOp({ op: 'Replace', value: { active: 'True' } });
let count = 0;
const domain = () => `acme${++count}.example`;

describe('a directory', () => {
  let service: ScimService;
  before(async () => {
    service = await startScimService();
  });
  after(() => service.test.close());

  const me = ({ accessToken }: SignedInUser) => service.test.request('/v1/users/me', { token: accessToken });
  const founded = async (directory: Directory, ...people: SignedInUser[]) => {
    const roles = await directory.roles();
    return people.map(({ id }) => roles[id]);
  };

  it('makes accounts for its own addresses, as members, and emails them', async () => {
    const own = domain();
    const directory = await createDirectory(service, own);
    const email = `grace@${own}`;
    await directory.user(email, { name: { givenName: 'Grace', familyName: 'Hopper' }, preferredLanguage: 'de-DE' });
    const mail = await service.test.mail(email, /eingerichtet/);
    assert.match(mail.text, /Analytical Engines/);
    const { body } = await directory.as(directory.owner, '/members');
    const member = body.data.find((each: { email: string }) => each.email === email);
    assert.deepEqual([member.name, member.role], ['Grace Hopper', 'member']);
    assert.equal((await directory.as(directory.owner, '/invitations')).body.data.length, 0);
  });

  it('takes an account of its own address in, and a registration that was never confirmed gives way', async () => {
    const own = domain();
    const directory = await createDirectory(service, own);
    const person = await createSignedInUser(service.test, { email: `ada@${own}` });
    await directory.user(person.email);
    assert.deepEqual(await founded(directory, person), ['member']);
    const squatter = { email: `eve@${own}`, password: 'the password of a stranger 1' };
    await service.test.request('/v1/users', { body: squatter });
    await directory.user(squatter.email);
    assert.equal((await service.test.request('/v1/sessions', { body: squatter })).status, 401);
  });

  it('closes an account of its own address: sessions and keys end, and signing in does', async () => {
    const own = domain();
    const directory = await createDirectory(service, own);
    const person = await createSignedInUser(service.test, { email: `ada@${own}` });
    const { id } = await directory.user(person.email);
    const elsewhere = await createScene(service.test, person);
    const key = await elsewhere.key(['members:read']);
    assert.equal((await elsewhere.as(key, '/members')).status, 200);

    assert.equal((await directory.scim(`/Users/${id}`, OFF)).body.active, false);
    assert.equal((await me(person)).status, 401);
    assert.equal((await elsewhere.as(key, '/members')).status, 401);
    assert.equal((await service.test.request('/v1/sessions', { body: person })).status, 400);
    const { email, password } = person;
    assert.equal((await service.test.request('/v1/sessions', { body: { email, password } })).status, 401);
    assert.deepEqual(await founded(directory, person), [undefined]);

    assert.equal((await directory.scim(`/Users/${id}`, ON)).body.active, true);
    assert.equal((await me(await signIn(service.test, email))).status, 200);
    assert.deepEqual(await founded(directory, person), ['member']);
    assert.equal((await elsewhere.as(key, '/members')).status, 200);
  });

  it('does not open an account that an operator closed, before or after it did so itself', async () => {
    const own = domain();
    const directory = await createDirectory(service, own);
    const { administration } = service.test.service.accounts;
    for (const first of ['operator', 'directory']) {
      const person = await createSignedInUser(service.test, { email: `${first}@${own}` });
      const { id } = await directory.user(person.email);
      const user = (await administration.find(person.email))!;
      if (first === 'operator') await administration.suspend(user);
      await directory.scim(`/Users/${id}`, OFF);
      if (first === 'directory') assert.equal(await administration.suspend(user), true);
      await directory.scim(`/Users/${id}`, ON);
      const { email, password } = person;
      assert.equal((await service.test.request('/v1/sessions', { body: { email, password } })).status, 401, first);
    }
  });

  it('invites everybody else, and tells no difference between people with and without an account', async () => {
    const directory = await createDirectory(service);
    const person = await createSignedInUser(service.test);
    const known = await directory.user(person.email);
    const unknown = await directory.user(`nobody${count}@elsewhere.example`);
    assert.deepEqual(Object.keys(known), Object.keys(unknown));
    assert.deepEqual(await founded(directory, person), [undefined]);
    const { token } = await directory.invitation(person.email);
    assert.equal(
      (await service.test.request('/v1/invitations/accept', { token: person.accessToken, body: { token } })).status,
      200,
    );
    assert.deepEqual(await founded(directory, person), ['member']);
  });

  it('ends the membership and the keys here of somebody whom it does not govern, and nothing else', async () => {
    const directory = await createDirectory(service);
    const person = await directory.add('admin');
    const elsewhere = await createScene(service.test, person);
    const [here, there] = [await directory.key(['members:read'], person), await elsewhere.key(['members:read'])];
    const { id } = await directory.user(person.email);
    for (const call of [OFF, DELETE]) assert.ok((await directory.scim(`/Users/${id}`, call)).status < 300);
    assert.deepEqual(await founded(directory, person), [undefined]);
    assert.equal((await directory.as(here, '/members')).status, 401);
    assert.equal((await elsewhere.as(there, '/members')).status, 200);
    assert.equal((await me(person)).status, 200);
  });

  it('cannot touch an account that it does not govern, by any request about its address', async () => {
    const own = domain();
    const directory = await createDirectory(service, own);
    const stranger = await createSignedInUser(service.test);
    const { id } = await directory.user(`mallory@${own}`);
    const body = { userName: stranger.email, active: true };
    assert.equal((await directory.scim(`/Users/${id}`, PUT(body))).status, 200);
    assert.equal((await directory.scim(`/Users/${id}`, OFF)).status, 200);
    assert.equal((await directory.scim(`/Users/${id}`, DELETE)).status, 204);
    const again = await directory.user(stranger.email);
    assert.equal((await directory.scim(`/Users/${again.id}`, DELETE)).status, 204);
    assert.equal((await me(stranger)).status, 200);
    const { body: trail } = await service.test.request('/v1/users/me/export', { token: stranger.accessToken });
    assert.ok(!JSON.stringify(trail.auditEvents ?? []).includes('scim_token'));
  });

  it('no longer governs an account that took another address', async () => {
    const own = domain();
    const directory = await createDirectory(service, own);
    const person = await createSignedInUser(service.test, { email: `joan@${own}` });
    const { id } = await directory.user(person.email);
    const email = `joan${count}@private.example`;
    const { password, accessToken: token } = person;
    await service.test.request('/v1/users/me/email-changes', { token, body: { email, password } });
    const link = await service.test.mail(email, /confirm/i);
    await service.test.request('/v1/email-verifications/confirm', { body: { token: link.token } });
    const moved = await signIn(service.test, email);
    await directory.scim(`/Users/${id}`, DELETE);
    assert.deepEqual(await founded(directory, person), [undefined]);
    assert.equal((await me(moved)).status, 200);
  });

  it('cannot deprovision the last owner, by PATCH, PUT or DELETE, and nothing of the request is stored', async () => {
    const own = domain();
    const directory = await createDirectory(service, own);
    service.domains.give(directory.id, directory.owner.email.split('@')[1]!);
    const { id } = await directory.user(directory.owner.email);
    const body = { userName: directory.owner.email, active: false, title: 'gone' };
    for (const call of [OFF, PUT(body), DELETE]) {
      const { status, body: error } = await directory.scim(`/Users/${id}`, call);
      assert.equal(status, 409);
      assert.equal(error.schemas[0], 'urn:ietf:params:scim:api:messages:2.0:Error');
      assert.match(error.detail, /needs an owner/);
    }
    const { body: user } = await directory.scim(`/Users/${id}`);
    assert.deepEqual([user.active, user.title], [true, undefined]);
    assert.equal((await me(directory.owner)).status, 200);
    service.domains.give('nobody', directory.owner.email.split('@')[1]!);
    const other = await directory.add('owner');
    assert.equal((await directory.scim(`/Users/${id}`, DELETE)).status, 204);
    assert.deepEqual(await founded(directory, directory.owner, other).catch(() => []), []);
  });

  it('is told when somebody leaves otherwise, and can invite them again', async () => {
    const directory = await createDirectory(service);
    const person = await directory.add('member');
    const { id, meta } = await directory.user(person.email);
    await directory.as(directory.owner, `/members/${person.id}`, DELETE);
    const { body } = await directory.scim(`/Users/${id}`);
    assert.equal(body.active, false);
    assert.notEqual(body.meta.version, meta.version);
    assert.equal((await directory.scim(`/Users/${id}`, ON)).body.active, true);
    assert.equal((await directory.as(directory.owner, '/invitations')).body.data.length, 1);
  });

  it('keeps its invitations when the owner who made the token leaves', async () => {
    const directory = await createDirectory(service);
    const other = await directory.add('owner');
    await directory.user('invited@elsewhere.example');
    assert.equal((await directory.as(other, `/members/${directory.owner.id}`, DELETE)).status, 204);
    const { body } = await directory.as(other, '/invitations');
    assert.deepEqual(
      body.data.map((each: { invitedBy: string }) => each.invitedBy),
      [other.id],
    );
    await directory.user('later@elsewhere.example');
  });

  it('is in the audit trail with its token', async () => {
    const directory = await createDirectory(service);
    const { id } = await directory.user('audited@elsewhere.example');
    await directory.scim(`/Users/${id}`, DELETE);
    const trail = await rows(
      service.test,
      `select action, actor_id as actor from audit_events where owner_id = $1 and actor_type = 'scim_token' order by sequence`,
      directory.id,
    );
    assert.deepEqual(
      trail.map(({ action }) => action),
      ['invitation.created', 'scim_user.created', 'invitation.revoked', 'scim_user.deleted'],
    );
    assert.ok(trail.every(({ actor }) => actor === directory.token.id));
  });
});

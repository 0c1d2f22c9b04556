/** The requests of Okta and Entra ID, in the order and the shape of their documentation. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createDirectory, PATCH_OP, PUT, type ScimService, startScimService } from './testing/scene.ts';

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const query = (filter: string) => encodeURIComponent(filter);
const patch = (...Operations: object[]) => ({ method: 'PATCH', body: { schemas: [PATCH_OP], Operations } });

describe('the requests of directories', () => {
  let service: ScimService;
  before(async () => {
    service = await startScimService();
  });
  after(() => service.test.close());

  it('of Okta: look up, create, read, change, deactivate, reactivate, push a group', async () => {
    const { scim } = await createDirectory(service, 'okta.example');
    const headers = { accept: 'application/scim+json', 'content-type': 'application/scim+json; charset=utf-8' };
    const none = await scim(`/Users?filter=${query('userName eq "test.user@okta.example"')}&startIndex=1&count=100`, {
      headers,
    });
    assert.deepEqual([none.status, none.body.totalResults, none.body.Resources], [200, 0, []]);
    const body = {
      schemas: [USER],
      userName: 'test.user@okta.example',
      name: { givenName: 'Test', familyName: 'User' },
      emails: [{ primary: true, value: 'test.user@okta.example', type: 'work' }],
      displayName: 'Test User',
      locale: 'en-US',
      externalId: '00ujl29u0le5T6Aj10h7',
      groups: [],
      password: '1mz050nq',
      active: true,
    };
    const created = await scim('/Users', { body, headers });
    assert.equal(created.status, 201);
    assert.ok(!('password' in created.body));
    const { id } = created.body;
    const read = await scim(`/Users/${id}`, { headers });
    assert.deepEqual(read.body.name, body.name);
    const changed = await scim(`/Users/${id}`, {
      ...PUT({ ...read.body, name: { givenName: 'Another', familyName: 'User' } }),
      headers,
    });
    assert.equal(changed.body.name.givenName, 'Another');
    const off = await scim(`/Users/${id}`, { ...patch({ op: 'replace', value: { active: false } }), headers });
    assert.deepEqual([off.status, off.body.active], [200, false]);
    const on = await scim(`/Users/${id}`, { ...PUT({ ...changed.body, active: true }), headers });
    assert.equal(on.body.active, true);

    const group = await scim('/Groups', { body: { schemas: [GROUP], displayName: 'Okta group', members: [] } });
    assert.equal(group.status, 201);
    const path = `/Groups/${group.body.id}`;
    const member = { value: id, display: 'test.user@okta.example' };
    await scim(path, patch({ op: 'add', path: 'members', value: [member] }));
    const filled = await scim(path);
    assert.deepEqual(
      filled.body.members.map(({ value }: { value: string }) => value),
      [id],
    );
    await scim(path, patch({ op: 'replace', value: { id: group.body.id, displayName: 'Renamed group' } }));
    const renamed = await scim(path);
    assert.deepEqual([renamed.body.displayName, renamed.body.members.length], ['Renamed group', 1]);
    await scim(path, patch({ op: 'remove', path: `members[value eq "${id}"]` }));
    assert.equal((await scim(path)).body.members, undefined);
    assert.equal((await scim(path, { method: 'DELETE' })).status, 204);
  });

  it('of Entra ID: look up, create, change by Add and Replace, disable by text, fill a group in parts', async () => {
    const { scim } = await createDirectory(service, 'entra.example');
    const unknown = await scim(`/Users?filter=${query('externalId eq "jyoung"')}&aadOptscim062020`);
    assert.equal(unknown.body.totalResults, 0);
    const made: string[] = [];
    for (const name of ['jyoung', 'rking', 'mlee']) {
      const created = await scim('/Users', {
        headers: { 'content-type': 'application/json' },
        body: {
          schemas: [USER, ENTERPRISE],
          externalId: name,
          userName: `${name}@entra.example`,
          active: true,
          displayName: name,
          emails: [{ type: 'work', value: `${name}@entra.example`, primary: 'true' }],
          meta: { resourceType: 'User' },
          name: { formatted: name, familyName: 'F', givenName: 'G' },
          roles: [],
          [ENTERPRISE]: { department: 'Sales' },
        },
      });
      assert.equal(created.status, 201, JSON.stringify(created.body));
      made.push(created.body.id);
    }
    const [id, second, third] = made;
    const patched = await scim(
      `/Users/${id}`,
      patch(
        { op: 'Replace', path: 'emails[type eq "work"].value', value: 'young@entra.example' },
        { op: 'Replace', path: 'name.familyName', value: 'Young' },
        { op: 'Add', path: `${ENTERPRISE}:manager`, value: second },
        { op: 'Add', path: 'addresses[type eq "work"].locality', value: 'Redmond' },
        { op: 'Remove', path: `${ENTERPRISE}:department` },
      ),
    );
    assert.equal(patched.status, 200, JSON.stringify(patched.body));
    assert.equal(patched.body.emails[0].value, 'young@entra.example');
    assert.deepEqual(patched.body[ENTERPRISE], { manager: { value: second } });
    assert.deepEqual(patched.body.addresses, [{ type: 'work', locality: 'Redmond' }]);
    const disabled = await scim(`/Users/${id}`, patch({ op: 'Replace', path: 'active', value: 'False' }));
    assert.equal(disabled.body.active, false);

    const group = await scim('/Groups', {
      body: { schemas: [GROUP], externalId: 'g-1', displayName: 'Sales', meta: { resourceType: 'Group' } },
    });
    const path = `/Groups/${group.body.id}`;
    for (const value of [id, second]) await scim(path, patch({ op: 'Add', path: 'members', value: [{ value }] }));
    await scim(path, patch({ op: 'Add', path: 'members', value: [{ value: second }, { value: third }] }));
    const asked = await scim(`/Groups?excludedAttributes=members&filter=${query('displayName eq "SALES"')}`);
    assert.deepEqual([asked.body.totalResults, 'members' in asked.body.Resources[0]], [1, false]);
    const member = await scim(`/Groups?filter=${query(`id eq "${group.body.id}" and members eq "${third}"`)}`);
    assert.equal(member.body.totalResults, 1);
    await scim(path, patch({ op: 'Remove', path: 'members', value: [{ value: id }, { value: third }] }));
    const left = await scim(path);
    assert.deepEqual(
      left.body.members.map(({ value }: { value: string }) => value),
      [second],
    );
    const { body: user } = await scim(`/Users/${second}`);
    assert.deepEqual(
      user.groups.map(({ display }: { display: string }) => display),
      ['Sales'],
    );
    await scim(path, patch({ op: 'Remove', path: 'members' }));
    assert.equal((await scim(path)).body.members, undefined);
    assert.equal((await scim(`/Users/${id}`, { method: 'DELETE' })).status, 204);
  });
});

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createDirectory, type Directory, PUT, type ScimService, startScimService } from './testing/scene.ts';

describe('a user of a directory', () => {
  let service: ScimService;
  let directory: Directory;
  before(async () => {
    service = await startScimService();
    directory = await createDirectory(service);
  });
  after(() => service.test.close());

  it('is created, read, found, replaced and deleted', async () => {
    const { scim } = directory;
    const created = await scim('/Users', {
      body: {
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
        userName: 'Barbara@Else.example',
        externalId: 'ext-1',
        name: { givenName: 'Barbara', familyName: 'Jensen' },
        emails: [{ value: 'barbara@else.example', type: 'Work', primary: true }],
        'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': { department: 'Tours' },
      },
    });
    assert.equal(created.status, 201, JSON.stringify(created.body));
    assert.match(created.headers.get('content-type')!, /^application\/scim\+json/);
    const { id, meta } = created.body;
    assert.equal(created.headers.get('location'), meta.location);
    assert.equal(created.headers.get('etag'), 'W/"1"');
    assert.equal(created.body.active, true);
    assert.equal(created.body.emails[0].type, 'work');
    const read = await scim(`/Users/${id}`);
    assert.deepEqual(read.body, created.body);
    const found = await scim(`/Users?filter=${encodeURIComponent('userName eq "BARBARA@else.example"')}`);
    assert.deepEqual(found.body, {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
      ...{ totalResults: 1, startIndex: 1, itemsPerPage: 1, Resources: [created.body] },
    });
    const replaced = await scim(`/Users/${id}`, PUT({ userName: 'barbara@else.example', title: 'Guide' }));
    assert.equal(replaced.status, 200, JSON.stringify(replaced.body));
    assert.equal(replaced.body.title, 'Guide');
    assert.equal(replaced.body.name, undefined);
    assert.equal(replaced.headers.get('etag'), 'W/"2"');
    assert.equal((await scim(`/Users/${id}`, { method: 'DELETE' })).status, 204);
    assert.equal((await scim(`/Users/${id}`)).status, 404);
  });
});

/** The protocol around users and groups: discovery, errors, versions, pages, sorting, attributes. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Answer } from '../../../test/service.ts';
import {
  createDirectory,
  type Directory,
  PUT,
  patchOp,
  type ScimService,
  scimCall,
  startScimService,
} from './testing/scene.ts';

const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';

describe('SCIM', () => {
  let service: ScimService;
  let directory: Directory;
  before(async () => {
    service = await startScimService();
    directory = await createDirectory(service, 'pages.example');
    for (const name of ['carol', 'alice', 'Bob', 'dora', 'erin'])
      await directory.user(`${name}@pages.example`, {
        title: name === 'dora' ? 'Chief' : undefined,
        name: { familyName: name },
      });
  });
  after(() => service.test.close());

  const list = async (query: string) => {
    const { status, body } = await directory.scim(`/Users?${query}`);
    assert.equal(status, 200, JSON.stringify(body));
    return { ...body, names: body.Resources.map(({ userName = '' }) => userName.split('@')[0]) };
  };
  function assertError({ status, headers, body }: Answer, expected: number, scimType?: string): void {
    assert.equal(status, expected, JSON.stringify(body));
    assert.match(headers.get('content-type')!, /^application\/scim\+json/);
    assert.deepEqual(body.schemas, [ERROR]);
    assert.equal(body.status, String(expected));
    assert.equal(body.scimType, scimType);
  }

  it('says what it supports', async () => {
    const { body } = await directory.scim('/ServiceProviderConfig');
    assert.deepEqual(
      [body.patch, body.sort, body.etag, body.bulk.supported, body.changePassword.supported].map(
        (each) => each.supported ?? each,
      ),
      [true, true, true, false, false],
    );
    assert.equal((await directory.scim('/ResourceTypes')).body.totalResults, 2);
    assert.equal((await directory.scim('/ResourceTypes/User')).body.endpoint, '/Users');
    assert.equal((await directory.scim('/Schemas')).body.totalResults, 3);
    assert.equal((await directory.scim('/Schemas/urn:ietf:params:scim:schemas:core:2.0:Group')).body.name, 'Group');
    assertError(await directory.scim('/Schemas?filter=x'), 403);
  });

  it('answers with errors in its own form, whatever is wrong', async () => {
    const { scim } = directory;
    for (const path of [
      '/Nothing',
      '/Users/nobody',
      '/Users/01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b50',
      '/Groups/x',
      '/Schemas/x',
      '',
    ])
      assertError(await scim(path), 404);
    for (const method of ['GET', 'POST', 'PATCH']) assertError(await scim('/Me', { method }), 501);
    assertError(await scim('/Bulk', { body: {} }), 501);
    assertError(await scim('/Users/.search', { body: {} }), 501);
    const wrong = await scim('/Users', { method: 'DELETE' });
    assertError(wrong, 405);
    assert.equal(wrong.headers.get('allow'), 'GET, POST');
    assertError(await scim('/Schemas', { body: {} }), 405);
    assertError(await scim('/Users', { body: [] }), 400, 'invalidSyntax');
    assertError(await scim('/Users', { body: { userName: 'no address' } }), 400, 'invalidValue');
    assertError(await scim('/Users', { body: { emails: [{ value: 'a@pages.example' }] } }), 400, 'invalidValue');
    assertError(await scim('/Users', { body: { userName: 'ALICE@pages.example' } }), 409, 'uniqueness');
    const second = { userName: 'second', emails: [{ value: 'alice@pages.example' }] };
    assertError(await scim('/Users', { body: second }), 409, 'uniqueness');
    assertError(await scim('/Users', { body: { userName: 'nul\0@pages.example' } }), 400, 'invalidValue');
    assertError(await scim('/Users?filter=userName'), 400, 'invalidFilter');
    assertError(await scim('/Users?filter=title%20pr&filter=title%20pr'), 400, 'invalidValue');
    assertError(await scim('/Users?count=many'), 400, 'invalidValue');
    assertError(await scim('/Users?sortBy=shoeSize'), 400, 'invalidPath');
    assertError(await scim('/Users', { method: 'POST', headers: { 'content-type': 'text/plain' } }), 415);
    const raw = await fetch(`${service.test.url}/scim/v2/Users`, {
      ...{ method: 'POST', body: '{"userName":' },
      headers: { authorization: `Bearer ${directory.token.secret}`, 'content-type': 'application/scim+json' },
    });
    assert.deepEqual([raw.status, ((await raw.json()) as { scimType: string }).scimType], [400, 'invalidSyntax']);
    assertError(await scimCall(service.test, 'nonsense', '/Nothing'), 401);
  });

  it('changes a resource only in the version that the caller has seen', async () => {
    const { id } = await directory.user('versioned@pages.example');
    const path = `/Users/${id}`;
    const first = await directory.scim(path);
    const etag = first.headers.get('etag')!;
    assert.equal(first.body.meta.version, etag);
    assert.equal((await directory.scim(path, { headers: { 'if-none-match': etag } })).status, 304);
    const change = patchOp({ op: 'replace', path: 'title', value: 'Chief' });
    const changed = await directory.scim(path, { ...change, headers: { 'if-match': etag } });
    assert.equal(changed.headers.get('etag'), 'W/"2"');
    assert.equal(
      (await directory.scim(path, change)).headers.get('etag'),
      'W/"2"',
      'nothing changed, so the version stays',
    );
    for (const call of [change, PUT(first.body), { method: 'DELETE' }])
      assertError(await directory.scim(path, { ...call, headers: { 'if-match': etag } }), 412);
    assert.equal((await directory.scim(path, { method: 'DELETE', headers: { 'if-match': 'W/"2"' } })).status, 204);
  });

  it('pages and sorts, and counts all', async () => {
    const all = await list('sortBy=userName');
    assert.deepEqual(all.names, ['alice', 'Bob', 'carol', 'dora', 'erin']);
    const second = await list('sortBy=userName&startIndex=3&count=2');
    assert.deepEqual(second.names, ['carol', 'dora']);
    assert.deepEqual([second.totalResults, second.startIndex, second.itemsPerPage], [5, 3, 2]);
    assert.deepEqual((await list('sortBy=name.familyName&sortOrder=descending&count=2')).names, ['erin', 'dora']);
    assert.deepEqual((await list('sortBy=emails&count=1')).names, ['alice']);
    assert.deepEqual((await list('sortBy=meta.created&count=1')).names, ['carol']);
    const none = await list('count=0');
    assert.deepEqual([none.totalResults, none.names], [5, []]);
    assert.equal((await list('count=-1')).itemsPerPage, 0);
    assert.equal((await list('startIndex=-5&count=1')).startIndex, 1);
    assert.deepEqual((await list('startIndex=99')).names, []);
  });

  it('compares times as instants', async () => {
    const { Resources } = await list('count=1');
    const created = new Date(Resources[0].meta.created);
    const elsewhere = `${new Date(created.getTime() + 3_600_000).toISOString().slice(0, -1)}+01:00`;
    const same = await list(`filter=${encodeURIComponent(`meta.created eq "${elsewhere}"`)}`);
    assert.ok(same.names.includes(Resources[0].userName.split('@')[0]));
    assert.deepEqual(
      (await list(`filter=${encodeURIComponent('meta.lastModified lt "2001-01-01T00:00:00Z"')}`)).names,
      [],
    );
  });

  it('shows the attributes that are asked for, in lists and after changes', async () => {
    const filter = encodeURIComponent('title pr');
    const [only] = (await list(`filter=${filter}&attributes=userName,NAME.familyName`)).Resources;
    assert.deepEqual(Object.keys(only).sort(), ['id', 'name', 'schemas', 'userName']);
    const [without] = (await list(`filter=${filter}&excludedAttributes=emails.type,meta,id`)).Resources;
    assert.deepEqual(without.emails, [{ value: 'dora@pages.example', primary: true }]);
    assert.deepEqual(['meta' in without, 'id' in without], [false, true]);
    const { body } = await directory.scim(
      `/Users/${only.id}?attributes=title`,
      patchOp({ op: 'replace', path: 'nickName', value: 'D' }),
    );
    assert.deepEqual(body, { schemas: without.schemas, id: only.id, title: 'Chief' });
  });

  it('passes over attributes that it does not know, and keeps those that it does', async () => {
    const made = await directory.user('unknown@pages.example', {
      ...{ shoeSize: 38, password: 'secret of the person', title: null, phoneNumbers: [], roles: ['reader'] },
      ...{ id: 'chosen', meta: { resourceType: 'User' }, groups: [{ value: 'x' }] },
      'urn:example:unknown': { a: 1 },
    });
    assert.ok(!JSON.stringify(made).includes('secret of the person'));
    assert.deepEqual(made.roles, [{ value: 'reader' }]);
    for (const key of ['shoeSize', 'title', 'phoneNumbers', 'groups', 'urn:example:unknown'])
      assert.ok(!(key in made), key);
    await directory.scim(`/Users/${made.id}`, { method: 'DELETE' });
  });
});

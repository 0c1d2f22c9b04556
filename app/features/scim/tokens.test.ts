import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { rows } from '../../../test/conditions.ts';
import { createSignedInUser } from '../../../test/service.ts';
import { makeKey } from '../organizations/api-key-format.ts';
import { createScene, DELETE } from '../organizations/testing/scene.ts';
import { createDirectory, createToken, type ScimService, scimCall, startScimService } from './testing/scene.ts';

describe('a token of a directory', () => {
  let service: ScimService;
  before(async () => {
    service = await startScimService();
  });
  after(() => service.test.close());

  it('is shown once, stored as a hash, and emailed to the owners', async () => {
    const directory = await createDirectory(service);
    const { secret } = directory.token;
    const { body } = await directory.as(directory.owner, '/scim-tokens');
    assert.ok(!JSON.stringify(body).includes(secret));
    assert.equal(body.data[0].hint, `pld_…${secret.slice(-4)}`);
    const stored = await rows(service.test, 'select * from scim_tokens where organization_id = $1', directory.id);
    assert.ok(!JSON.stringify(stored).includes(secret));
    assert.match((await service.test.mail(directory.owner.email, /directory can now/i)).text, /Okta/);
  });

  it('can be replaced: two live at a time, also of ten that are made at once', async () => {
    const directory = await createDirectory(service);
    const create = (name: string) => directory.as(directory.owner, '/scim-tokens', { body: { name } });
    const answers = await Promise.all(Array.from({ length: 10 }, (_, nth) => create(`token ${nth}`)));
    const made = answers.filter(({ status }) => status === 201);
    assert.equal(made.length, 1);
    assert.ok(answers.every(({ status, body }) => status === 201 || body.code === 'too_many_scim_tokens'));
    const second = made[0]!.body.secret;
    for (const secret of [directory.token.secret, second])
      assert.equal((await scimCall(service.test, secret, '/Users')).status, 200);
    assert.equal((await directory.as(directory.owner, `/scim-tokens/${directory.token.id}`, DELETE)).status, 204);
    const refused = await directory.scim('/Users');
    assert.equal(refused.status, 401);
    assert.match(refused.headers.get('www-authenticate')!, /Bearer/);
    assert.equal(refused.body.schemas[0], 'urn:ietf:params:scim:api:messages:2.0:Error');
    assert.equal((await scimCall(service.test, second, '/Users')).status, 200);
    assert.equal((await create('third')).status, 201);
  });

  it('is for owners, and needs a recent proof', async () => {
    const directory = await createDirectory(service);
    const admin = await directory.add('admin');
    const body = { name: 'Okta' };
    assert.equal((await directory.as(admin, '/scim-tokens', { body })).status, 403);
    assert.equal((await directory.as(admin, `/scim-tokens/${directory.token.id}`, DELETE)).status, 403);
    assert.equal((await directory.as(admin, '/scim-tokens')).status, 200);
    await rows(
      service.test,
      `update sessions set auth_time = auth_time - interval '1 hour' where user_id = $1`,
      directory.owner.id,
    );
    const late = await directory.as(directory.owner, '/scim-tokens', { body });
    assert.deepEqual([late.status, late.body.code], [403, 'recent_sign_in_required']);
    const gone = await directory.as(directory.owner, `/scim-tokens/${directory.token.id}`, DELETE);
    assert.equal(gone.body.code, 'recent_sign_in_required');
  });

  it('leads to its own organization only, and to nothing once that is deleted', async () => {
    const [one, other] = [await createDirectory(service), await createDirectory(service)];
    const { id } = await one.user('mine@elsewhere.example');
    for (const call of [{}, DELETE, { method: 'PUT', body: { userName: 'x@elsewhere.example' } }])
      assert.equal((await other.scim(`/Users/${id}`, call)).status, 404);
    assert.equal((await other.scim('/Users')).body.totalResults, 0);
    const group = await other.scim('/Groups', { body: { displayName: 'G', members: [{ value: id }] } });
    assert.deepEqual([group.status, group.body.scimType], [400, 'invalidValue']);
    assert.equal((await one.as(one.owner, '', DELETE)).status < 300, true);
    assert.equal((await one.scim('/Users')).status, 401);
  });

  it('is refused where all but its secret is right', async () => {
    const { id, token, scim } = await createDirectory(service);
    assert.equal((await scim('/Users')).status, 200);
    const guessed = makeKey(id, token.id, token.secret.slice(0, 4));
    assert.equal((await scimCall(service.test, guessed, '/Users')).status, 401);
    const body = { userName: 'guessed@elsewhere.example' };
    assert.equal((await scimCall(service.test, guessed, '/Users', { body })).status, 401);
  });

  it('is not taken for an API key or a session, nor they for it', async () => {
    const directory = await createDirectory(service);
    const person = await createSignedInUser(service.test);
    const key = await directory.key(['members:read']);
    for (const token of [person.accessToken, key.secret, 'nonsense', `${directory.token.secret.slice(0, -1)}x`])
      assert.equal((await scimCall(service.test, token, '/Users')).status, 401);
    const { status } = await service.test.request(directory.path, { token: directory.token.secret });
    assert.equal(status, 401);
    assert.equal((await service.test.request('/scim/v2/Users')).status, 401);
  });

  it('says when and from where it was last used', async () => {
    const scene = await createScene(service.test);
    const { secret } = await createToken(scene);
    await scimCall(service.test, secret, '/Users', { headers: { 'user-agent': 'Okta SCIM Client 1.0.0' } });
    const { body } = await scene.as(scene.owner, '/scim-tokens');
    assert.equal(body.data[0].lastUsedFrom.userAgent, 'Okta SCIM Client 1.0.0');
  });
});

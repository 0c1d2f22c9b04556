/**
 * The cross-tenant matrix: every operation of the OpenAPI document that names an organization, called by everyone who must be refused.
 * The calls are derived from the document, so a new route is among them from its first day.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { rows } from '../../../test/conditions.ts';
import { entitle } from '../../../test/entitled.ts';
import { resourcesOf } from '../../../test/resources.ts';
import {
  type Answer,
  assertProblem,
  createSignedInUser,
  type SignedInUser,
  startTestService,
  type TestService,
} from '../../../test/service.ts';
import { after as later } from '../../platform/clock.ts';
import { type Permission, permissions, roleNames, roles, withIncluded } from './roles.ts';
import { type Operation, organizationOperations, undeclared } from './testing/operations.ts';
import { type ApiKey, createPersonalScene, createScene, DELETE, type Scene } from './testing/scene.ts';
import { documentWithRoute } from './testing/undeclared-route.ts';

describe('every operation that names an organization', () => {
  let test: TestService;
  /** A personal one, which cannot be deleted: so that whoever may delete it can be let through without an end of the test. */
  let scene: Scene;
  let operations: Operation[];
  let victims: Record<string, string>;
  let outsider: SignedInUser;
  before(async () => {
    test = await startTestService();
    operations = organizationOperations((await test.request('/openapi.json')).body);
    [scene, outsider] = await Promise.all([createPersonalScene(test), createSignedInUser(test)]);
    // So that no plan, but only permissions, decides.
    await entitle(test, scene.id);
    const [userId, invitation, key] = await Promise.all([
      scene.add('member').then(({ id }) => id),
      scene.invite('victim@example.com', 'member').then(({ body }) => body.id),
      scene.key(['members:read']).then(({ id }) => id),
    ]);
    const resources = await resourcesOf(test, scene.id);
    // The first caller who may would remove it.
    await rows(test, 'delete from organization_identity_providers');
    victims = { userId, invitationId: invitation, apiKeyId: key, ...resources };
  });
  after(() => test.close());

  const authorization = (token: string | undefined) => (token ? { authorization: `Bearer ${token}` } : {});

  /** A call that would succeed, at something that exists, but for who makes it. */
  async function wellFormed({ method, path, body }: Operation, token?: string, base = scene.path) {
    const below = path.replace(/\{(\w+)\}/g, (_, name) => victims[name] ?? assert.fail(`no victim for ${name}`));
    return test.request(`${base}${below}`, { method, body, headers: authorization(token) });
  }

  /** A call that no validation would let pass. */
  async function malformed({ method, path, body }: Operation, token?: string, base = scene.path) {
    const below = path.replace(/\{\w+\}/g, 'nonsense');
    const response = await fetch(`${test.url}${base}${below}?limit=nonsense`, {
      method,
      headers: { ...authorization(token), ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: '{"nonsense' }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text && JSON.parse(text) } as Answer;
  }

  async function refuse(token: string | undefined, status: number, code: string, base?: string) {
    const before = await contents();
    for (const operation of operations) {
      for (const call of [wellFormed, malformed]) assertProblem(await call(operation, token, base), status, code);
    }
    assert.deepEqual(await contents(), before, 'and none of them did anything');
  }

  const contents = () =>
    rows(
      test,
      `select (select jsonb_agg(o order by id) from organizations o) organizations, (select jsonb_agg(m order by m) from memberships m) members,
        (select jsonb_agg(i order by id) from invitations i) invitations, (select sum(sequence) from audit_chains) events,
        (select jsonb_agg(to_jsonb(k) - '{last_used_at,last_ip_address,last_user_agent}'::text[] order by id) from api_keys k) keys`,
    );

  /** Whoever passes authorization meets validation next, or has the answer. */
  async function letThrough(operation: Operation, token: string) {
    const answer = await malformed(operation, token);
    const outcome = `${answer.status} ${answer.body.code ?? ''}`.trim();
    const passed = [
      '200',
      '400 validation_failed',
      '400 malformed_json',
      '409 personal_organization',
      '404 not_subscribed',
      '409 not_subscribed',
      // Without Stripe, whose answer comes after the guard.
      '503 payments_unavailable',
    ];
    if (/IdentityProvider$/.test(operation.operationId)) passed.push('404 not_found');
    assert.ok(passed.includes(outcome), `${operation.operationId} answered ${outcome}`);
  }

  async function refuseFor(operation: Operation, token: string) {
    for (const call of [wellFormed, malformed]) {
      const answer = await call(operation, token);
      assertProblem(answer, 403, 'forbidden');
      assert.equal(answer.body.permission, operation.permission);
    }
  }

  it('is more than a few', () => assert.ok(operations.length >= 17, `only ${operations.length}`));

  it('declares a permission that exists', async () => {
    assert.deepEqual(undeclared((await test.request('/openapi.json')).body), []);
    assert.deepEqual(undeclared(await documentWithRoute(undefined)), ['listWidgets'], 'one without is found');
    assert.deepEqual(undeclared(await documentWithRoute('widgets:read')), ['listWidgets'], 'as is an unknown one');
    assert.deepEqual(undeclared(await documentWithRoute('members:read')), []);
  });

  it('asks an anonymous caller to sign in', () => refuse(undefined, 401, 'unauthenticated'));

  it('does not exist for an outsider', () => refuse(outsider.accessToken, 404, 'not_found'));

  it('does not exist for the owner of another organization', async () => {
    const other = await createScene(test);
    await refuse(other.owner.accessToken, 404, 'not_found');
  });

  it('does not tell an organization that is none from one that is closed to the caller', async () => {
    for (const id of ['nonsense', '00000000-0000-0000-0000-000000000000', `${scene.id}0`]) {
      await refuse(undefined, 401, 'unauthenticated', `/v1/organizations/${id}`);
      await refuse(outsider.accessToken, 404, 'not_found', `/v1/organizations/${id}`);
    }
  });

  for (const role of roleNames) {
    it(`lets a member with the role ${role} do what roles.ts allows, and names the permission for all else`, async () => {
      const member = role === 'owner' ? scene.owner : await scene.add(role);
      const before = await contents();
      for (const operation of operations) {
        if (roles[role].has(operation.permission)) await letThrough(operation, member.accessToken);
        else await refuseFor(operation, member.accessToken);
      }
      assert.deepEqual(await contents(), before);
    });
  }

  it('lets a key do what its one scope allows, and names the permission to a key with every other scope', async () => {
    const only = new Map<Permission, ApiKey>();
    const without = new Map<Permission, ApiKey>();
    for (const permission of permissions) {
      only.set(permission, await scene.key([permission]));
      const others = permissions.filter((other) => !withIncluded([other]).has(permission));
      without.set(permission, await scene.key(others));
    }
    for (const operation of operations) {
      await letThrough(operation, only.get(operation.permission)!.secret);
      await refuseFor(operation, without.get(operation.permission)!.secret);
    }
  });

  it('refuses a revoked key', async () => {
    const key = await scene.key(permissions);
    assert.equal((await scene.as(scene.owner, `/api-keys/${key.id}`, DELETE)).status, 204);
    await refuse(key.secret, 401, 'unauthenticated');
  });

  it('refuses an expired key', async () => {
    const key = await scene.key(permissions, scene.owner, later(test.clock.now(), 1_000));
    assert.equal((await scene.as(key, '')).status, 200);
    test.clock.advance(1_000);
    await refuse(key.secret, 401, 'unauthenticated');
  });

  it('does not exist for a key of another organization', async () => {
    const { secret } = await (await createScene(test)).key(permissions);
    await refuse(secret, 404, 'not_found');
  });

  it('refuses a suspended member, and the keys that they created', async () => {
    const admin = await scene.add('admin');
    const key = await scene.key(['members:read'], admin);
    const { administration } = test.service.accounts;
    await administration.suspend((await administration.find(admin.email))!);
    await refuse(admin.accessToken, 401, 'session_revoked');
    await refuse(key.secret, 401, 'unauthenticated');
  });
});

/** Which roles an API key may give, before and after a release that adds permissions to roles. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { after, before, describe, it, type TestContext } from 'node:test';
import { rows, value } from '../../../test/conditions.ts';
import { entitle } from '../../../test/entitled.ts';
import { assertProblem, type SignedInUser, startTestService, type TestService } from '../../../test/service.ts';
import { mayGrant, type Permission, permissionsOf, type Role, roleNames, roles, withIncluded } from './roles.ts';
import { type ApiKey, createScene, PATCH, type Scene } from './testing/scene.ts';

/** What the release of these tests adds: members read the audit trail, and admins delete the organization. */
const ADDED = [
  ['member', 'audit:read'],
  ['admin', 'organization:delete'],
] as const;

function release(t: TestContext): void {
  for (const [role, permission] of ADDED) roles[role].add(permission);
  t.after(() => {
    for (const [role, permission] of ADDED) roles[role].delete(permission);
  });
}

describe('the roles that an API key may give', () => {
  let test: TestService;
  before(async () => {
    test = await startTestService();
  });
  after(() => test.close());

  async function createCast() {
    const scene = await createScene(test);
    await entitle(test, scene.id);
    return { scene, admin: await scene.add('admin'), subject: await scene.add('member') };
  }

  /** A change from a role to itself asks whether the role may be given and taken, and changes nothing. */
  async function given(scene: Scene, subject: SignedInUser, caller: SignedInUser | ApiKey): Promise<Role[]> {
    const may: Role[] = [];
    for (const role of roleNames) {
      await rows(test, 'update memberships set role = $1 where user_id = $2', role, subject.id);
      const { status } = await scene.as(caller, `/members/${subject.id}`, PATCH({ role }));
      assert.ok([200, 403].includes(status));
      if (status === 200) may.push(role);
    }
    return may;
  }

  const scopesFor = (role: Role): Permission[] => [...new Set([...permissionsOf(role), 'members:manage' as const])];

  it('stay the same after a release for every pair of a key and a role, and never exceed what its creator may give', async (t) => {
    const { scene, admin, subject } = await createCast();
    const keys: { creator: 'owner' | 'admin'; scopes: Permission[]; key: ApiKey }[] = [];
    for (const [creator, by] of [['owner', scene.owner] as const, ['admin', admin] as const]) {
      for (const scopes of [['members:manage' as const], ...roleNames.map(scopesFor)]) {
        if (!permissionsOf(creator).isSupersetOf(new Set(scopes))) continue;
        keys.push({ creator, scopes, key: await scene.key(scopes, by) });
      }
    }
    const expected = keys.map(({ scopes }) => roleNames.filter((role) => mayGrant(withIncluded(scopes), role)));
    for (const [index, { key }] of keys.entries()) assert.deepEqual(await given(scene, subject, key), expected[index]);

    release(t);
    for (const [index, { key, creator, scopes }] of keys.entries())
      assert.deepEqual(await given(scene, subject, key), expected[index], `${creator}: ${scopes}`);

    // The role of the creator no longer allows all that an admin may do.
    roles.admin.delete('audit:read');
    t.after(() => roles.admin.add('audit:read'));
    for (const { key, creator } of keys.filter((each) => each.creator === 'admin'))
      for (const role of await given(scene, subject, key))
        assert.ok(mayGrant(permissionsOf(creator), role), `a key of an ${creator} gave ${role}`);
  });

  it('are those of today for a key that is made after the release, or was narrowed', async (t) => {
    const { scene, subject } = await createCast();
    const scopes = scopesFor('member');
    const [kept, narrowed, widened] = [await scene.key(scopes), await scene.key(scopes), await scene.key(scopes)];
    release(t);
    const change = (key: ApiKey, body: object) => scene.as(scene.owner, `/api-keys/${key.id}`, PATCH(body));
    assert.deepEqual(await given(scene, subject, await scene.key(scopes)), []);
    assert.equal((await change(kept, { name: 'renamed' })).status, 200);
    assert.deepEqual(await given(scene, subject, kept), ['member']);
    assert.equal((await change(widened, { scopes: [...scopes, 'api-keys:read'] })).status, 200);
    assert.deepEqual(await given(scene, subject, widened), ['member']);
    for (const next of [scopes.filter((scope) => scope !== 'members:read'), scopes])
      assert.equal((await change(narrowed, { scopes: next })).status, 200);
    assert.deepEqual(await given(scene, subject, narrowed), []);
  });

  it('are not had by a weaker key through a stronger one: it neither changes nor rotates it', async (t) => {
    const { scene } = await createCast();
    const scopes = [...scopesFor('member'), 'api-keys:write' as const];
    const old = await scene.key(scopes);
    release(t);
    const weak = await scene.key(scopes);
    assertProblem(await scene.as(weak, `/api-keys/${old.id}/rotate`, { body: {} }), 403, 'forbidden');
    assertProblem(await scene.as(weak, `/api-keys/${old.id}`, PATCH({ name: 'mine' })), 403, 'forbidden');
    assert.equal((await scene.as(old, `/api-keys/${old.id}/rotate`, { body: {} })).status, 200, 'but by itself');
  });

  it('follow who takes a key over: what that member may not give, it gives no longer', async (t) => {
    const { scene, admin, subject } = await createCast();
    const key = await scene.key(scopesFor('member'));
    release(t);
    roles.admin.delete('audit:read');
    t.after(() => roles.admin.add('audit:read'));
    assert.equal((await scene.as(admin, `/api-keys/${key.id}/take-over`, { method: 'POST' })).status, 200);
    roles.admin.add('audit:read');
    assert.deepEqual(await given(scene, subject, key), []);
  });

  it('are filled in by the migration for keys that were made before it', async (t) => {
    const { scene, subject } = await createCast();
    const [member, none] = [await scene.key(scopesFor('member')), await scene.key(['members:manage', 'members:read'])];
    await rows(test, "update api_keys set grants = '{}' where organization_id = $1", scene.id);
    const [file] = globSync('migrations/*_api_key_grants.sql');
    const [, update] = readFileSync(file!, 'utf8').split('--> statement-breakpoint\n');
    await rows(test, update!);
    release(t);
    assert.deepEqual(await given(scene, subject, member), ['member']);
    assert.deepEqual(await given(scene, subject, none), []);
    assert.equal(await value(test, 'select count(*)::int from api_keys where grants is null'), 0);
  });
});

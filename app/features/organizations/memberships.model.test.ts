/**
 * Members and roles against a model: fast-check invents batches of changes, each batch's requests are sent at once, and after each batch
 * the trail is replayed, and everyone's access, keys and invitations are held against what it says.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { atOnce, auditTrail, liftRateLimits, rows } from '../../../test/conditions.ts';
import { createSignedInUser, type SignedInUser, startTestService, type TestService } from '../../../test/service.ts';
import { type Permission, type Role, roleNames, roles } from './roles.ts';
import { type ApiKey, accept, createScene, DELETE, PATCH, type Scene } from './testing/scene.ts';
import { replay } from './testing/trail-model.ts';
import { mayInvite } from './withdrawal.ts';

const PEOPLE = 4;
const KEY_SCOPES: Permission[] = ['organization:read', 'audit:read'];

interface Action {
  what: 'invite' | 'join' | 'change role' | 'remove' | 'leave' | 'transfer' | 'create key' | 'delete account';
  who: number;
  whom: number;
  role: Role;
}

const person = fc.nat({ max: PEOPLE - 1 });
/** Deleting an account is for good, so it is rare. */
const what = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom<Action['what']>('change role', 'join') },
  { weight: 2, arbitrary: fc.constantFrom<Action['what']>('remove', 'leave', 'transfer', 'invite', 'create key') },
  { weight: 1, arbitrary: fc.constant<Action['what']>('delete account') },
);
/** Owners above all: whoever is one can take it from the others. */
const role = fc.oneof(fc.constant<Role>('owner'), fc.constantFrom(...roleNames));
const action: fc.Arbitrary<Action> = fc.record({ what, who: person, whom: person, role });
const batches = fc.array(fc.array(action, { minLength: 2, maxLength: 6, size: 'max' }), {
  minLength: 3,
  maxLength: 8,
  size: 'max',
});

interface World {
  scene: Scene;
  people: SignedInUser[];
  /** The members as of the last check, whose accounts are open: who acts, or is acted on, is mostly one of them. */
  members: SignedInUser[];
  keys: (ApiKey & { creator: string })[];
}

describe('members, roles and what comes with them', () => {
  let test: TestService;
  before(async () => {
    test = await startTestService();
    await liftRateLimits(test);
  });
  after(() => test.close());

  async function createWorld(): Promise<World> {
    const people = await atOnce(PEOPLE, () => createSignedInUser(test));
    const scene = await createScene(test, people[0]);
    await Promise.all([scene.add('owner', people[1]), scene.add('admin', people[2])]);
    // Open from the first step on, so that whatever becomes of who sent them has something to take along.
    await scene.invite('guest-of-owner@example.com', 'owner', people[1]);
    await scene.invite('guest-of-admin@example.com', 'admin', people[2]);
    return { scene, people, members: people.slice(0, 3), keys: [] };
  }

  async function act({ scene, people, members, keys }: World, { what, who, whom, role }: Action): Promise<number> {
    const strangers = people.filter((each) => !members.includes(each));
    const pick = (list: SignedInUser[], index: number) => list[index % list.length] ?? people[index]!;
    const actor = pick(members, who);
    const target = pick(what === 'join' || what === 'invite' ? strangers : members, whom);
    switch (what) {
      case 'change role':
        return (await scene.as(actor, `/members/${target.id}`, PATCH({ role }))).status;
      case 'remove':
        return (await scene.as(actor, `/members/${target.id}`, DELETE)).status;
      case 'leave':
        return (await scene.as(actor, `/members/${actor.id}`, DELETE)).status;
      case 'transfer':
        return (await scene.as(actor, '/ownership-transfers', { body: { userId: target.id } })).status;
      case 'invite':
        return (await scene.invite(target.email, role, actor)).status;
      case 'join': {
        // Invited and accepted in one go, so that batches mix both ends of it with everything else.
        const before = invitations(target.email);
        const { status } = await scene.invite(target.email, role, actor);
        if (status !== 201 && before === 0) return status;
        const { token } = await scene.invitation(target.email, status === 201 ? before + 1 : before);
        return (await accept(test, target, token)).status;
      }
      case 'create key': {
        const created = await scene.as(actor, '/api-keys', { body: { name: 'key', scopes: KEY_SCOPES } });
        if (created.status === 201) keys.push({ ...created.body, creator: actor.id });
        return created.status;
      }
      case 'delete account': {
        const { accessToken: token, password } = actor;
        return (await test.request('/v1/users/me', { method: 'DELETE', token, body: { password } })).status;
      }
    }
  }

  const invitations = (email: string) =>
    test.mails.filter(({ to, subject }) => to === email && /invites you/.test(subject)).length;

  async function check(world: World): Promise<number> {
    const { scene, people, keys } = world;
    const { members, liveKeys, changes } = replay(await auditTrail(test, scene.id));
    const stored = await rows(
      test,
      `select user_id, role, u.purge_at is null as open from memberships join users u on u.id = user_id where organization_id = $1`,
      scene.id,
    );
    assert.deepEqual(
      new Map(stored.map((row) => [row.user_id, row.role])).entries().toArray().sort(),
      [...members].sort(),
    );
    const open = stored.filter((row) => row.open);
    assert.ok(open.length === 0 || open.some((row) => row.role === 'owner'), 'someone is left without an owner');
    const roleOf = new Map<string, Role>(open.map((row) => [row.user_id, row.role]));

    world.members = people.filter(({ id }) => roleOf.has(id));
    for (const { id, accessToken: token } of people) {
      const { status } = await test.request(scene.path, { token });
      assert.equal(status === 200, roleOf.has(id), `access of a ${members.get(id) ?? 'stranger'}: ${status}`);
    }
    for (const key of keys) {
      const holds = liveKeys.has(key.id) ? roleOf.get(key.creator) : undefined;
      assert.equal((await scene.as(key, '')).status, holds ? 200 : 401, `a key of a ${holds ?? 'former member'}`);
      const audit = (await scene.as(key, '/audit-events?limit=1')).status;
      assert.equal(audit, holds ? (roles[holds].has('audit:read') ? 200 : 403) : 401);
    }
    const sent = 'select invited_by, role from invitations where organization_id = $1';
    for (const { invited_by, role } of await rows(test, sent, scene.id)) {
      const inviter = members.get(invited_by);
      assert.ok(inviter && mayInvite(inviter, role), `an open invitation as ${role} by a ${inviter}`);
    }
    return changes;
  }

  it('keep an owner, and nothing for who was removed, under any interleaving', async (t) => {
    let changes = 0;
    await fc.assert(
      fc.asyncProperty(batches, async (list) => {
        const world = await createWorld();
        let seen = 0;
        for (const batch of list) {
          const statuses = await Promise.all(batch.map((each) => act(world, each)));
          assert.ok(
            statuses.every((status) => status < 500),
            statuses.join(),
          );
          seen = await check(world);
        }
        changes += seen;
      }),
      // A run is dear, and its batches are short: the first failure says enough without shrinking it.
      { numRuns: 10, endOnFailure: true },
    );
    t.diagnostic(`${changes} changes of members and roles`);
    assert.ok(changes > 30, 'or the test would show little');
  });
});

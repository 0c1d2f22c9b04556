/**
 * Derives from the trail alone what must be true of an organization. The trail is written in the transactions of what it records, under the
 * organization's lock; so its order is the order in which things took effect, however many requests ran at once.
 */
import assert from 'node:assert/strict';
import type { AuditEvent } from '../../audit/schema.ts';
import { mayGrant, type Role, roles } from '../roles.ts';
import { mayInvite } from '../withdrawal.ts';

export interface Outcome {
  /** Role by user. */
  readonly members: ReadonlyMap<string, Role>;
  /** Keys whose creator has been a member ever since. */
  readonly liveKeys: ReadonlySet<string>;
  /** How often owners changed: to see that a test tries hard enough. */
  readonly changes: number;
}

type Details = { role: Role; before: Role; after: Role; invitedBy: string };

/** Replays a trail from its first event. @throws AssertionError at the first event that should not have been possible */
export function replay(trail: readonly AuditEvent[]): Outcome {
  const members = new Map<string, Role>();
  const keys = new Map<string, string>();
  let changes = 0;

  const roleOf = (id: string | null): Role => members.get(id ?? '') ?? assert.fail(`${id} acts and is no member`);
  const drop = (userId: string) => {
    members.delete(userId);
    for (const [key, creator] of keys) if (creator === userId) keys.delete(key);
  };

  for (const event of trail) {
    const { action, actorId, targetId } = event;
    const { role, before, after, invitedBy } = event.details as Details;
    const what = `event ${event.sequence}, ${action} by ${actorId} (${members.get(actorId ?? '')})`;
    if (action === 'organization.created') members.set(actorId!, 'owner');
    if (action === 'invitation.created') assert.ok(mayInvite(roleOf(actorId), role), what);
    if (action === 'member.joined') {
      assert.ok(mayInvite(roleOf(invitedBy), role), `${what}: who invited could no longer`);
      assert.ok(!members.has(targetId!), what);
      members.set(targetId!, role);
      changes++;
    }
    if (action === 'member.role_changed') {
      const held = roles[roleOf(actorId)];
      assert.ok(held.has('members:manage') && mayGrant(held, before) && mayGrant(held, after), what);
      assert.equal(members.get(targetId!), before, what);
      members.set(targetId!, after);
      changes++;
    }
    if (action === 'member.left') {
      assert.equal(targetId, actorId);
      assert.equal(roleOf(actorId), role);
      drop(targetId!);
      changes++;
    }
    if (action === 'member.removed') {
      const held = roles[roleOf(actorId)];
      assert.ok(held.has('members:manage') && mayGrant(held, role), what);
      assert.equal(members.get(targetId!), role, what);
      drop(targetId!);
      changes++;
    }
    if (action === 'api_key.created') {
      assert.ok(roles[roleOf(actorId)].has('api-keys:write'), what);
      keys.set(targetId!, actorId!);
    }
    assert.ok([...members.values()].includes('owner'), `no owner after ${what}`);
  }
  return { members, liveKeys: new Set(keys.keys()), changes };
}

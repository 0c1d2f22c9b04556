/** Keys and invitations that end or shrink with a membership are announced before, recorded one by one, and reported to the owners. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { auditTrail, queuedMails } from '../../../test/conditions.ts';
import {
  assertProblem,
  createSignedInUser,
  type SignedInUser,
  startTestService,
  type TestService,
} from '../../../test/service.ts';
import { DAY_MS } from '../../platform/clock.ts';
import type { Role } from './roles.ts';
import { createScene, DELETE, PATCH, type Scene } from './testing/scene.ts';

const NOTICE = 'api-keys-affected';
const SUBJECT = /API keys of Analytical Engines do not work as before/;

describe('what depends on a member', () => {
  let test: TestService;
  before(async () => {
    test = await startTestService({ schedules: false });
  });
  after(() => test.close());

  const create = (scene: Scene, by: SignedInUser, name: string, scopes: string[]) =>
    scene.as(by, '/api-keys', { body: { name, scopes } }).then(({ body }) => body);
  const take = (scene: Scene, by: SignedInUser, id: string) =>
    scene.as(by, `/api-keys/${id}/take-over`, { method: 'POST' });

  /** A member with two keys and an invitation. */
  async function begin(role: Role = 'admin') {
    const scene = await createScene(test);
    const [person, coOwner] = [await scene.add(role), await scene.add('owner')];
    const deploy = await create(scene, person, 'deploy', ['members:read']);
    const audits = await create(scene, person, 'nightly audit', ['audit:read', 'members:read']);
    const invitation = (await scene.invite(`guest.${scene.id}@example.com`, 'member', person)).body;
    return { scene, person, coOwner, deploy, audits, invitation };
  }
  /** The events that name a cause: action, target, cause, actor. */
  const consequences = async ({ id }: Scene) =>
    (await auditTrail(test, id))
      .filter(({ details }) => 'cause' in details)
      .map(({ action, targetId, details, actorType, actorId }) => [
        action,
        targetId,
        details.cause,
        actorId ?? actorType,
      ]);

  it('is shown before a removal, and then revoked with one event each and an email to every owner', async () => {
    const { scene, person, coOwner, deploy, audits, invitation } = await begin();
    const { body } = await scene.as(scene.owner, `/members/${person.id}/consequences`);
    const announced = body.apiKeys.map((key: { id: string; outcome: string }) => [key.id, key.outcome]);
    assert.deepEqual(announced, [
      [deploy.id, 'revoked'],
      [audits.id, 'revoked'],
    ]);
    assert.deepEqual(
      [body.apiKeyCount, body.invitationCount, body.invitations],
      [2, 1, [{ id: invitation.id, email: invitation.email, role: 'member' }]],
    );
    assert.equal((await scene.as(scene.owner, `/members/${person.id}`, DELETE)).status, 204);
    const owner = scene.owner.id;
    assert.deepEqual(await consequences(scene), [
      ['invitation.revoked', invitation.id, 'member.removed', owner],
      ['api_key.revoked', deploy.id, 'member.removed', owner],
      ['api_key.revoked', audits.id, 'member.removed', owner],
    ]);
    assert.equal(await test.service.audit.verify(scene.id), null);
    for (const { email } of [scene.owner, coOwner]) {
      const mail = await test.mail(email, SUBJECT);
      assert.match(mail.text, /deploy, nightly audit/);
      assert.match(mail.text, /no longer a member/);
    }
    assert.equal(await queuedMails(test, person.email, NOTICE), 0);
  });

  it('is recorded in the name of the person who leaves', async () => {
    const { scene, person, deploy, audits, invitation } = await begin();
    assert.equal((await scene.as(person, `/members/${person.id}/consequences`)).body.apiKeyCount, 2);
    assert.equal((await scene.as(person, `/members/${person.id}`, DELETE)).status, 204);
    assert.deepEqual(await consequences(scene), [
      ['invitation.revoked', invitation.id, 'member.left', person.id],
      ['api_key.revoked', deploy.id, 'member.left', person.id],
      ['api_key.revoked', audits.id, 'member.left', person.id],
    ]);
  });

  it('is shown, and recorded, for another role: keys that allow less, invitations above the role', async () => {
    const { scene, person, audits, invitation } = await begin();
    const path = `/members/${person.id}`;
    const { body } = await scene.as(scene.owner, `${path}/consequences?role=member`);
    assert.deepEqual(
      body.apiKeys.map(({ lastUsedAt: _, hint: __, ...key }: { lastUsedAt: null; hint: string }) => key),
      [
        {
          ...{ id: audits.id, name: 'nightly audit', outcome: 'changed' },
          ...{ scopesBefore: ['audit:read', 'members:read'], scopesAfter: ['members:read'] },
        },
      ],
    );
    assert.equal(body.invitationCount, 1);
    await scene.as(scene.owner, path, PATCH({ role: 'member' }));
    const owner = scene.owner.id;
    assert.deepEqual(await consequences(scene), [
      ['invitation.revoked', invitation.id, 'member.role_changed', owner],
      ['api_key.effective_scopes_changed', audits.id, 'member.role_changed', owner],
    ]);
    const mail = await test.mail(scene.owner.email, SUBJECT);
    assert.match(mail.text, /nightly audit/);
    assert.doesNotMatch(mail.text, /deploy/);
    await scene.as(scene.owner, path, PATCH({ role: 'admin' }));
    const [again] = (await auditTrail(test, scene.id)).slice(-2);
    assert.deepEqual(
      [again!.action, again!.details.after],
      ['api_key.effective_scopes_changed', ['audit:read', 'members:read']],
      'what a key may do again is recorded too',
    );
    assert.equal(await queuedMails(test, scene.owner.email, NOTICE), 1, 'and frightens nobody');
  });

  it('is recorded when an account is purged, in the name of the system', async () => {
    const { scene, person, deploy, audits, invitation } = await begin();
    const { accessToken: token, password } = person;
    await test.request('/v1/users/me', { method: 'DELETE', token, body: { password } });
    test.clock.advance(15 * DAY_MS);
    const handler = test.service.accounts.handlers.find(({ queue }) => queue.name === 'accounts.purge')!;
    await handler.handle({}, {} as never);
    assert.deepEqual((await consequences(scene)).slice(-3), [
      ['invitation.revoked', invitation.id, 'member.removed', 'system'],
      ['api_key.revoked', deploy.id, 'member.removed', 'system'],
      ['api_key.revoked', audits.id, 'member.removed', 'system'],
    ]);
  });

  it('does not work while an account is closed, which the organization is told of', async () => {
    const { scene, person, deploy } = await begin();
    const { administration } = test.service.accounts;
    const user = (await administration.find(person.id))!;
    await administration.suspend(user);
    const paused = (await auditTrail(test, scene.id)).at(-1)!;
    assert.deepEqual(
      [paused.action, paused.targetId, paused.details.cause, paused.actorType],
      ['member.account_closed', person.id, 'user.suspended', 'operator'],
    );
    assert.equal((paused.details.apiKeys as unknown[]).length, 2);
    assert.match((await test.mail(scene.owner.email, SUBJECT)).text, /account of this person was closed/);
    assertProblem(await scene.as(deploy, '/members'), 401, 'unauthenticated');
    await administration.unsuspend(user);
    assert.equal((await auditTrail(test, scene.id)).at(-1)!.action, 'member.account_reopened');
    assert.equal((await scene.as(deploy, '/members')).status, 200);
  });

  it('is told of when a person deletes their account and takes that back', async () => {
    const { scene, person } = await begin();
    const { accessToken: token, password, email } = person;
    await test.request('/v1/users/me', { method: 'DELETE', token, body: { password } });
    const { token: link } = await test.mail(email, /will be deleted/);
    assert.equal((await test.request('/v1/users/me/restore', { body: { token: link } })).status, 204);
    const states = (await auditTrail(test, scene.id))
      .filter(({ action }) => action.startsWith('member.account_'))
      .map(({ action, actorId, details }) => [action, actorId, details.cause]);
    assert.deepEqual(states, [
      ['member.account_closed', person.id, 'user.deletion_requested'],
      ['member.account_reopened', person.id, 'user.restored'],
    ]);
  });

  it('stays visible: revoked keys are listed on request, with the time', async () => {
    const { scene, person, deploy, audits } = await begin();
    const kept = await create(scene, scene.owner, 'kept', []);
    await scene.as(scene.owner, `/members/${person.id}`, DELETE);
    const ids = async (query: string) =>
      (await scene.as(scene.owner, `/api-keys${query}`)).body.data.map(
        (key: { id: string; revokedAt: string | null }) => [key.id, key.revokedAt !== null],
      );
    assert.deepEqual(await ids(''), [[kept.id, false]]);
    assert.deepEqual(await ids('?state=revoked'), [
      [audits.id, true],
      [deploy.id, true],
    ]);
    assert.equal((await ids('?state=all')).length, 3);
  });

  it('is kept by who takes a key over before: it works on, within what the new owner may grant', async () => {
    const scene = await createScene(test);
    const [owner, admin] = [await scene.add('owner'), await scene.add('admin')];
    const key = await create(scene, owner, 'deploy', ['members:read', 'organization:delete']);
    const taken = await take(scene, admin, key.id);
    assert.deepEqual(
      [taken.status, taken.body.createdBy, taken.body.scopes, taken.body.hint],
      [200, admin.id, ['members:read'], key.hint],
    );
    assert.deepEqual((await take(scene, admin, key.id)).body, taken.body, 'a second time changes nothing');
    assert.equal((await scene.as(scene.owner, `/members/${owner.id}`, DELETE)).status, 204);
    assert.equal((await scene.as(key, '/members')).status, 200);
    const event = (await auditTrail(test, scene.id)).find(({ action }) => action === 'api_key.taken_over')!;
    assert.deepEqual(
      [event.actorId, event.details],
      [
        admin.id,
        {
          name: 'deploy',
          before: { createdBy: owner.id, scopes: ['members:read', 'organization:delete'] },
          after: { createdBy: admin.id, scopes: ['members:read'] },
        },
      ],
    );
    assert.equal((await auditTrail(test, scene.id)).filter(({ action }) => action === event.action).length, 1);
  });

  it('is neither taken over by whom it is not for, nor shown to them', async () => {
    const { scene, person, deploy } = await begin();
    const [member, outsider] = [await scene.add('member'), await createSignedInUser(test)];
    assertProblem(await take(scene, member, deploy.id), 403, 'forbidden');
    assertProblem(await take(scene, outsider, deploy.id), 404, 'not_found');
    assertProblem(await scene.as(member, `/members/${person.id}/consequences`), 403, 'forbidden');
    assertProblem(await scene.as(outsider, `/members/${person.id}/consequences`), 404, 'not_found');
    const soon = new Date(test.clock.now().getTime() + DAY_MS);
    const expiring = await scene.key(['api-keys:write', 'members:read'], scene.owner, soon);
    const answer = await scene.as(expiring, `/api-keys/${deploy.id}/take-over`, { method: 'POST' });
    assertProblem(answer, 403, 'forbidden');
    await scene.as(scene.owner, `/api-keys/${deploy.id}`, DELETE);
    assertProblem(await take(scene, scene.owner, deploy.id), 404, 'not_found');
  });
});

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { liftRateLimits, queuedMails } from '../../../test/conditions.ts';
import {
  createSignedInUser,
  PASSWORD,
  type SignedInUser,
  startTestService,
  type TestService,
} from '../../../test/service.ts';
import { createScene, DELETE, PATCH } from './testing/scene.ts';

const TEMPLATES = ['owner-added', 'owner-removed', 'api-key-created', 'role-changed'];

describe('owners get an email', () => {
  let test: TestService;
  before(async () => {
    test = await startTestService();
    await liftRateLimits(test);
  });
  after(() => test.close());

  /** How many emails of which kind a person was sent. */
  async function emails({ email }: SignedInUser): Promise<Record<string, number>> {
    const counts = await Promise.all(
      TEMPLATES.map(async (name) => [name, await queuedMails(test, email, name)] as const),
    );
    return Object.fromEntries(counts.filter(([, count]) => count > 0));
  }

  it('for each step of a take-over with a stolen token: a new owner, a new key, and their own removal', async () => {
    const scene = await createScene(test);
    const victim = scene.owner;
    const thief = await createSignedInUser(test);
    await scene.add('owner', thief);
    assert.deepEqual(await emails(victim), { 'owner-added': 1 });
    await scene.key(['members:read'], victim);
    assert.deepEqual(await emails(victim), { 'owner-added': 1, 'api-key-created': 1 });
    const { text } = await test.mail(victim.email, /has a new API key/);
    assert.match(text, /“deploy”/);
    assert.equal((await scene.as(thief, `/members/${victim.id}`, DELETE)).status, 204);
    assert.deepEqual(await emails(victim), { 'owner-added': 1, 'api-key-created': 1, 'owner-removed': 1 });
    assert.deepEqual(await emails(thief), { 'owner-added': 1, 'api-key-created': 1, 'owner-removed': 1 });
  });

  it('when a member is promoted, and when an owner is demoted, also those who do it', async () => {
    const scene = await createScene(test);
    const member = await scene.add('member');
    const path = `/members/${member.id}`;
    assert.equal((await scene.as(scene.owner, path, PATCH({ role: 'owner' }))).status, 200);
    assert.deepEqual(await emails(scene.owner), { 'owner-added': 1 });
    assert.deepEqual(await emails(member), { 'role-changed': 1 });
    assert.equal((await scene.as(scene.owner, path, PATCH({ role: 'member' }))).status, 200);
    assert.deepEqual(await emails(scene.owner), { 'owner-added': 1, 'owner-removed': 1 });
    assert.deepEqual(await emails(member), { 'role-changed': 2 });
  });

  it('when ownership is transferred, the person who gives it away too', async () => {
    const scene = await createScene(test);
    const [heir, second] = [await scene.add('member'), await scene.add('owner')];
    const { status } = await scene.as(scene.owner, '/ownership-transfers', { body: { userId: heir.id } });
    assert.equal(status, 204);
    assert.deepEqual(await emails(scene.owner), { 'owner-added': 2, 'role-changed': 1 });
    assert.deepEqual(await emails(second), { 'owner-added': 2, 'owner-removed': 1 });
    assert.deepEqual(await emails(heir), { 'role-changed': 1, 'owner-removed': 1 });
  });

  it('when an owner leaves, also the one who left', async () => {
    const scene = await createScene(test);
    const second = await scene.add('owner');
    assert.equal((await scene.as(second, `/members/${second.id}`, DELETE)).status, 204);
    assert.deepEqual(await emails(scene.owner), { 'owner-added': 1, 'owner-removed': 1 });
    assert.deepEqual(await emails(second), { 'owner-added': 1, 'owner-removed': 1 });
  });

  it('while their account is open: not while it is suspended or closed', async () => {
    const scene = await createScene(test);
    const [suspended, closed] = [await scene.add('owner'), await scene.add('owner')];
    const { administration } = test.service.accounts;
    await administration.suspend((await administration.find(suspended.id))!);
    const call = { method: 'DELETE', token: closed.accessToken, body: { password: PASSWORD } };
    assert.equal((await test.request('/v1/users/me', call)).status, 204);
    const before = await Promise.all([suspended, closed].map(emails));
    await scene.key(['members:read']);
    assert.equal((await emails(scene.owner))['api-key-created'], 1);
    assert.deepEqual(await Promise.all([suspended, closed].map(emails)), before);
  });
});

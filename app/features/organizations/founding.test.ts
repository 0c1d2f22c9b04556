import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { atOnce, auditTrail, rows, tally, value } from '../../../test/conditions.ts';
import {
  assertProblem,
  createSignedInUser,
  createUser,
  PASSWORD,
  signIn,
  startTestService,
  type TestService,
} from '../../../test/service.ts';
import { createScene, PATCH } from './testing/scene.ts';

describe('founding', () => {
  let test: TestService;
  before(async () => {
    test = await startTestService();
  });
  after(() => test.close());

  const organizationsOf = async (token: string) => (await test.request('/v1/organizations', { token })).body.data;
  const found = (token: string, body: object, key?: string) =>
    test.request('/v1/organizations', { token, body, ...(key && { headers: { 'idempotency-key': key } }) });

  it('gives each person a personal organization when their address is verified, and none before', async () => {
    await test.request('/v1/users', { body: { email: 'unverified@example.com', password: PASSWORD } });
    await test.mail('unverified@example.com', /confirm/i);
    const count = `select count(*)::int from memberships m join users u on u.id = m.user_id where u.email = $1`;
    assert.equal(await value(test, count, 'unverified@example.com'), 0);
    const { accessToken, id } = await createSignedInUser(test, { name: 'Grace Hopper' });
    const [own, ...others] = await organizationsOf(accessToken);
    assert.deepEqual([own.name, own.personal, own.role, others], ['Grace Hopper', true, 'owner', []]);
    assert.match(own.slug, /^grace-hopper-[0-9a-f]{8}$/);
    const [event] = await auditTrail(test, own.id);
    assert.deepEqual([event!.action, event!.actorId], ['organization.created', id]);
  });

  it('gives one, whoever verifies first and how often: links, resets and operators at once', async () => {
    const email = 'eager@example.com';
    await test.request('/v1/users', { body: { email, password: PASSWORD } });
    const { token } = await test.mail(email, /confirm/i);
    await test.request('/v1/password-resets', { body: { email } });
    const reset = await test.mail(email, /reset/i);
    const { administration } = test.service.accounts;
    const user = (await administration.find(email))!;
    await Promise.all([
      ...Array.from({ length: 8 }, () => test.request('/v1/email-verifications/confirm', { body: { token } })),
      test.request('/v1/password-resets/confirm', { body: { token: reset.token, password: PASSWORD } }),
      administration.verify(user),
    ]);
    const { accessToken } = await signIn(test, email);
    assert.equal((await organizationsOf(accessToken)).length, 1);
  });

  it('gives one to whoever verifies by a password reset', async () => {
    const email = 'forgetful@example.com';
    await test.request('/v1/users', { body: { email, password: PASSWORD } });
    await test.request('/v1/password-resets', { body: { email } });
    const { token } = await test.mail(email, /reset/i);
    await test.request('/v1/password-resets/confirm', { body: { token, password: PASSWORD } });
    const { accessToken } = await signIn(test, email);
    assert.equal((await organizationsOf(accessToken)).length, 1);
  });

  it('copes with any name of a person: long, of emoji, of nothing that a slug can hold', async () => {
    const names = [`${'a'.repeat(99)}😀😀`, '😀'.repeat(100), '山田太郎', '-', ' ', "'; drop table users; --"];
    for (const [index, name] of names.entries()) {
      const { email } = await createUser(test, { email: `name${index}@example.com`, name });
      const [own] = await organizationsOf((await signIn(test, email)).accessToken);
      assert.equal(own.name, [...name].slice(0, 100).join(''));
      assert.match(own.slug, /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/);
    }
  });

  it('takes a slug once: of twenty parallel requests for it one succeeds, and the others leave nothing', async () => {
    const { accessToken } = await createSignedInUser(test);
    const answers = await atOnce(20, () => found(accessToken, { name: 'Race', slug: 'the-race' }));
    assert.deepEqual(tally(answers), { 201: 1, 409: 19 });
    for (const answer of answers.filter(({ status }) => status === 409)) assertProblem(answer, 409, 'slug_taken');
    assert.equal(await value(test, `select count(*)::int from organizations where slug = 'the-race'`), 1);
    assert.equal((await organizationsOf(accessToken)).length, 2);
  });

  it('moves a slug once: of parallel renames to it one succeeds, and the old ones are free again', async () => {
    const scenes = await atOnce(10, () => createScene(test));
    const answers = await Promise.all(scenes.map(({ as, owner }) => as(owner, '', PATCH({ slug: 'the-prize' }))));
    assert.deepEqual(tally(answers), { 200: 1, 409: 9 });
    const text = `select count(*)::int from organizations o left join organization_slugs s on s.slug = o.slug and s.organization_id = o.id
      where s.slug is null`;
    assert.equal(await value(test, text), 0, 'each organization has the slug that it says');
    const count = 'select (select count(*) from organizations) = (select count(*) from organization_slugs)';
    assert.equal(await value(test, count), true, 'and none has two');
    const winner = scenes[answers.findIndex(({ status }) => status === 200)]!;
    assert.equal((await winner.as(winner.owner, '', PATCH({ slug: 'moved-on' }))).body.slug, 'moved-on');
    const [loser] = scenes.filter((scene) => scene !== winner);
    assert.equal((await loser!.as(loser!.owner, '', PATCH({ slug: 'the-prize' }))).status, 200);
  });

  it('refuses names and slugs that could not be shown or linked', async () => {
    const { accessToken } = await createSignedInUser(test);
    const bad = ['ab', 'Upper', '-dash', 'dash-', 'with space', 'ünder', 'a'.repeat(64), 'a/b'];
    for (const slug of bad) assertProblem(await found(accessToken, { name: 'X', slug }), 400, 'validation_failed');
    for (const name of ['', 'a'.repeat(101), 'line\nbreak', 'nul\0', 7, null])
      assertProblem(await found(accessToken, { name }), 400, 'validation_failed');
    assertProblem(await found(accessToken, { name: 'X', personal: true }), 400, 'validation_failed');
    assert.equal((await organizationsOf(accessToken)).length, 1);
  });

  it('happens once for an Idempotency-Key, and each person has keys of their own', async () => {
    const [ada, grace] = await Promise.all([createSignedInUser(test), createSignedInUser(test)]);
    const answers = await atOnce(10, () => found(ada.accessToken, { name: 'Once' }, 'founding-1'));
    const created = answers.filter(({ status }) => status === 201);
    assert.ok(created.length >= 1);
    for (const answer of answers.filter(({ status }) => status !== 201))
      assertProblem(answer, 409, 'request_in_progress');
    assert.equal(new Set(created.map(({ body }) => body.id)).size, 1);
    assertProblem(await found(ada.accessToken, { name: 'Another' }, 'founding-1'), 409, 'idempotency_key_reused');
    const others = await found(grace.accessToken, { name: 'Once' }, 'founding-1');
    assert.notEqual(others.body.id, created[0]!.body.id);
    assert.equal((await organizationsOf(ada.accessToken)).length, 2);
    const [stored] = await rows(test, `select body from idempotency_keys where caller_id = $1`, ada.id);
    assert.ok(!stored.body.toString('latin1').includes('Once'));
  });
});

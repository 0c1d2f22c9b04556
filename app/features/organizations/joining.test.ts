/** The side of the person who was invited. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { atOnce, auditActions, auditTrail, liftRateLimits, rows, tally, value } from '../../../test/conditions.ts';
import {
  assertProblem,
  createSignedInUser,
  PASSWORD,
  signIn,
  startTestService,
  type TestService,
} from '../../../test/service.ts';
import { DAY_MS } from '../../platform/clock.ts';
import { accept, createScene, DELETE } from './testing/scene.ts';

let strangers = 0;

describe('an invited person', () => {
  let test: TestService;
  before(async () => {
    test = await startTestService({ schedules: false });
    await liftRateLimits(test);
  });
  after(() => test.close());

  /** Invites an address without an account. */
  async function inviteStranger(role: 'member' | 'admin' = 'member') {
    const scene = await createScene(test, await createSignedInUser(test, { name: 'Ada Lovelace' }));
    const email = `stranger${++strangers}@example.com`;
    const { body } = await scene.invite(email, role);
    return { scene, email, id: body.id as string, token: (await scene.invitation(email)).token };
  }
  const lookUp = (token: string) => test.request('/v1/invitations/lookup', { body: { token } });
  const register = (token: string, person: object = {}) =>
    test.request('/v1/invitations/register', { body: { token, password: PASSWORD, ...person } });
  const own = (token: string, path = '', call = {}) =>
    test.request(`/v1/users/me/invitations${path}`, { ...call, token });

  it('is read before signing in, and makes a confirmed account and a member in one step', async () => {
    const { scene, email, id, token } = await inviteStranger('admin');
    const { status, body } = await lookUp(token);
    assert.deepEqual(
      [status, body.id, body.email, body.role, body.organization, body.inviter, body.hasAccount],
      [200, id, email, 'admin', { id: scene.id, name: 'Analytical Engines' }, { name: 'Ada Lovelace' }, false],
    );
    const registered = await register(token, { name: 'Grace Hopper', locale: 'de' });
    assert.equal(registered.status, 201, JSON.stringify(registered.body));
    const grace = await signIn(test, email);
    assert.deepEqual(registered.body, { userId: grace.id, email, organizationId: scene.id, role: 'admin' });
    assert.equal((await scene.roles())[grace.id], 'admin');
    const { body: me } = await test.request('/v1/users/me', { token: grace.accessToken });
    assert.deepEqual([me.name, me.locale], ['Grace Hopper', 'de']);
    assert.deepEqual((await auditActions(test, grace.id)).slice(0, 2), ['user.registered', 'user.email_verified']);
    const { body: all } = await test.request('/v1/organizations', { token: grace.accessToken });
    assert.equal(all.data.length, 2, 'with a personal organization, like everybody');
    assert.equal(test.mails.filter(({ to }) => to === email).length, 1, 'one email');
    assert.ok(test.logs.every((line) => !line.includes(token)));
  });

  it('registers once, however often and with whatever password they try', async () => {
    const { scene, email, token } = await inviteStranger();
    assert.deepEqual(tally(await atOnce(6, () => register(token))), { 201: 1, 409: 5 });
    assertProblem(await register(token, { password: 'another good password' }), 409, 'email_taken');
    await signIn(test, email);
    assert.equal(Object.keys(await scene.roles()).length, 2);
  });

  it('takes the place of a registration that was never confirmed, password and all', async () => {
    const { email, token } = await inviteStranger();
    const squatter = { email, password: 'the password of a squatter' };
    await test.request('/v1/users', { body: squatter });
    assert.equal((await lookUp(token)).body.hasAccount, false);
    assert.equal((await register(token)).status, 201);
    assertProblem(await test.request('/v1/sessions', { body: squatter }), 401, 'invalid_credentials');
    await signIn(test, email);
  });

  it('with an account signs in instead: the link sets no password', async () => {
    const [scene, grace] = [await createScene(test), await createSignedInUser(test)];
    await scene.invite(grace.email, 'member');
    const { token } = await scene.invitation(grace.email);
    assert.equal((await lookUp(token)).body.hasAccount, true);
    assertProblem(await register(token, { password: 'a password of a thief' }), 409, 'email_taken');
    await signIn(test, grace.email);
    assert.equal((await accept(test, grace, token)).status, 200);
  });

  it('cannot use a link that is damaged, revoked or over, nor a weak password', async () => {
    const { scene, id, token } = await inviteStranger();
    assertProblem(await register(token, { password: 'password' }), 422, 'weak_password');
    assertProblem(await lookUp(token.slice(1)), 400, 'invalid_token');
    await scene.as(scene.owner, `/invitations/${id}`, DELETE);
    for (const use of [lookUp, register]) assertProblem(await use(token), 400, 'invalid_token');
    const late = await inviteStranger();
    test.clock.advance(7 * DAY_MS);
    for (const use of [lookUp, register]) assertProblem(await use(late.token), 400, 'token_expired');
  });

  it('gets the same answer when they accept twice; another person does not', async () => {
    const [scene, grace, other] = [
      await createScene(test),
      await createSignedInUser(test),
      await createSignedInUser(test),
    ];
    await scene.invite(grace.email, 'member');
    const { token } = await scene.invitation(grace.email);
    const [first, second] = [await accept(test, grace, token), await accept(test, grace, token)];
    assert.deepEqual([second.status, second.body], [200, first.body]);
    assertProblem(await accept(test, other, token), 400, 'invalid_token');
    assert.equal((await auditTrail(test, scene.id)).filter(({ action }) => action === 'member.joined').length, 1);
    await scene.as(scene.owner, `/members/${grace.id}`, DELETE);
    assertProblem(await accept(test, grace, token), 400, 'invalid_token');
  });

  it('lists, accepts and declines the invitations to their own address, and no others', async () => {
    const [one, two, grace] = [await createScene(test), await createScene(test), await createSignedInUser(test)];
    await one.add('member');
    const [first, second] = [await one.invite(grace.email, 'admin'), await two.invite(grace.email, 'member')];
    const foreign = await one.invite('somebody.else@example.com', 'member');
    const listed = await own(grace.accessToken);
    assert.deepEqual(
      listed.body.data.map((each: { id: string; organization: { id: string } }) => [each.id, each.organization.id]),
      [
        [second.body.id, two.id],
        [first.body.id, one.id],
      ],
    );
    assert.equal((await own(grace.accessToken, '?limit=1')).body.data.length, 1);
    assertProblem(await own(grace.accessToken, `/${foreign.body.id}`, DELETE), 404, 'not_found');
    assertProblem(await own(grace.accessToken, `/${foreign.body.id}/accept`, { method: 'POST' }), 404, 'not_found');
    const accepted = await own(grace.accessToken, `/${first.body.id}/accept`, { method: 'POST' });
    assert.deepEqual(accepted.body, { organizationId: one.id, role: 'admin' });
    assert.equal((await own(grace.accessToken, `/${second.body.id}`, DELETE)).status, 204);
    assert.deepEqual((await own(grace.accessToken)).body.data, []);
    const last = (await auditTrail(test, two.id)).at(-1)!;
    assert.deepEqual([last.action, last.actorId], ['invitation.declined', grace.id]);
    assertProblem(await accept(test, grace, (await two.invitation(grace.email, 2)).token), 400, 'invalid_token');
    assert.equal((await two.invite(grace.email, 'member')).status, 201, 'and can be invited again');
    assert.equal((await own(grace.accessToken)).body.data.length, 1);
    assert.equal((await two.as(two.owner, '', DELETE)).status, 204);
    assert.deepEqual((await own(grace.accessToken)).body.data, [], 'none to an organization that is deleted');
  });

  it('gets another link when an invitation is sent again, also after it was over', async () => {
    const { scene, email, id, token } = await inviteStranger();
    const colleague = await scene.add('admin');
    const resend = (by = colleague) => scene.as(by, `/invitations/${id}/resend`, { method: 'POST' });
    const resent = await resend();
    assert.deepEqual([resent.status, resent.body.invitedBy], [200, colleague.id]);
    const second = (await scene.invitation(email, 2)).token;
    assertProblem(await lookUp(token), 400, 'invalid_token');
    assert.equal((await lookUp(second)).status, 200);
    test.clock.advance(7 * DAY_MS);
    assertProblem(await lookUp(second), 400, 'token_expired');
    assert.equal((await resend(await signIn(test, colleague.email))).status, 200);
    assert.equal((await lookUp((await scene.invitation(email, 3)).token)).status, 200);
    const outsider = await createSignedInUser(test);
    assertProblem(await resend(outsider), 404, 'not_found');
    const above = await scene.as(await signIn(test, scene.owner.email), '/invitations', {
      body: { email: 'above@example.com', role: 'owner' },
    });
    const asAdmin = await scene.as(await signIn(test, colleague.email), `/invitations/${above.body.id}/resend`, {
      method: 'POST',
    });
    assertProblem(asAdmin, 403, 'forbidden');
  });

  it('and who invited them see whether the address gets emails', async () => {
    const [scene, grace] = [await createScene(test), await createSignedInUser(test)];
    const [, blocked] = [
      await scene.invite(grace.email, 'member'),
      await scene.invite('blocked@example.com', 'member'),
    ];
    assert.equal(blocked.body.emailStatus, 'deliverable');
    const me = async () => (await test.request('/v1/users/me', { token: grace.accessToken })).body.emailStatus;
    assert.equal(await me(), 'deliverable');
    const suppress = `insert into email_suppressions (address, scope, reason) values ($1, 'all', $2)`;
    await rows(test, suppress, grace.email, 'hard_bounce');
    await rows(test, suppress, 'blocked@example.com', 'complaint');
    await rows(
      test,
      `insert into email_suppressions (address, scope, reason) values ($1, 'bulk', 'unsubscribe')`,
      scene.owner.email,
    );
    assert.equal(await me(), 'bounced');
    const { body } = await scene.as(scene.owner, '/invitations');
    assert.deepEqual(
      body.data.map((row: { emailStatus: string }) => row.emailStatus),
      ['suppressed', 'bounced'],
    );
    const { body: owner } = await test.request('/v1/users/me', { token: scene.owner.accessToken });
    assert.equal(owner.emailStatus, 'deliverable', 'bulk email is another matter');
  });
});

describe('a deletion without a body in DELETE', () => {
  it('does the same', async (t) => {
    const test = await startTestService();
    t.after(() => test.close());
    const { accessToken: token, id } = await createSignedInUser(test);
    const request = (password: string) => test.request('/v1/users/me/deletion', { token, body: { password } });
    assertProblem(await request('not the password'), 403, 'password_incorrect');
    assert.equal((await request(PASSWORD)).status, 204);
    assert.notEqual(await value(test, 'select purge_at from users where id = $1', id), null);
    assertProblem(await test.request('/v1/users/me', { token }), 401, 'session_revoked');
  });
});

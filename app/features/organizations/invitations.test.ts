import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { atOnce, rows, tally, value } from '../../../test/conditions.ts';
import {
  assertProblem,
  createSignedInUser,
  createUser,
  signIn,
  startTestService,
  type TestService,
} from '../../../test/service.ts';
import { sha256 } from '../../platform/security/random.ts';
import { accept, createScene, DELETE, PATCH } from './testing/scene.ts';

describe('an invitation', () => {
  let test: TestService;
  before(async () => {
    test = await startTestService();
  });
  after(() => test.close());

  const open = (organizationId: string) =>
    value(test, 'select count(*)::int from invitations where organization_id = $1', organizationId);

  it('is mailed with who invites, where, as what, and until when', async () => {
    const scene = await createScene(test, await createSignedInUser(test, { name: 'Ada Lovelace' }));
    assert.equal((await scene.invite('mailed@example.com', 'admin')).status, 201);
    const mail = await scene.invitation('mailed@example.com');
    assert.equal(mail.subject, 'Ada Lovelace invites you to Analytical Engines');
    for (const text of [mail.text, mail.html]) {
      assert.match(text, new RegExp(`https://app\\.example\\.com/accept-invitation\\?token=${mail.token}`));
      assert.match(text, /administrator|admin/i);
      assert.match(text, /7 days/);
    }
  });

  it('makes the invited person a member, once', async () => {
    const [scene, grace] = await Promise.all([createScene(test), createSignedInUser(test)]);
    await scene.invite(grace.email, 'admin');
    const { token } = await scene.invitation(grace.email);
    const accepted = await accept(test, grace, token);
    assert.deepEqual([accepted.status, accepted.body], [200, { organizationId: scene.id, role: 'admin' }]);
    assert.equal((await scene.roles())[grace.id], 'admin');
  });

  it('makes one membership of fifty parallel uses', async () => {
    const [scene, grace] = await Promise.all([createScene(test), createSignedInUser(test)]);
    await scene.invite(grace.email, 'member');
    const { token } = await scene.invitation(grace.email);
    const answers = await atOnce(50, () => accept(test, grace, token));
    assert.deepEqual(tally(answers), { 200: 50 }, 'the one who joins gets the same answer each time');
    assert.equal(Object.keys(await scene.roles()).length, 2);
    const joined = await scene.as(scene.owner, '/audit-events?action=member.joined');
    assert.equal(joined.body.data.length, 1);
  });

  it('is refused to oneself and to whoever is a member already', async () => {
    const scene = await createScene(test);
    const member = await scene.add('member');
    for (const { email } of [scene.owner, member]) {
      assertProblem(await scene.invite(email, 'admin'), 409, 'already_member');
      assertProblem(await scene.invite(email.toUpperCase(), 'admin'), 409, 'already_member');
    }
    assert.equal(await open(scene.id), 0);
  });

  it('is refused while one is open for the address, however it is written, also from two requests at once', async () => {
    const scene = await createScene(test);
    const spellings = ['Twice@Example.com', 'twice@example.com', ' twice@EXAMPLE.com '];
    const answers = await atOnce(9, (index) => scene.invite(spellings[index % 3]!, 'member'));
    assert.deepEqual(tally(answers), { 201: 1, 409: 8 });
    for (const answer of answers.filter(({ status }) => status === 409)) assertProblem(answer, 409, 'already_invited');
    assert.equal(await open(scene.id), 1);
    const [row] = (await scene.as(scene.owner, '/invitations')).body.data;
    assert.equal(row.email, 'twice@example.com');
  });

  it('is refused for what is no address and for a role that does not exist', async () => {
    const scene = await createScene(test);
    assertProblem(await scene.invite('nobody@', 'member'), 422, 'invalid_email');
    for (const role of ['superuser', 'Owner', '', 'toString', 7, null]) {
      assertProblem(await scene.invite('somebody@example.com', role as 'member'), 400, 'validation_failed');
    }
    assert.equal(await open(scene.id), 0);
  });

  it('cannot be accepted by a person with another address, and stays open for the right one', async () => {
    const [scene, thief, grace] = await Promise.all([
      createScene(test),
      createSignedInUser(test),
      createSignedInUser(test, { email: 'grace.h@example.com' }),
    ]);
    await scene.invite('Grace.H@Example.COM', 'member');
    const { token } = await scene.invitation('grace.h@example.com');
    assertProblem(await accept(test, thief, token), 403, 'invitation_for_another_address');
    assert.equal((await accept(test, grace, token)).status, 200, 'addresses are compared in any case');
    assert.deepEqual(Object.keys(await scene.roles()).sort(), [scene.owner.id, grace.id].sort());
  });

  it('cannot be accepted by who became a member by another way, and nothing is half done', async () => {
    const scene = await createScene(test);
    const { email } = await createUser(test);
    await scene.invite(email, 'admin');
    const person = await signIn(test, email);
    const now = test.clock.now();
    const add = `insert into memberships (organization_id, user_id, role, created_at) values ($1, $2, 'member', $3)`;
    await rows(test, add, scene.id, person.id, now);
    assertProblem(await accept(test, person, (await scene.invitation(email)).token), 409, 'already_member');
    assert.deepEqual([(await scene.roles())[person.id], await open(scene.id)], ['member', 1]);
  });

  it('is void once revoked', async () => {
    const [scene, grace] = await Promise.all([createScene(test), createSignedInUser(test)]);
    const { body } = await scene.invite(grace.email, 'member');
    const { token } = await scene.invitation(grace.email);
    assert.equal((await scene.as(scene.owner, `/invitations/${body.id}`, DELETE)).status, 204);
    assertProblem(await scene.as(scene.owner, `/invitations/${body.id}`, DELETE), 404, 'not_found');
    assertProblem(await accept(test, grace, token), 400, 'invalid_token');
    assert.equal((await scene.invite(grace.email, 'member')).status, 201, 'the address can be invited again');
    assert.notEqual((await scene.invitation(grace.email, 2)).token, token);
  });

  it('is either accepted or revoked, never both', async () => {
    const [scene, grace] = await Promise.all([createScene(test), createSignedInUser(test)]);
    const { body } = await scene.invite(grace.email, 'member');
    const { token } = await scene.invitation(grace.email);
    const revoke = scene.as(scene.owner, `/invitations/${body.id}`, DELETE);
    const [revoked, accepted] = await Promise.all([revoke, accept(test, grace, token)]);
    assert.ok([`204 400`, `404 200`].includes(`${revoked.status} ${accepted.status}`));
    assert.equal(grace.id in (await scene.roles()), accepted.status === 200);
  });

  it('is refused when the token is damaged, truncated or of no organization', async () => {
    const [scene, grace] = await Promise.all([createScene(test), createSignedInUser(test)]);
    await scene.invite(grace.email, 'member');
    const { token } = await scene.invitation(grace.email);
    const swapped = (token.startsWith('A') ? 'B' : 'A') + token.slice(1);
    for (const bad of [
      token.slice(0, -1),
      `${token}A`,
      swapped,
      token.slice(0, -1) + (token.endsWith('A') ? 'B' : 'A'),
      'x',
    ]) {
      assertProblem(await accept(test, grace, bad), 400, 'invalid_token');
    }
    assertProblem(await accept(test, grace, ''), 400, 'validation_failed');
    assert.equal((await accept(test, grace, token)).status, 200);
  });

  it('ends with the membership of who sent it, or when their role no longer allows it', async () => {
    const scene = await createScene(test);
    const [removed, demoted, lowered] = await Promise.all([scene.add('admin'), scene.add('admin'), scene.add('owner')]);
    const guests = await atOnce(4, () => createSignedInUser(test));
    const [fromRemoved, fromDemoted, above, within] = guests as [(typeof guests)[0], ...typeof guests];
    await scene.invite(fromRemoved.email, 'member', removed);
    await scene.invite(fromDemoted!.email, 'member', demoted);
    await scene.invite(above!.email, 'owner', lowered);
    await scene.invite(within!.email, 'admin', lowered);
    assert.equal((await scene.as(scene.owner, `/members/${removed.id}`, DELETE)).status, 204);
    assert.equal((await scene.as(scene.owner, `/members/${demoted.id}`, PATCH({ role: 'member' }))).status, 200);
    assert.equal((await scene.as(scene.owner, `/members/${lowered.id}`, PATCH({ role: 'admin' }))).status, 200);

    const outcome = async (guest: (typeof guests)[0]) =>
      (await accept(test, guest, (await scene.invitation(guest.email)).token)).body.code ?? 'accepted';
    assert.deepEqual(await Promise.all(guests.map(outcome)), [
      'invalid_token',
      'invalid_token',
      'invalid_token',
      'accepted',
    ]);
  });

  it('is of no use while the account of who sent it is suspended or deleted', async () => {
    const scene = await createScene(test);
    const [suspended, deleted] = await Promise.all([scene.add('admin'), scene.add('admin')]);
    const guests = await atOnce(2, () => createSignedInUser(test));
    await scene.invite(guests[0]!.email, 'admin', suspended);
    await scene.invite(guests[1]!.email, 'admin', deleted);
    const { administration } = test.service.accounts;
    const user = (await administration.find(suspended.email))!;
    await administration.suspend(user);
    const { accessToken: token, password } = deleted;
    const gone = await test.request('/v1/users/me', { method: 'DELETE', token, body: { password } });
    assert.equal(gone.status, 204);
    const use = async (index: number) =>
      accept(test, guests[index]!, (await scene.invitation(guests[index]!.email)).token);
    assertProblem(await use(0), 400, 'invalid_token');
    assertProblem(await use(1), 400, 'invalid_token');
    await administration.unsuspend(user);
    assert.equal((await use(0)).status, 200);
  });

  it('is at rest as a hash of its secret only', async () => {
    const scene = await createScene(test);
    await scene.invite('at-rest@example.com', 'member');
    const { token } = await scene.invitation('at-rest@example.com');
    const secret = Buffer.from(token, 'base64url').subarray(16);
    const [row] = await rows(test, 'select token_hash from invitations where organization_id = $1', scene.id);
    assert.deepEqual(row.token_hash, sha256(secret));
    const tables = await rows(
      test,
      `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('public', 'pgboss')`,
    );
    for (const { name } of tables) {
      for (const needle of [token, secret.toString('hex')]) {
        const text = `select count(*)::int from ${name} t where t::text like '%' || $1 || '%'`;
        assert.equal(await value(test, text, needle), 0, `a secret in ${name}`);
      }
    }
  });

  it('is listed in its own organization only, as are its cursors', async () => {
    const [scene, other] = await Promise.all([createScene(test), createScene(test)]);
    for (const each of [scene, other])
      for (const name of ['ada', 'bob'])
        assert.equal((await each.invite(`${name}.${each.id}@example.com`, 'member')).status, 201);
    for (const each of [scene, other]) {
      const { body } = await each.as(each.owner, '/invitations');
      const listed = body.data.map(({ email }: { email: string }) => email);
      assert.deepEqual(listed.sort(), [`ada.${each.id}@example.com`, `bob.${each.id}@example.com`]);
    }
    const { body } = await scene.as(scene.owner, '/invitations?limit=1');
    const rest = `/invitations?limit=1&cursor=${body.nextCursor}`;
    assert.equal((await scene.as(scene.owner, rest)).body.data.length, 1);
    assertProblem(await other.as(other.owner, rest), 400, 'invalid_cursor');
  });

  it('is not sent for a role above the one who invites', async () => {
    const scene = await createScene(test);
    const admin = await scene.add('admin');
    const answer = await scene.invite('crony@example.com', 'owner', admin);
    assertProblem(answer, 403, 'forbidden');
    const key = await scene.key(['members:invite', 'organization:read', 'members:read']);
    assertProblem(await scene.invite('crony@example.com', 'admin', key), 403, 'forbidden');
    assert.equal(await open(scene.id), 0);
    assert.equal((await scene.invite('crony@example.com', 'member', key)).status, 201);
  });

  it('is mailed to one address ten times an hour at most, from whichever organization', async () => {
    const [one, other] = await Promise.all([createScene(test), createScene(test)]);
    const bomb = async (scene: typeof one) => {
      const sent = await scene.invite('bombed@example.com', 'member');
      if (sent.status === 201) await scene.as(scene.owner, `/invitations/${sent.body.id}`, DELETE);
      return sent;
    };
    for (let sent = 0; sent < 5; sent++)
      for (const scene of [one, other]) assert.equal((await bomb(scene)).status, 201);
    assertProblem(await bomb(one), 429, 'rate_limited');
    assertProblem(await bomb(other), 429, 'rate_limited');
    assert.equal((await one.invite('somebody.else@example.com', 'member')).status, 201);
  });
});

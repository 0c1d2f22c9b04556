import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { atOnce, auditActions, queuedMails, tally } from '../../../../test/conditions.ts';
import {
  assertProblem,
  createSignedInUser,
  PASSWORD,
  type SignedInUser,
  signIn,
  type TestService,
} from '../../../../test/service.ts';
import { MINUTE_MS } from '../../../platform/clock.ts';
import { Browser, type ProviderScene, persons, startWithProvider } from './testing/scene.ts';

let others = 0;
const PATH = '/v1/users/me/identities';

describe('identities', () => {
  let scene: ProviderScene;
  let test: TestService;
  before(async () => {
    scene = await startWithProvider();
    test = scene.test;
  });
  after(() => scene.close());

  function somebody(): string {
    const sub = `linked-${++others}`;
    persons.push({ sub, name: 'Some Body', email: `${sub}@works.example`, email_verified: true });
    return sub;
  }
  const link = async (user: SignedInUser, sub: string, password?: string, browser = new Browser()) => {
    const { code } = await browser.prove(test, sub);
    return browser.call(test, PATH, { token: user.accessToken, body: { code, ...(password && { password }) } });
  };
  const unlink = (token: string, id: string) => test.request(`${PATH}/${id}`, { method: 'DELETE', token });

  it('are linked once each, listed, exported, and told of by email and in the trail', async () => {
    const user = await createSignedInUser(test);
    const sub = somebody();
    const first = await link(user, sub);
    assert.equal(first.status, 200, JSON.stringify(first.body));
    const again = await link(user, sub);
    assert.equal(again.body.id, first.body.id, 'a second time changes nothing');
    const listed = (await test.request(PATH, { token: user.accessToken })).body.data;
    assert.deepEqual(listed, [first.body]);
    assert.equal(await queuedMails(test, user.email, 'identity-linked'), 1);
    const exported = (await test.request('/v1/users/me/export', { token: user.accessToken })).body;
    const { data } = { data: exported.identities };
    assert.deepEqual([data.length, data[0].subject, data[0].userId], [1, sub, undefined]);
    assert.equal((await unlink(user.accessToken, first.body.id)).status, 204);
    assert.equal(await queuedMails(test, user.email, 'identity-unlinked'), 1);
    assertProblem(await unlink(user.accessToken, first.body.id), 404, 'not_found');
    const actions = await auditActions(test, user.id);
    assert.deepEqual(
      actions.filter((action) => action.startsWith('identity.')),
      ['identity.linked', 'identity.unlinked'],
    );
  });

  it('belong to one account', async () => {
    const [one, other] = [await createSignedInUser(test), await createSignedInUser(test)];
    const sub = somebody();
    assert.equal((await link(one, sub)).status, 200);
    assertProblem(await link(other, sub), 409, 'identity_taken');
    const theirs = (await test.request(PATH, { token: one.accessToken })).body.data[0].id;
    assertProblem(await unlink(other.accessToken, theirs), 404, 'not_found');
  });

  it('are linked to one of two accounts that ask at the same time', async () => {
    const users = [await createSignedInUser(test), await createSignedInUser(test)];
    const sub = somebody();
    const answers = await Promise.all(users.map((user) => link(user, sub)));
    assert.deepEqual(tally(answers), { 200: 1, 409: 1 });
  });

  it('need the password once the sign-in is older than ten minutes', async () => {
    const user = await createSignedInUser(test);
    test.clock.advance(10 * MINUTE_MS - 1_000);
    const { body } = await link(user, somebody());
    test.clock.advance(2_000);
    const fresh = await test.request('/v1/sessions/refresh', { body: { refreshToken: user.refreshToken } });
    const old = { ...user, accessToken: fresh.body.accessToken };
    assertProblem(await link(old, somebody()), 403, 'recent_sign_in_required');
    assertProblem(await link(old, somebody(), 'not the password'), 403, 'password_incorrect');
    assert.equal((await link(old, somebody(), PASSWORD)).status, 200);
    assertProblem(await unlink(old.accessToken, body.id), 403, 'recent_sign_in_required');
    const again = await signIn(test, user.email);
    assert.equal((await unlink(again.accessToken, body.id)).status, 204);
  });

  it('leave a way in: of the last two that are removed at the same time, one stays', async () => {
    const browser = new Browser();
    const { body } = await browser.redeem(test, (await browser.prove(test, somebody())).code);
    const token = body.accessToken;
    const user = { accessToken: token } as SignedInUser;
    const [first] = (await test.request(PATH, { token })).body.data;
    assertProblem(await unlink(token, first.id), 409, 'last_way_in');
    const second = (await link(user, somebody())).body;
    const answers = await atOnce(2, (nth) => unlink(token, nth === 0 ? first.id : second.id));
    assert.deepEqual(tally(answers), { 204: 1, 409: 1 });
    assert.equal((await test.request(PATH, { token })).body.data.length, 1);
  });

  it('go with the account, and are free for another one then', async () => {
    const sub = somebody();
    const browser = new Browser();
    const first = await browser.redeem(test, (await browser.prove(test, sub)).code);
    await test.service.db.$client.query('delete from users where id = $1', [first.body.user.id]);
    await test.service.db.$client.query(`insert into changes (kind, key) values ('*', '')`);
    const second = await browser.redeem(test, (await browser.prove(test, sub)).code);
    assert.equal(second.status, 201, JSON.stringify(second.body));
    assert.notEqual(second.body.user.id, first.body.user.id);
  });
});

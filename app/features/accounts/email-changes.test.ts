import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  atOnce,
  auditActions,
  auditTrail,
  comparable,
  liftRateLimits,
  queuedMails,
  tally,
  value,
} from '../../../test/conditions.ts';
import {
  assertProblem,
  createSignedInUser,
  createUser,
  PASSWORD,
  type SignedInUser,
  signIn,
  startTestService,
  type TestService,
} from '../../../test/service.ts';
import { DAY_MS, SECOND_MS } from '../../platform/clock.ts';

const NEW_PASSWORD = 'purple monkey dishwasher lamp';
let addresses = 0;
const newAddress = () => `new${++addresses}@example.org`;

describe('a change of address', () => {
  let test: TestService;
  before(async () => {
    test = await startTestService({ schedules: false });
    await liftRateLimits(test);
  });
  after(() => test.close());

  const ask = (token: string, email: string, password = PASSWORD) =>
    test.request('/v1/users/me/email-changes', { token, body: { email, password } });
  const confirm = (token: string) => test.request('/v1/email-verifications/confirm', { body: { token } });
  const revert = (token: string) => test.request('/v1/users/me/email-changes/revert', { body: { token } });
  const attempt = (email: string, password = PASSWORD) => test.request('/v1/sessions', { body: { email, password } });
  const me = async (token: string) => (await test.request('/v1/users/me', { token })).body;
  const link = async (email: string, nth = 1) => (await test.mail(email, /Confirm your new/, nth)).token;
  const wayBack = async (email: string, nth = 1) => (await test.mail(email, /was changed/, nth)).token;
  async function move({ accessToken }: Pick<SignedInUser, 'accessToken'>, email = newAddress(), password = PASSWORD) {
    test.clock.advance(SECOND_MS);
    assert.equal((await ask(accessToken, email, password)).status, 202);
    assert.equal((await confirm(await link(email))).status, 204);
    return email;
  }
  /** @param nth of the emails that verify this address */
  async function register(email: string, nth: number) {
    await test.request('/v1/users', { body: { email, password: PASSWORD } });
    assert.equal((await confirm((await test.mail(email, /Confirm your email/, nth)).token)).status, 204);
  }
  async function resetPassword(email: string, nth = 1) {
    await test.request('/v1/password-resets', { body: { email } });
    const { token } = await test.mail(email, /Reset/, nth);
    return test.request('/v1/password-resets/confirm', { body: { token, password: NEW_PASSWORD } });
  }

  it('is made by the link that goes to the new address, and not before', async () => {
    const user = await createSignedInUser(test);
    const email = newAddress();
    assert.equal((await ask(user.accessToken, email.toUpperCase())).status, 202);
    const token = await link(email);
    assert.equal((await me(user.accessToken)).email, user.email);
    assertProblem(await attempt(email), 401, 'invalid_credentials');

    assert.equal((await confirm(token)).status, 204);
    assert.equal((await me(user.accessToken)).email, email, 'the session goes on');
    await signIn(test, email);
    assertProblem(await attempt(user.email), 401, 'invalid_credentials');
    const event = (await auditTrail(test, user.id)).find(({ action }) => action === 'email.changed');
    assert.deepEqual(event?.details, { before: user.email, after: email });
    // The old address is free again.
    await register(user.email, 2);
  });

  it('needs the password, and an address that is another one and can be mailed to', async () => {
    const { accessToken: token, email } = await createSignedInUser(test);
    assertProblem(await ask(token, newAddress(), 'wrong'), 403, 'password_incorrect');
    assertProblem(await ask(token, email.toUpperCase()), 422, 'email_unchanged');
    assertProblem(await ask(token, 'nowhere'), 422, 'invalid_email');
  });

  it('is void when another one is asked for', async () => {
    const { accessToken: token } = await createSignedInUser(test);
    const [first, second] = [newAddress(), newAddress()];
    await ask(token, first);
    const void1 = await link(first);
    await ask(token, second);
    assertProblem(await confirm(void1), 400, 'invalid_token');
    assert.equal((await confirm(await link(second))).status, 204);
  });

  it('to a taken address is answered the same, mails its owner only, and changes nothing', async () => {
    const [user, owner] = await Promise.all([createSignedInUser(test), createUser(test)]);
    const taken = await ask(user.accessToken, owner.email);
    const free = await ask(user.accessToken, newAddress());
    assert.deepEqual(comparable(taken), comparable(free));
    await test.mail(owner.email, /already have/);
    assert.equal(await queuedMails(test, owner.email, 'email-change-confirm'), 0);
    await signIn(test, owner.email);
  });

  it('is refused when the address was taken meanwhile, and leaves the link to try again', async () => {
    const user = await createSignedInUser(test);
    const email = newAddress();
    await ask(user.accessToken, email);
    const token = await link(email);
    await register(email, 1);
    assertProblem(await confirm(token), 409, 'email_taken');
    assert.equal((await me(user.accessToken)).email, user.email);
  });

  it('replaces a registration of the new address that was never verified', async () => {
    const user = await createSignedInUser(test);
    const email = newAddress();
    await test.request('/v1/users', { body: { email, password: NEW_PASSWORD } });
    const provisional = (await test.mail(email, /Confirm your email/)).token;
    await move(user, email);
    assertProblem(await confirm(provisional), 400, 'invalid_token');
    assertProblem(await attempt(email, NEW_PASSWORD), 401, 'invalid_credentials');
    assert.equal((await signIn(test, email)).id, user.id);
    assert.equal(await value(test, 'select count(*)::int from users where email = $1', email), 1);
  });

  it('and a verification of the same address at the same time leave one owner, whichever wins', async () => {
    for (let round = 0; round < 5; round++) {
      const user = await createSignedInUser(test);
      const email = newAddress();
      await ask(user.accessToken, email);
      await test.request('/v1/users', { body: { email, password: NEW_PASSWORD } });
      const links = [await link(email), (await test.mail(email, /Confirm your email/)).token];
      const answers = await Promise.all(links.map(confirm));
      assert.equal(tally(answers)[204], 1, JSON.stringify(tally(answers)));
      const [changed, registered] = [await attempt(email, PASSWORD), await attempt(email, NEW_PASSWORD)];
      assert.deepEqual([changed.status, registered.status], answers[0]!.status === 204 ? [201, 401] : [401, 201]);
    }
  });

  it('of several people to one address at the same time succeeds for one of them', async () => {
    const people = await atOnce(5, () => createSignedInUser(test));
    const email = newAddress();
    const links = [];
    for (const [index, { accessToken }] of people.entries()) {
      await ask(accessToken, email);
      links.push(await link(email, index + 1));
    }
    assert.deepEqual(tally(await Promise.all(links.map(confirm))), { 204: 1, 409: 4 });
  });

  it('cannot be confirmed by one who was suspended meanwhile', async () => {
    const user = await createSignedInUser(test);
    const email = newAddress();
    await ask(user.accessToken, email);
    const token = await link(email);
    const { administration } = test.service.accounts;
    await administration.suspend((await administration.find(user.id))!);
    assertProblem(await confirm(token), 400, 'invalid_token');
    assert.equal((await administration.find(user.id))!.email, user.email);
  });

  describe('that was not wanted', () => {
    it('is reverted by the link that goes to the old address; sessions end, and the password that made it is void', async () => {
      const user = await createSignedInUser(test);
      const email = await move(user);
      const pending = newAddress();
      await ask(user.accessToken, pending);
      const pendingLink = await link(pending);

      assert.equal((await revert(await wayBack(user.email))).status, 204);
      assert.equal((await me(user.accessToken)).code, 'session_revoked');
      for (const address of [user.email, email]) assertProblem(await attempt(address), 401, 'invalid_credentials');
      assertProblem(await confirm(pendingLink), 400, 'invalid_token');
      assert.equal((await resetPassword(user.email)).status, 204);
      assert.equal((await signIn(test, user.email, NEW_PASSWORD)).id, user.id);
      assert.ok((await auditActions(test, user.id)).includes('email.change_reverted'));
    });

    it('can be reverted for seven days', async () => {
      const [early, late] = await Promise.all([createSignedInUser(test), createSignedInUser(test)]);
      await Promise.all([move(early), move(late)]);
      test.clock.advance(7 * DAY_MS - 2 * SECOND_MS);
      assert.equal((await revert(await wayBack(early.email))).status, 204);
      test.clock.advance(2 * SECOND_MS);
      assertProblem(await revert(await wayBack(late.email)), 400, 'token_expired');
    });

    it('is reverted to the first address after two changes, and the way back from the second is void then', async () => {
      const user = await createSignedInUser(test);
      const second = await move(user);
      await move(user);
      const [first, between] = [await wayBack(user.email), await wayBack(second)];
      assert.equal((await revert(first)).status, 204);
      assertProblem(await revert(between), 400, 'invalid_token');
      assert.equal((await resetPassword(user.email)).status, 204);
      await signIn(test, user.email, NEW_PASSWORD);
    });

    it('can still be reverted by its owner after a thief moved on and reverted that himself', async () => {
      const user = await createSignedInUser(test);
      const thiefs = await move(user);
      await move(user);
      assert.equal((await revert(await wayBack(thiefs))).status, 204);
      assert.equal((await revert(await wayBack(user.email))).status, 204);
      assert.equal((await resetPassword(user.email)).status, 204);
      assert.equal((await signIn(test, user.email, NEW_PASSWORD)).id, user.id);
    });

    it('is reverted even if the account was deleted meanwhile, which undoes the deletion', async () => {
      const user = await createSignedInUser(test);
      const thiefs = await move(user);
      const body = { password: PASSWORD };
      assert.equal(
        (await test.request('/v1/users/me', { method: 'DELETE', token: user.accessToken, body })).status,
        204,
      );
      const undo = (await test.mail(thiefs, /will be deleted/)).token;
      assert.equal((await revert(await wayBack(user.email))).status, 204);
      assert.equal((await resetPassword(user.email)).status, 204);
      await signIn(test, user.email, NEW_PASSWORD);
      assertProblem(await test.request('/v1/users/me/restore', { body: { token: undo } }), 400, 'invalid_token');
    });

    it('is not reverted to an address that another account has verified since', async () => {
      const user = await createSignedInUser(test);
      const email = await move(user);
      await register(user.email, 2);
      assertProblem(await revert(await wayBack(user.email)), 409, 'email_taken');
      assert.equal((await signIn(test, email)).id, user.id);
    });

    it('is reverted although a stranger has registered the old address without verifying it', async () => {
      const user = await createSignedInUser(test);
      await move(user);
      await test.request('/v1/users', { body: { email: user.email, password: NEW_PASSWORD } });
      assert.equal((await revert(await wayBack(user.email))).status, 204);
      assertProblem(await attempt(user.email, NEW_PASSWORD), 401, 'invalid_credentials');
    });
  });
});

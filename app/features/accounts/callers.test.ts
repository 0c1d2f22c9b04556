/** Requests whose session or password was checked, and then ends or changes before the request takes effect. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { jobsDone, liftRateLimits, rows, value, whileLocked } from '../../../test/conditions.ts';
import {
  type Answer,
  assertProblem,
  createSignedInUser,
  PASSWORD,
  type SignedInUser,
  signIn,
  startTestService,
  type TestService,
} from '../../../test/service.ts';

const NEW_PASSWORD = 'purple monkey dishwasher lamp';
const OTHER_PASSWORD = 'seven yellow bicycles underwater';

describe('a checked password', () => {
  let test: TestService;
  before(async () => {
    test = await startTestService({ schedules: false });
    await liftRateLimits(test);
  });
  after(() => test.close());

  const changeAddress = ({ accessToken: token, email }: SignedInUser) =>
    test.request('/v1/users/me/email-changes', { token, body: { email: `thief-of-${email}`, password: PASSWORD } });
  const deleteAccount = ({ accessToken: token }: SignedInUser) =>
    test.request('/v1/users/me', { method: 'DELETE', token, body: { password: PASSWORD } });
  const changePassword = ({ accessToken: token }: SignedInUser, newPassword = OTHER_PASSWORD) =>
    test.request('/v1/users/me/password', { method: 'PUT', token, body: { currentPassword: PASSWORD, newPassword } });
  const deeds = {
    'a change of address': changeAddress,
    'the deletion of the account': deleteAccount,
    'another password': changePassword,
  };
  const account = ({ id }: SignedInUser): [string, string] => ['select 1 from users where id = $1 for update', id];

  /** Runs `first`, and then `second`, whose checks have passed before. Both wait for the lock of the account, in this order. */
  async function oneAfterTheOther(
    user: SignedInUser,
    first: () => Promise<Answer>,
    second: () => Promise<Answer>,
  ): Promise<Answer[]> {
    const both = await whileLocked(test, account(user), async ({ waiting }) => {
      const sent = [first()];
      await waiting(1);
      sent.push(second());
      await waiting(2);
      return sent;
    });
    return Promise.all(both);
  }

  async function assertUntouched({ id, email }: SignedInUser, password: string): Promise<void> {
    const text = 'select purpose from one_time_tokens where user_id = $1 and used_at is null';
    assert.deepEqual(await rows(test, text, id), [], 'no link is left');
    assert.equal(await value(test, 'select purge_at from users where id = $1', id), null);
    assert.equal((await signIn(test, email, password)).id, id);
  }

  for (const [what, ask] of Object.entries(deeds)) {
    it(`is not enough for ${what} after a password reset`, async () => {
      const user = await createSignedInUser(test);
      await test.request('/v1/password-resets', { body: { email: user.email } });
      const { token } = await test.mail(user.email, /Reset/);
      const body = { token, password: NEW_PASSWORD };
      const reset = () => test.request('/v1/password-resets/confirm', { body });
      const [done, refused] = await oneAfterTheOther(user, reset, () => ask(user));
      assert.equal(done!.status, 204);
      assertProblem(refused!, 401, 'session_revoked');
      await assertUntouched(user, NEW_PASSWORD);
    });

    it(`is not enough for ${what} after its session has ended`, async () => {
      const user = await createSignedInUser(test);
      const { accessToken: token } = await signIn(test, user.email);
      const signOut = () => test.request('/v1/sessions', { method: 'DELETE', token });
      const [done, refused] = await oneAfterTheOther(user, signOut, () => ask(user));
      assert.equal(done!.status, 204);
      assertProblem(refused!, 401, 'session_revoked');
      await assertUntouched(user, PASSWORD);
    });

    it(`is not enough for ${what} after the same session has changed it`, async () => {
      const user = await createSignedInUser(test);
      const change = () => changePassword(user, NEW_PASSWORD);
      const [done, refused] = await oneAfterTheOther(user, change, () => ask(user));
      assert.equal(done!.status, 204);
      assertProblem(refused!, 403, 'password_incorrect');
      await assertUntouched(user, NEW_PASSWORD);
    });
  }

  it('or none: a request that waits does nothing after its session has ended', async () => {
    for (const [path, method, body] of [
      ['/v1/users/me', 'PATCH', { name: 'Thief' }],
      ['/v1/sessions', 'DELETE', undefined],
    ] as const) {
      const user = await createSignedInUser(test);
      const elsewhere = await signIn(test, user.email);
      const end = () => test.request('/v1/sessions', { method: 'DELETE', token: elsewhere.accessToken });
      const ask = () => test.request(path, { method, token: user.accessToken, body });
      const [done, refused] = await oneAfterTheOther(user, end, ask);
      assert.equal(done!.status, 204);
      assertProblem(refused!, 401, 'session_revoked');
      assert.equal((await test.request('/v1/users/me', { token: elsewhere.accessToken })).body.name, 'Person');
    }
  });

  it('is reset by one link only, however many are requested at once', async () => {
    const user = await createSignedInUser(test);
    const ask = () => test.request('/v1/password-resets', { body: { email: user.email } });
    await oneAfterTheOther(user, ask, ask);
    await jobsDone(test, 'accounts.request-password-reset');
    assert.equal(
      await value(test, 'select count(*)::int from one_time_tokens where user_id = $1 and used_at is null', user.id),
      1,
    );
  });

  it('gets one link only, for however many changes of address at once', async () => {
    const user = await createSignedInUser(test);
    const [first, second] = await oneAfterTheOther(
      user,
      () => changeAddress(user),
      () => changeAddress(user),
    );
    assert.deepEqual([first!.status, second!.status], [202, 202]);
    assert.equal(
      await value(test, 'select count(*)::int from one_time_tokens where user_id = $1 and used_at is null', user.id),
      1,
    );
  });
});

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { codeAt } from '../../../../scripts/demo/one-time-codes.ts';
import { auditActions, value } from '../../../../test/conditions.ts';
import {
  assertProblem,
  createSignedInUser,
  type SignedInUser,
  signIn,
  startTestService,
  type TestService,
} from '../../../../test/service.ts';
import { DAY_MS, SECOND_MS } from '../../../platform/clock.ts';
import { purge } from '../queues.ts';
import { addTotp, challenged } from '../testing/authenticator-app.ts';

describe('devices', () => {
  let test: TestService;
  before(async () => {
    test = await startTestService({ schedules: false, env: { TRUST_PROXY: '1' } });
  });
  after(() => test.close());

  async function remembered() {
    const user = await createSignedInUser(test);
    const secret = await addTotp(test, user);
    test.clock.advance(31 * SECOND_MS);
    return { user, secret, ...(await remember(user, secret)) };
  }
  /** @returns the token of the device, and that of a session with two proofs */
  async function remember(user: SignedInUser, secret: string): Promise<{ deviceToken: string; accessToken: string }> {
    const { token: challenge } = await challenged(test, user);
    const body = { challenge, totp: codeAt(secret, test.clock.now()), rememberDevice: true };
    const { deviceToken, accessToken } = (await test.request('/v1/sessions/second-factor', { body })).body;
    return { deviceToken, accessToken };
  }
  const signInWith = ({ email, password }: SignedInUser, deviceToken?: string) =>
    test.request('/v1/sessions', { body: { email, password, deviceToken } });
  const list = async (token: string) => (await test.request('/v1/users/me/devices', { token })).body.data;

  it('that were remembered need no second factor for 30 days, wherever they are', async () => {
    const { user, deviceToken } = await remembered();
    assert.equal((await signInWith(user, deviceToken)).status, 201);
    assertProblem(await signInWith(user), 403, 'second_factor_required');
    assertProblem(await signInWith(user, `${deviceToken.slice(0, -3)}AAA`), 403, 'second_factor_required');
    test.clock.advance(30 * DAY_MS - 10 * SECOND_MS);
    assert.equal((await signInWith(user, deviceToken)).status, 201);
    test.clock.advance(10 * SECOND_MS);
    assertProblem(await signInWith(user, deviceToken), 403, 'second_factor_required');
  });

  it('of another account are not remembered for this one', async () => {
    const [ada, eve] = [await remembered(), await remembered()];
    assertProblem(await signInWith(ada.user, eve.deviceToken), 403, 'second_factor_required');
  });

  it('are listed to their owner, and forgotten one by one', async () => {
    const { user, deviceToken } = await remembered();
    const { accessToken: token } = (await signInWith(user, deviceToken)).body;
    const devices = await list(token);
    assert.equal(devices.length, 2, 'the one of the first sign-in, and the remembered one');
    const [newest] = devices;
    const days = (Date.parse(newest.rememberedUntil) - test.clock.now().getTime()) / DAY_MS;
    assert.ok(days > 29.9 && days <= 30, `${days} days`);
    assert.equal(devices[1].rememberedUntil, null);
    const eve = await createSignedInUser(test);
    const forget = (by: string) => test.request(`/v1/users/me/devices/${newest.id}`, { method: 'DELETE', token: by });
    assertProblem(await forget(eve.accessToken), 404, 'not_found');
    assert.equal((await forget(token)).status, 204);
    assertProblem(await forget(token), 404, 'not_found');
    assertProblem(await signInWith(user, deviceToken), 403, 'second_factor_required');
    assert.equal((await auditActions(test, user.id)).at(-1), 'device.removed');
  });

  it('need the second factor again once the password changed or all sessions were ended, and are still known', async () => {
    const { user, secret, deviceToken, accessToken: token } = await remembered();
    assert.equal((await test.request('/v1/sessions', { method: 'DELETE', token })).status, 204);
    assertProblem(await signInWith(user, deviceToken), 403, 'second_factor_required');
    test.clock.advance(31 * SECOND_MS);
    const { token: challenge } = await challenged(test, { ...user, deviceToken });
    const body = { challenge, totp: codeAt(secret, test.clock.now()), deviceToken };
    const answer = await test.request('/v1/sessions/second-factor', { body });
    assert.equal(answer.body.deviceToken, undefined, 'it was known, and keeps its token');
  });

  it('that nobody signed in with for a year are purged', async () => {
    const user = await createSignedInUser(test);
    const count = () => value(test, 'select count(*)::int from devices where user_id = $1', user.id);
    const { handle } = test.service.accounts.handlers.find(({ queue }) => queue === purge)!;
    const run = () => handle({} as never, {} as never);
    test.clock.advance(364 * DAY_MS);
    await run();
    assert.equal(await count(), 1);
    test.clock.advance(2 * DAY_MS);
    await run();
    assert.equal(await count(), 0);
    await signIn(test, user.email);
  });
});

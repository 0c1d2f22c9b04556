import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { auditTrail } from '../../../../test/conditions.ts';
import { assertProblem, createSignedInUser, startTestService, type TestService } from '../../../../test/service.ts';
import { addTotp, challenged } from '../testing/authenticator-app.ts';

describe('an operator who resets the factors of a person', () => {
  let test: TestService;
  before(async () => {
    test = await startTestService();
  });
  after(() => test.close());

  const administration = () => test.service.accounts.administration;
  const find = async (address: string) => (await administration().find(address))!;

  it('leaves the password as the only way in, ends all sessions, and says so to the person and in the trail', async () => {
    const user = await createSignedInUser(test);
    const { accessToken: token, email, password } = user;
    await addTotp(test, user);
    await test.request('/v1/users/me/recovery-codes', { method: 'POST', token });
    const open = await challenged(test, user);
    assert.equal(await administration().resetFactors(await find(email)), true);
    assertProblem(await test.request('/v1/users/me', { token }), 401, 'session_revoked');
    const late = await test.request('/v1/sessions/second-factor', { body: { challenge: open.token, totp: '123456' } });
    assertProblem(late, 401, 'invalid_challenge');
    await test.mail(email, /second factors were reset/);
    const last = (await auditTrail(test, user.id)).at(-1)!;
    assert.deepEqual([last.action, last.actorType], ['factors.reset', 'operator']);
    const { status, body } = await test.request('/v1/sessions', { body: { email, password } });
    assert.equal(status, 201);
    const factors = (await test.request('/v1/users/me/factors', { token: body.accessToken })).body;
    assert.deepEqual([factors.totp, factors.recoveryCodes, factors.required], [false, 0, false]);
  });

  it('changes nothing for a person without factors', async () => {
    const { accessToken: token, email } = await createSignedInUser(test);
    assert.equal(await administration().resetFactors(await find(email)), false);
    assert.equal((await test.request('/v1/users/me', { token })).status, 200);
  });
});

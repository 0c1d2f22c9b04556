import { codeAt } from '../../../../scripts/demo/one-time-codes.ts';
import type { Stage } from '../../../../scripts/demo/stage.ts';
import { signInWithProvider } from './provider-demo.ts';
import { createPasskey } from './software-authenticator.ts';

/** A person registers, verifies, signs in, refreshes, signs out, resets a password, and adds a second factor and a passkey. */
export async function story(stage: Stage): Promise<void> {
  const { step, mail, expect } = stage;
  const email = stage.newAddress('ada');
  const password = 'correct horse battery staple';
  const newPassword = 'purple monkey dishwasher lamp';

  stage.chapter('A person registers and verifies the address');
  await step('register', '/v1/users', 202, { body: { email, password, name: 'Ada Lovelace' } });
  await step('sign in too early', '/v1/sessions', 403, { body: { email, password } });
  const { token } = await mail('read the email', email, /confirm/i);
  await step('press the button in the email', '/v1/email-verifications/confirm', 204, { body: { token } });
  await step('press it again: the same success', '/v1/email-verifications/confirm', 204, { body: { token } });

  stage.chapter('The person signs in, and the tokens rotate');
  await step('sign in with a wrong password', '/v1/sessions', 401, { body: { email, password: 'wrong' } });
  const { body: first } = await step('sign in', '/v1/sessions', 201, { body: { email, password } });
  const { body: me } = await step('who am I?', '/v1/users/me', 200, { token: first.accessToken });
  expect(me.email === email, `/v1/users/me is ${me.email}, not ${email}`);
  const refresh = { body: { refreshToken: first.refreshToken } };
  const { body: second } = await step('refresh', '/v1/sessions/refresh', 200, refresh);
  expect(second.refreshToken !== first.refreshToken, 'the refresh token did not rotate');
  const { body: again } = await step(
    'refresh with the old token at once (a lost answer)',
    '/v1/sessions/refresh',
    200,
    refresh,
  );
  expect(again.refreshToken === second.refreshToken, 'the retry got another refresh token');

  stage.chapter('The person lists the sessions and signs out');
  await step('sign in on another device', '/v1/sessions', 201, {
    body: { email, password },
    headers: { 'user-agent': 'phone' },
  });
  const { body: sessions } = await step('list sessions', '/v1/sessions', 200, { token: second.accessToken });
  expect(sessions.data.length === 2, `${sessions.data.length} sessions instead of 2`);
  await step('sign out', '/v1/sessions/current', 204, { method: 'DELETE', token: second.accessToken });
  await step('use the access token after that', '/v1/users/me', 401, { token: second.accessToken });
  await step('use the refresh token after that', '/v1/sessions/refresh', 401, {
    body: { refreshToken: second.refreshToken },
  });

  stage.chapter('The person forgets the password');
  const { body: third } = await step('sign in once more', '/v1/sessions', 201, { body: { email, password } });
  await step('request a reset', '/v1/password-resets', 202, { body: { email } });
  const reset = await mail('read the email', email, /reset/i);
  await step('choose a common password', '/v1/password-resets/confirm', 422, {
    body: { token: reset.token, password: 'password123' },
  });
  await step('choose a good password', '/v1/password-resets/confirm', 204, {
    body: { token: reset.token, password: newPassword },
  });
  await mail('read the notice', email, /changed/i);
  await step('use the old session', '/v1/users/me', 401, { token: third.accessToken });
  await step('use the old password', '/v1/sessions', 401, { body: { email, password } });
  await step('use the reset link again', '/v1/password-resets/confirm', 400, {
    body: { token: reset.token, password: newPassword },
  });
  const { body: fourth } = await step('sign in with the new password', '/v1/sessions', 201, {
    body: { email, password: newPassword },
  });
  // The demo has no browser: it plays one, on the page that emails lead to.
  const { origin } = new URL(reset.link);
  await secondFactors(stage, { email, password: newPassword, token: fourth.accessToken, origin });
  const { body: exported } = await step('export everything', '/v1/users/me/export', 200, { token: fourth.accessToken });
  expect(exported.auditEvents.length >= 8, `only ${exported.auditEvents.length} audit events`);
  await signInWithProvider(stage);
}

async function secondFactors(
  { chapter, step, mail, expect }: Stage,
  { email, password, token, origin }: { email: string; password: string; token: string; origin: string },
): Promise<void> {
  chapter('The person adds an authenticator app and a passkey');
  const { body: app } = await step('set up an authenticator app', '/v1/users/me/totp', 201, { method: 'POST', token });
  await step('confirm its code', '/v1/users/me/totp/confirm', 204, {
    token,
    body: { code: codeAt(app.secret, new Date()) },
  });
  await mail('read the notice', email, /authenticator app was added/i);
  const { body: recovery } = await step('make recovery codes', '/v1/users/me/recovery-codes', 201, {
    method: 'POST',
    token,
  });
  const { body: refused } = await step('sign in with the password alone', '/v1/sessions', 403, {
    body: { email, password },
  });
  const { token: challenge } = refused.challenge;
  await step('send a wrong code', '/v1/sessions/second-factor', 403, { body: { challenge, totp: '0' } });
  const recoveryCode = recovery.codes[0];
  await step('send a recovery code', '/v1/sessions/second-factor', 201, { body: { challenge, recoveryCode } });
  const { body: offer } = await step('begin to add a passkey', '/v1/passkeys/options', 200, { method: 'POST', token });
  const passkey = createPasskey(offer.options, { origin });
  const created = { challenge: offer.challenge, credential: passkey.created, name: 'Laptop' };
  await step('add it', '/v1/passkeys', 201, { token, body: created });
  const { body: request } = await step('begin to sign in with it', '/v1/sessions/passkey/options', 200, { body: {} });
  const signed = { challenge: request.challenge, credential: passkey.sign(request.options) };
  const { body: session } = await step('sign in with it, without an address', '/v1/sessions/passkey', 201, {
    body: signed,
  });
  expect(session.user.email === email, `the passkey signed in ${session.user.email}`);
  await step('send the same signature again', '/v1/sessions/passkey', 401, { body: signed });
}

import { codeAt } from '../../../../scripts/demo/one-time-codes.ts';
import type { Stage, Variables } from '../../../../scripts/demo/stage.ts';
import { isLocal } from '../../../platform/http/loopback.ts';
import { plinthUsers } from './command-line.ts';

/**
 * An operator finds a person and sees what the person sees.
 * @param env the settings of the service: only the command line makes operators, so this part is left out where it does not reach the database
 */
export async function story(stage: Stage, env: Variables): Promise<void> {
  if ((env.APP_ENV ?? 'development') !== 'development' || !isLocal({ host: new URL(stage.apiUrl).host })) return;
  const { step, mail, expect } = stage;
  const password = 'correct horse battery staple';
  const [email, helped] = [stage.newAddress('grace'), stage.newAddress('mary')];

  stage.chapter('An operator helps a person');
  for (const [name, address] of [
    ['Grace', email],
    ['Mary', helped],
  ] as const) {
    await step(`${name} registers`, '/v1/users', 202, { body: { email: address, password, name } });
    const { token } = await mail(`${name} reads the email`, address, /confirm/i);
    await step(`${name} verifies`, '/v1/email-verifications/confirm', 204, { body: { token } });
  }
  const { body: session } = await step('Grace signs in', '/v1/sessions', 201, { body: { email, password } });
  const token: string = session.accessToken;
  const { body: app } = await step('sets up an authenticator app', '/v1/users/me/totp', 201, { method: 'POST', token });
  const now = new Date();
  const confirm = { token, body: { code: codeAt(app.secret, now) } };
  await step('and confirms it', '/v1/users/me/totp/confirm', 204, confirm);
  await step('Grace is no operator', '/v1/operator/me', 403, { token });
  const isMade = await plinthUsers(env, 'make-operator', email).then(
    () => true,
    () => false,
  );
  if (!isMade) return;
  await step('an operator needs the second factor in the session', '/v1/operator/me', 403, { token });
  const { body: proven } = await step('prove it', '/v1/sessions/current/confirm', 200, {
    token,
    body: { totp: codeAt(app.secret, now, 1) },
  });
  const operator: string = proven.accessToken;
  const find = `/v1/operator/search?q=${encodeURIComponent(helped)}`;
  const { body: found } = await step('find Mary by her address', find, 200, { token: operator });
  const person = `/v1/operator/users/${found.data[0].userId}`;
  await step('look at her account', person, 200, { token: operator });
  const reason = 'Ticket 4711: Mary asks what she sees';
  const begin = { token: operator, body: { reason } };
  const { body: begun } = await step('act in her name, for reading', `${person}/impersonations`, 201, begin);
  const { body: me } = await step('see what she sees', '/v1/users/me', 200, { token: begun.accessToken });
  expect(me.email === helped, `acting shows ${me.email}`);
  const change = { method: 'PATCH', token: begun.accessToken, body: { name: 'Somebody' } };
  await step('nothing can be changed', '/v1/users/me', 403, change);
  const acting = `/v1/operator/impersonations/${begun.impersonation.id}`;
  await step('stop', acting, 204, { method: 'DELETE', token: operator });
  await step('the token is over', '/v1/users/me', 401, { token: begun.accessToken });
  await plinthUsers(env, 'revoke-operator', email);
  await step('and so is the right', '/v1/operator/me', 403, { token: operator });
}

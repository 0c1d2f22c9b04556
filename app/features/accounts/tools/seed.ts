import type { Login, Seeding } from '../../../../scripts/demo/seeding.ts';
import { type Stage, Surprise } from '../../../../scripts/demo/stage.ts';

/** Registers both people, verifies their addresses, and signs them in. */
export async function seed({ stage, owner, member }: Seeding): Promise<void> {
  for (const login of [owner, member]) login.token = (await signIn(stage, login)) ?? (await register(stage, login));
}

/** Signs out, so that runs leave no sessions behind. */
export async function finish({ stage, owner, member }: Seeding): Promise<void> {
  for (const { token } of [owner, member])
    await stage.step('sign out', '/v1/sessions/current', 204, { method: 'DELETE', token });
}

/** @returns an access token; undefined if the address has no account with the password, or is not verified */
async function signIn(stage: Stage, { email, password }: Login): Promise<string | undefined> {
  const { status, body } = await stage.request('/v1/sessions', { body: { email, password } });
  if (status === 201) return body.accessToken;
  if (body.code === 'invalid_credentials' || body.code === 'email_not_verified') return undefined;
  throw new Surprise(`${email} cannot sign in: ${status} ${body.code}`);
}

/** Also of use for a registration that was not verified: registering again sends another link. */
async function register(stage: Stage, login: Login): Promise<string> {
  const { name, email, password } = login;
  await stage.step('register', '/v1/users', 202, { body: { email, password, name } });
  const { token } = await stage.mail('read the email', email, /^confirm your email|already have/i);
  if (token !== '') await stage.request('/v1/email-verifications/confirm', { body: { token } });
  const signedIn = await signIn(stage, login);
  if (signedIn !== undefined) return signedIn;
  throw new Surprise(
    `${email} has another password than "${password}". Reset it, or delete all data of development: stop the service, rm -rf .plinth`,
  );
}

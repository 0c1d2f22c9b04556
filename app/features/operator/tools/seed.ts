import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { OPERATOR } from '../../../../dev/logins.ts';
import { codeAt } from '../../../../scripts/demo/one-time-codes.ts';
import type { Seeding } from '../../../../scripts/demo/seeding.ts';
import type { Stage } from '../../../../scripts/demo/stage.ts';
import { Surprise } from '../../../../scripts/demo/stage.ts';
import { plinthUsers } from './command-line.ts';

/** Makes an operator with an authenticator app, whose secret stays in the folder of development. */
export async function seed({ stage, env, notes }: Seeding): Promise<void> {
  const { email } = OPERATOR;
  const folder = `.plinth/${env.PORT ?? 5_000}`;
  const file = `${folder}/operator-totp`;
  let secret = read(file);
  let token = await signIn(stage);
  if (token === 'factor' && secret === undefined) {
    await plinthUsers(env, 'reset-factors', email);
    token = await signIn(stage);
  }
  if (token !== 'factor') {
    secret = await addApp(stage, token ?? (await register(stage)));
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, `${secret}\n`, { mode: 0o600 });
  }
  await plinthUsers(env, 'make-operator', email).catch((error: Error) => {
    throw new Surprise(`The command line cannot make ${email} an operator: ${error.message}`);
  });
  notes.push(
    `Operator console at ${stage.apiUrl}/operator: ${email}, the same password, and an authenticator app with the secret ${secret}`,
    `(a code for it: npm run code -- ${secret}).`,
  );
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** @returns an access token; `factor` if the account has a second factor; undefined if there is no such account */
async function signIn(stage: Stage): Promise<string | undefined> {
  const { email, password } = OPERATOR;
  const { status, body } = await stage.request('/v1/sessions', { body: { email, password } });
  if (status === 201) return body.accessToken;
  if (body.code === 'second_factor_required') return 'factor';
  if (body.code === 'invalid_credentials' || body.code === 'email_not_verified') return undefined;
  throw new Surprise(`${email} cannot sign in: ${status} ${body.code}`);
}

async function register(stage: Stage): Promise<string> {
  const { name, email, password } = OPERATOR;
  await stage.step('register the operator', '/v1/users', 202, { body: { email, password, name } });
  const { token } = await stage.mail('read the email', email, /^confirm your email/i);
  await stage.step('verify the address', '/v1/email-verifications/confirm', 204, { body: { token } });
  const signedIn = await signIn(stage);
  if (signedIn === undefined) throw new Surprise(`${email} has another password than "${password}"`);
  return signedIn;
}

/** @returns the secret */
async function addApp(stage: Stage, token: string): Promise<string> {
  const { body } = await stage.step('set up an authenticator app', '/v1/users/me/totp', 201, { method: 'POST', token });
  const code = codeAt(body.secret, new Date());
  await stage.step('confirm it', '/v1/users/me/totp/confirm', 204, { token, body: { code } });
  await stage.step('sign out', '/v1/sessions/current', 204, { method: 'DELETE', token });
  return body.secret;
}

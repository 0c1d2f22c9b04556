import type { Stage } from './stage.ts';

export interface Account {
  email: string;
  password: string;
}

/**
 * A feature's `tools/smoke.ts`. It imports types only, because rollouts run it without anything installed, and it leaves no data behind.
 */
export interface SmokeTool {
  /** Requests of an anonymous caller. */
  stranger?(stage: Stage): Promise<void>;
  /** Requests of a person with the access token `token`. */
  person?(stage: Stage, token: string): Promise<void>;
}

/**
 * Requests of an anonymous caller: the public documents, and that everything else needs a token.
 * @param features what features add
 */
export async function strangerStory(stage: Stage, features: readonly SmokeTool[]): Promise<void> {
  const { step, expect } = stage;
  stage.chapter('An anonymous caller looks around');
  for (const feature of features) await feature.stranger?.(stage);
  const { body: document } = await step('read the OpenAPI document', '/openapi.json', 200);
  // The document names its own address. A different service at this address, or a process that was not replaced, would name another.
  expect(
    document.servers[0].url === stage.apiUrl,
    `the document names ${document.servers[0].url}, not ${stage.apiUrl}`,
  );
  const { body: keys } = await step('fetch the keys that verify tokens', '/.well-known/jwks.json', 200);
  expect(keys.keys.length > 0, 'there are no keys');
  await step('use the API without a token', '/v1/users/me', 401);
  await step('request an unknown path', '/v1/nothing', 404);
}

/**
 * A person with an account signs in and works. Everything that is created is deleted again. No email is read and no money moves.
 * @param features what features add
 */
export async function accountStory(
  stage: Stage,
  { email, password }: Account,
  features: readonly SmokeTool[],
): Promise<void> {
  const { step, expect } = stage;
  stage.chapter('A person signs in, and the token rotates');
  const { body: first } = await step('sign in', '/v1/sessions', 201, { body: { email, password } });
  const { body: me } = await step('who am I?', '/v1/users/me', 200, { token: first.accessToken });
  expect(me.email === email, `/v1/users/me is ${me.email}, not ${email}`);
  const refresh = { body: { refreshToken: first.refreshToken } };
  const { body: session } = await step('refresh', '/v1/sessions/refresh', 200, refresh);
  expect(session.refreshToken !== first.refreshToken, 'the refresh token did not rotate');
  const token: string = session.accessToken;

  for (const feature of features) await feature.person?.(stage, token);

  stage.chapter('The person signs out');
  await step('sign out', '/v1/sessions/current', 204, { method: 'DELETE', token });
  await step('use the token after that', '/v1/users/me', 401, { token });
}

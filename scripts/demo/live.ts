import type { Stage } from './stage.ts';

export interface Account {
  email: string;
  password: string;
}

/** Requests of an anonymous caller: the public documents, and that everything else needs a token. */
export async function strangerStory(stage: Stage): Promise<void> {
  const { step, expect } = stage;
  stage.chapter('An anonymous caller looks around');
  const { body: plans } = await step('look at the plans', '/v1/plans', 200);
  expect(plans.plans.length > 0, 'there are no plans');
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

/** A person with an account signs in and works. Everything that is created is deleted again. No email is read and no money moves. */
export async function accountStory(stage: Stage, { email, password }: Account): Promise<void> {
  const { step, expect } = stage;
  stage.chapter('A person signs in, and the token rotates');
  const { body: first } = await step('sign in', '/v1/sessions', 201, { body: { email, password } });
  const { body: me } = await step('who am I?', '/v1/users/me', 200, { token: first.accessToken });
  expect(me.email === email, `/v1/users/me is ${me.email}, not ${email}`);
  const refresh = { body: { refreshToken: first.refreshToken } };
  const { body: session } = await step('refresh', '/v1/sessions/refresh', 200, refresh);
  expect(session.refreshToken !== first.refreshToken, 'the refresh token did not rotate');
  const token: string = session.accessToken;

  stage.chapter('An organization and a key are created, audited, and deleted');
  const founding = { token, body: { name: 'Smoke test' } };
  const { body: organization } = await step('found an organization', '/v1/organizations', 201, founding);
  const path = `/v1/organizations/${organization.id}`;
  try {
    const key = { token, body: { name: 'smoke test', scopes: ['members:read'] } };
    const { body: created } = await step('create a key', `${path}/api-keys`, 201, key);
    await step('the key lists members', `${path}/members`, 200, { token: created.secret });
    await step('the key reads the audit trail', `${path}/audit-events`, 403, { token: created.secret });
    await step('revoke it', `${path}/api-keys/${created.id}`, 204, { method: 'DELETE', token });
    await step('the key lists members again', `${path}/members`, 401, { token: created.secret });
    await step('list what may be used', `${path}/entitlements`, 200, { token });
  } finally {
    await step('delete the organization', path, 204, { method: 'DELETE', token });
  }
  await step('sign out', '/v1/sessions/current', 204, { method: 'DELETE', token });
  await step('use the token after that', '/v1/users/me', 401, { token });
}

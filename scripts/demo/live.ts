import type { Stage } from './stage.ts';

export interface Account {
  email: string;
  password: string;
}

/** What strangers meet: the documents, and that nothing opens without a token. */
export async function strangerStory(stage: Stage): Promise<void> {
  const { step, expect } = stage;
  stage.chapter('A stranger looks around');
  const { body: plans } = await step('look at the plans', '/v1/plans', 200);
  expect(plans.plans.length > 0, 'there are no plans');
  const { body: document } = await step('read the OpenAPI document', '/openapi.json', 200);
  // It names itself; another service behind this address, or one that was not replaced, would not.
  expect(document.servers[0].url === stage.apiUrl, `it is that of ${document.servers[0].url}, not of ${stage.apiUrl}`);
  const { body: keys } = await step('fetch the keys of tokens', '/.well-known/jwks.json', 200);
  expect(keys.keys.length > 0, 'there are no keys');
  await step('use the API without a token', '/v1/users/me', 401);
  await step('ask for what is not there', '/v1/nothing', 404);
}

/** Somebody with an account signs in and works; what is made is deleted again. Takes no mail, and no money. */
export async function accountStory(stage: Stage, { email, password }: Account): Promise<void> {
  const { step, expect } = stage;
  stage.chapter('Somebody signs in, and the token rotates');
  const { body: first } = await step('sign in', '/v1/sessions', 201, { body: { email, password } });
  const { body: me } = await step('who am I?', '/v1/users/me', 200, { token: first.accessToken });
  expect(me.email === email, `/v1/users/me is ${me.email}, not ${email}`);
  const refresh = { body: { refreshToken: first.refreshToken } };
  const { body: session } = await step('refresh', '/v1/sessions/refresh', 200, refresh);
  expect(session.refreshToken !== first.refreshToken, 'the refresh token did not rotate');
  const token: string = session.accessToken;

  stage.chapter('An organization, a key, a trail; and all of it goes again');
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
    await step('what may be used', `${path}/entitlements`, 200, { token });
  } finally {
    await step('delete the organization', path, 204, { method: 'DELETE', token });
  }
  await step('sign out', '/v1/sessions/current', 204, { method: 'DELETE', token });
  await step('use the token after that', '/v1/users/me', 401, { token });
}

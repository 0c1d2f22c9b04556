import { hasLocalProvider } from '../../../../scripts/demo/browser.ts';
import type { Stage } from '../../../../scripts/demo/stage.ts';

/** Revocations reach every process within this time, in milliseconds (docs/promises.md). */
const BOUND_MS = 5_000;

/** The directory of a company invites a person, who joins; and takes the person out again, whose key and membership end at once. */
export async function story(stage: Stage): Promise<void> {
  const { step, mail, expect } = stage;
  const password = 'correct horse battery staple';
  stage.chapter('The directory of a company manages members over SCIM');

  async function person(name: string, email = stage.newAddress(name.toLowerCase())) {
    await step(`${name} registers`, '/v1/users', 202, { body: { email, password, name } });
    const { token } = await mail(`${name} reads the email`, email, /confirm/i);
    await step(`${name} verifies`, '/v1/email-verifications/confirm', 204, { body: { token } });
    const { body } = await step(`${name} signs in`, '/v1/sessions', 201, { body: { email, password } });
    return { email, token: body.accessToken as string };
  }

  const owner = await person('Mary');
  const guest = await person('Katherine');
  const founding = { token: owner.token, body: { name: 'Langley' } };
  const { body: organization } = await step('Mary founds a company', '/v1/organizations', 201, founding);
  const path = `/v1/organizations/${organization.id}`;
  const { body: token } = await step('and creates a token for its directory', `${path}/scim-tokens`, 201, {
    token: owner.token,
    body: { name: 'Okta' },
  });
  const asDirectory = { token: token.secret, headers: { 'content-type': 'application/scim+json' } };
  const filter = encodeURIComponent(`userName eq "${guest.email}"`);
  await step('the directory looks Katherine up', `/scim/v2/Users?filter=${filter}`, 200, asDirectory);
  const { body: user } = await step('and creates her', '/scim/v2/Users', 201, {
    ...asDirectory,
    body: { userName: guest.email, emails: [{ value: guest.email, type: 'work', primary: true }], active: true },
  });
  const { token: invitation } = await mail('Katherine reads the invitation', guest.email, /invit/i);
  const accepting = { token: guest.token, body: { token: invitation } };
  await step('she accepts', '/v1/invitations/accept', 200, accepting);
  await step('she is in', path, 200, { token: guest.token });
  await step('the directory deactivates her, as Entra ID does', `/scim/v2/Users/${user.id}`, 200, {
    ...{ ...asDirectory, method: 'PATCH' },
    body: { Operations: [{ op: 'Replace', path: 'active', value: 'False' }] },
  });
  const deactivatedAt = performance.now();
  await stage.patiently(
    'Katherine is still in',
    async () => (await stage.request(path, { token: guest.token })).status === 404,
  );
  const tookMs = performance.now() - deactivatedAt;
  expect(tookMs < BOUND_MS, `it took ${Math.round(tookMs)} ms`);
  await step('her own account is not touched', '/v1/users/me', 200, { token: guest.token });

  // Without the nameserver of development, nobody proves a domain of an example.
  if (!(await hasLocalProvider(stage))) return;
  stage.chapter('The company governs the accounts of its own domain');
  const domain = `${crypto.randomUUID()}.example`;
  const claiming = { token: owner.token, body: { domain } };
  const { body: claim } = await step('Mary claims its domain', `${path}/domains`, 201, claiming);
  const verifying = { method: 'POST', token: owner.token };
  await step('and proves it by a DNS record', `${path}/domains/${claim.id}/verify`, 200, verifying);
  const employee = await person('Dorothy', `dorothy@${domain}`);
  const { body: employed } = await step('the directory creates Dorothy', '/scim/v2/Users', 201, {
    ...asDirectory,
    body: { userName: employee.email, active: true },
  });
  await step('she is in, without an invitation', path, 200, { token: employee.token });
  await step('the directory deletes her', `/scim/v2/Users/${employed.id}`, 204, { ...asDirectory, method: 'DELETE' });
  const deletedAt = performance.now();
  const isOut = async () => (await stage.request('/v1/users/me', { token: employee.token })).status === 401;
  await stage.patiently('the session of Dorothy goes on', isOut);
  expect(performance.now() - deletedAt < BOUND_MS, 'the session ended late');
  await step('and she cannot sign in again', '/v1/sessions', 401, { body: { email: employee.email, password } });
}

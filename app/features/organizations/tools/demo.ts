import type { Stage } from '../../../../scripts/demo/stage.ts';

/** An owner invites a person, who accepts, is promoted and creates a key. The key lists members, and the owner revokes it. */
export async function story(stage: Stage): Promise<void> {
  const { step, mail, expect } = stage;
  const password = 'correct horse battery staple';

  async function person(name: string): Promise<{ id: string; email: string; token: string }> {
    const email = stage.newAddress(name.toLowerCase());
    await step(`${name} registers`, '/v1/users', 202, { body: { email, password, name } });
    const { token } = await mail(`${name} reads the email`, email, /confirm/i);
    await step(`${name} verifies`, '/v1/email-verifications/confirm', 204, { body: { token } });
    const { body } = await step(`${name} signs in`, '/v1/sessions', 201, { body: { email, password } });
    return { id: body.user.id, email, token: body.accessToken };
  }

  stage.chapter('Ada founds an organization and invites Grace');
  const ada = await person('Ada');
  const grace = await person('Grace');
  const { body: own } = await step('her own organization is there', '/v1/organizations', 200, { token: ada.token });
  expect(own.data.length === 1 && own.data[0].personal, 'there is no personal organization');
  const founding = {
    token: ada.token,
    body: { name: 'Analytical Engines' },
    headers: { 'idempotency-key': crypto.randomUUID() },
  };
  const { body: organization } = await step('found an organization', '/v1/organizations', 201, founding);
  const { body: same } = await step('retry, because the answer was lost', '/v1/organizations', 201, founding);
  expect(same.id === organization.id, 'the retry founded a second organization');
  const path = `/v1/organizations/${organization.id}`;
  await step('Grace looks, too early', path, 404, { token: grace.token });
  await step('invite Grace', `${path}/invitations`, 201, {
    token: ada.token,
    body: { email: grace.email, role: 'member' },
  });
  await step('invite her twice', `${path}/invitations`, 409, {
    token: ada.token,
    body: { email: grace.email, role: 'member' },
  });

  stage.chapter('Grace accepts and is promoted');
  const { token } = await mail('Grace reads the invitation', grace.email, /invit/i);
  await step('Ada tries her link', '/v1/invitations/accept', 403, { token: ada.token, body: { token } });
  await step('Grace accepts', '/v1/invitations/accept', 200, { token: grace.token, body: { token } });
  const key = { name: 'deploy', scopes: ['members:read'] };
  await step('she creates a key, as a member', `${path}/api-keys`, 403, { token: grace.token, body: key });
  const promotion = { method: 'PATCH', token: ada.token, body: { role: 'admin' } };
  await step('Ada promotes her', `${path}/members/${grace.id}`, 200, promotion);
  await step('Ada leaves, the only owner', `${path}/members/${ada.id}`, 409, { method: 'DELETE', token: ada.token });

  stage.chapter('A key does what its scopes allow, and no more');
  const { body: created } = await step('she creates a key, as an admin', `${path}/api-keys`, 201, {
    token: grace.token,
    body: key,
  });
  const { body: members } = await step('the key lists members', `${path}/members`, 200, { token: created.secret });
  expect(members.data.length === 2, `${members.data.length} members instead of 2`);
  await step('the key reads the audit trail', `${path}/audit-events`, 403, { token: created.secret });
  await step('Ada revokes it', `${path}/api-keys/${created.id}`, 204, { method: 'DELETE', token: ada.token });
  await step('the key lists members again', `${path}/members`, 401, { token: created.secret });
  const { body: trail } = await step('the audit trail lists everything', `${path}/audit-events`, 200, {
    token: ada.token,
  });
  expect(trail.data[0].action === 'api_key.revoked', `the newest event is ${trail.data[0].action}`);
}

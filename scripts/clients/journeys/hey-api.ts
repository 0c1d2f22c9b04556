/** @hey-api/openapi-ts, which checks requests and answers with zod. */
import assert from 'node:assert/strict';
import { client } from './client/client.gen';
import {
  confirmEmailVerification,
  createOrganization,
  createSession,
  createUser,
  getMe,
  listOrganizationAuditEvents,
  listOrganizations,
  updateMe,
} from './client/sdk.gen';
import { emailedToken, newAddress } from './mailbox';

const email = newAddress();
const password = 'correct horse battery staple';

async function journey() {
  client.setConfig({ baseUrl: process.env.API_URL! });
  const registered = await createUser({ body: { email, password, name: 'José' } });
  assert.equal(registered.data?.status, 'verification_sent');
  const confirmed = await confirmEmailVerification({ body: { token: await emailedToken(email) } });
  assert.equal(confirmed.response?.status, 204);

  const signedIn = await createSession({ body: { email, password } });
  assert.ok(signedIn.data);
  client.setConfig({ auth: signedIn.data.accessToken });

  const account = await getMe();
  assert.equal(account.data?.name, 'José');
  const renamed = await updateMe({ body: { name: 'Pepa Capek' } });
  assert.equal(renamed.data?.name, 'Pepa Capek');
  const cleared = await updateMe({ body: { name: null } });
  assert.equal(cleared.data?.name, null);

  const body = { name: 'Pepa Capek', slug: `clients-${crypto.randomUUID()}` };
  const headers = { 'idempotency-key': crypto.randomUUID() };
  const created = await createOrganization({ body, headers });
  const repeated = await createOrganization({ body, headers });
  assert.ok(created.data);
  assert.equal(repeated.data?.id, created.data.id);

  const names: string[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page: Awaited<ReturnType<typeof listOrganizations>> = await listOrganizations({
      query: { limit: 1, ...(cursor && { cursor }) },
    });
    assert.ok(page.data);
    names.push(...page.data.data.map(({ name }) => name));
    cursor = page.data.nextCursor;
  }
  assert.equal(names.length, 2);

  const events = await listOrganizationAuditEvents({ path: { organizationId: created.data.id } });
  assert.equal(events.data?.data[0]?.action, 'organization.created');

  const refused = await createOrganization({ body });
  assert.ok(refused.error && 'code' in refused.error && refused.error.code === 'slug_taken');
}

journey();

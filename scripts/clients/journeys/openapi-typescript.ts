/** The types of openapi-typescript, with openapi-fetch. */
import assert from 'node:assert/strict';
import createClient from 'openapi-fetch';
import type { paths } from './client/schema';
import { emailedToken, newAddress } from './mailbox';

const api = createClient<paths>({ baseUrl: process.env.API_URL! });
const email = newAddress();
const password = 'correct horse battery staple';

async function journey() {
  const registered = await api.POST('/v1/users', { body: { email, password, name: 'José' } });
  assert.equal(registered.data?.status, 'verification_sent');
  const token = await emailedToken(email);
  const confirmed = await api.POST('/v1/email-verifications/confirm', { body: { token } });
  assert.equal(confirmed.response.status, 204);

  const signedIn = await api.POST('/v1/sessions', { body: { email, password } });
  assert.ok(signedIn.data);
  const { accessToken } = signedIn.data;
  api.use({
    onRequest({ request }) {
      request.headers.set('authorization', `Bearer ${accessToken}`);
    },
  });

  const account = await api.GET('/v1/users/me');
  assert.equal(account.data?.name, 'José');
  const renamed = await api.PATCH('/v1/users/me', { body: { name: 'Pepa Capek' } });
  assert.equal(renamed.data?.name, 'Pepa Capek');
  const cleared = await api.PATCH('/v1/users/me', { body: { name: null } });
  assert.equal(cleared.data?.name, null);

  const slug = `clients-${crypto.randomUUID()}`;
  const headers = { 'idempotency-key': crypto.randomUUID() };
  const created = await api.POST('/v1/organizations', {
    params: { header: headers },
    body: { name: 'Pepa Capek', slug },
  });
  const repeated = await api.POST('/v1/organizations', {
    params: { header: headers },
    body: { name: 'Pepa Capek', slug },
  });
  assert.ok(created.data);
  assert.equal(repeated.data?.id, created.data.id);

  const names: string[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await api.GET('/v1/organizations', { params: { query: { limit: 1, ...(cursor && { cursor }) } } });
    assert.ok(page.data);
    names.push(...page.data.data.map(({ name }) => name));
    cursor = page.data.nextCursor;
  }
  assert.equal(names.length, 2);

  const events = await api.GET('/v1/organizations/{organizationId}/audit-events', {
    params: { path: { organizationId: created.data.id } },
  });
  assert.equal(events.data?.data[0]?.action, 'organization.created');

  const refused = await api.POST('/v1/organizations', { body: { name: 'Another', slug } });
  assert.ok(refused.error);
  assert.ok(refused.error.code === 'slug_taken');
}

journey();

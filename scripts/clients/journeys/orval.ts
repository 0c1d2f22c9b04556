/** orval: functions on `fetch`, and schemas of zod that check what is sent. */
import assert from 'node:assert/strict';
import {
  confirmEmailVerification,
  createOrganization,
  createSession,
  createUser,
  getMe,
  listOrganizationAuditEvents,
  listOrganizations,
  updateMe,
} from './client/api';
import { CreateOrganizationBody, CreateUserBody, GetMeResponse } from './client/zod';
import { emailedToken, newAddress } from './mailbox';

const email = newAddress();
const password = 'correct horse battery staple';

async function journey() {
  const registered = await createUser(CreateUserBody.parse({ email, password, name: 'José' }));
  assert.equal(registered.status, 202);
  const confirmed = await confirmEmailVerification({ token: await emailedToken(email) });
  assert.equal(confirmed.status, 204);

  const signedIn = await createSession({ email, password });
  assert.ok(signedIn.status === 201);
  const authorized = { headers: { authorization: `Bearer ${signedIn.data.accessToken}` } };

  const account = await getMe(authorized);
  assert.ok(account.status === 200);
  assert.equal(GetMeResponse.parse(account.data).name, 'José');
  const renamed = await updateMe({ name: 'Pepa Capek' }, authorized);
  assert.ok(renamed.status === 200 && renamed.data.name === 'Pepa Capek');
  const cleared = await updateMe({ name: null }, authorized);
  assert.ok(cleared.status === 200 && cleared.data.name === null);

  const body = CreateOrganizationBody.parse({ name: 'Pepa Capek', slug: `clients-${crypto.randomUUID()}` });
  const headers = { 'idempotency-key': crypto.randomUUID() };
  const created = await createOrganization(body, headers, authorized);
  const repeated = await createOrganization(body, headers, authorized);
  assert.ok(created.status === 201 && repeated.status === 201);
  assert.equal(repeated.data.id, created.data.id);

  const names: string[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page: Awaited<ReturnType<typeof listOrganizations>> = await listOrganizations(
      { limit: 1, ...(cursor && { cursor }) },
      authorized,
    );
    assert.ok(page.status === 200);
    names.push(...page.data.data.map(({ name }) => name));
    cursor = page.data.nextCursor;
  }
  assert.equal(names.length, 2);

  const events = await listOrganizationAuditEvents(created.data.id, undefined, authorized);
  assert.ok(events.status === 200);
  assert.equal(events.data.data[0]?.action, 'organization.created');

  const refused = await createOrganization(body, undefined, authorized);
  assert.ok(refused.status === 409 && refused.data.code === 'slug_taken');
}

journey();

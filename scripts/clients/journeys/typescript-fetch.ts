/** openapi-generator, typescript-fetch. */
import assert from 'node:assert/strict';
import {
  AccountsApi,
  AuditApi,
  Configuration,
  CreateOrganizationProblemFromJSON,
  OrganizationsApi,
  ResponseError,
  SessionsApi,
} from './client';
import { emailedToken, newAddress } from './mailbox';

const basePath = process.env.API_URL!;
const email = newAddress();
const password = 'correct horse battery staple';

async function journey() {
  const anonymous = new Configuration({ basePath });
  const registered = await new AccountsApi(anonymous).createUser({ createUser: { email, password, name: 'José' } });
  assert.equal(registered.status, 'verification_sent');
  const token = await emailedToken(email);
  await new AccountsApi(anonymous).confirmEmailVerification({ confirmEmailVerification: { token } });

  const { accessToken } = await new SessionsApi(anonymous).createSession({ createSession: { email, password } });
  const configuration = new Configuration({ basePath, accessToken });
  const accounts = new AccountsApi(configuration);
  const organizations = new OrganizationsApi(configuration);

  assert.equal((await accounts.getMe()).name, 'José');
  assert.equal((await accounts.updateMe({ updateMe: { name: 'Pepa Capek' } })).name, 'Pepa Capek');
  assert.equal((await accounts.updateMe({ updateMe: { name: null } })).name, null);

  const createOrganization = { name: 'Pepa Capek', slug: `clients-${crypto.randomUUID()}` };
  const idempotencyKey = crypto.randomUUID();
  const created = await organizations.createOrganization({ createOrganization, idempotencyKey });
  const repeated = await organizations.createOrganization({ createOrganization, idempotencyKey });
  assert.equal(repeated.id, created.id);

  const names: string[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page: Awaited<ReturnType<OrganizationsApi['listOrganizations']>> = await organizations.listOrganizations({
      limit: 1,
      ...(cursor && { cursor }),
    });
    names.push(...page.data.map(({ name }) => name));
    cursor = page.nextCursor;
  }
  assert.equal(names.length, 2);

  const events = await new AuditApi(configuration).listOrganizationAuditEvents({ organizationId: created.id });
  assert.equal(events.data[0]?.action, 'organization.created');
  assert.ok(events.data[0]?.occurredAt instanceof Date);

  const refused = await organizations.createOrganization({ createOrganization }).catch((error: unknown) => error);
  assert.ok(refused instanceof ResponseError);
  const problem = CreateOrganizationProblemFromJSON(await refused.response.json());
  assert.ok(problem.code === 'slug_taken');
}

journey();

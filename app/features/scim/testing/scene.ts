/** The scene of SCIM's tests: an organization with a directory, which calls as Okta and Entra ID do. */
import assert from 'node:assert/strict';
import {
  type Answer,
  type Call,
  startTestService,
  type TestService,
  type TestServiceOptions,
} from '../../../../test/service.ts';
import type { Replacements } from '../../../platform/feature.ts';
import { createScene, type Scene } from '../../organizations/testing/scene.ts';
import type { Governance } from '../governance.ts';

/** `acme.example` and its people belong to the organizations that a test says. */
export interface GovernedDomains extends Governance {
  give(organizationId: string, domain: string): void;
}

export function createGovernedDomains(): GovernedDomains {
  const owners = new Map<string, string>();
  return {
    give: (organizationId, domain) => void owners.set(domain, organizationId),
    governs: async (_executor, organizationId, address) => owners.get(address.split('@')[1]!) === organizationId,
  };
}

export interface ScimService {
  readonly test: TestService;
  readonly domains: GovernedDomains;
}

export async function startScimService(options: TestServiceOptions = {}): Promise<ScimService> {
  const domains = createGovernedDomains();
  const replacements: Replacements = { ...options.replacements, scimGovernance: domains };
  return { test: await startTestService({ schedules: false, ...options, replacements }), domains };
}

export interface Directory extends Scene {
  readonly token: { readonly id: string; readonly secret: string };
  /** A request below `/scim/v2`, with the token of the directory. */
  scim(path: string, call?: Call): Promise<Answer>;
  /** Creates a user, and expects that this succeeds. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers as callers do
  user(email: string, more?: object): Promise<any>;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  patch(path: string, ...operations: object[]): Promise<any>;
}

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

export const patchOp = (...operations: object[]): Call => ({
  method: 'PATCH',
  body: { schemas: [PATCH_OP], Operations: operations },
});
export const PUT = (body: unknown): Call => ({ method: 'PUT', body });

/** @param domain of which the organization governs all addresses */
export async function createDirectory({ test, domains }: ScimService, domain?: string): Promise<Directory> {
  const scene = await createScene(test);
  if (domain) domains.give(scene.id, domain);
  const token = await createToken(scene);
  const scim = (path: string, call: Call = {}) => scimCall(test, token.secret, path, call);
  return {
    ...scene,
    ...{ token, scim },
    async user(email, more = {}) {
      const body = {
        schemas: [USER],
        userName: email,
        emails: [{ value: email, type: 'work', primary: true }],
        ...more,
      };
      const created = await scim('/Users', { body });
      assert.equal(created.status, 201, JSON.stringify(created.body));
      return created.body;
    },
    async patch(path, ...operations) {
      const patched = await scim(path, patchOp(...operations));
      assert.equal(patched.status, 200, JSON.stringify(patched.body));
      return patched.body;
    },
  };
}

export function scimCall(
  { request }: Pick<TestService, 'request'>,
  token: string,
  path: string,
  call: Call = {},
): Promise<Answer> {
  const headers = { ...(call.body !== undefined && { 'content-type': 'application/scim+json' }), ...call.headers };
  return request(`/scim/v2${path}`, { ...call, headers, token });
}

export async function createToken(scene: Scene, name = 'Okta'): Promise<{ id: string; secret: string }> {
  const created = await scene.as(scene.owner, '/scim-tokens', { body: { name } });
  assert.equal(created.status, 201, JSON.stringify(created.body));
  return created.body;
}

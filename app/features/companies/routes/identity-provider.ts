import { Type } from 'typebox';
import { httpErrors } from '../../../platform/http/errors.ts';
import type { OperationGroup, Operations } from '../../../platform/http/operations/operations.ts';
import { Named, Nullable, Timestamp } from '../../../platform/http/schemas.ts';
import { type Accounts, accountErrors, providerBrowserOf, providerErrors } from '../../accounts/accounts.ts';
import {
  type Authorization,
  ORGANIZATION_PATH,
  organizationParams,
  RoleField,
} from '../../organizations/organizations.ts';
import { companyErrors } from '../errors.ts';
import { providerNameOf } from '../sign-in/company-sign-in.ts';
import type { Connection, Connections } from '../sign-in/connections.ts';

export interface IdentityProviderRoutesOptions {
  authorization: Authorization;
  connections: Connections;
  signIn: Accounts['providerSignIn'];
  apiUrl: string;
  callbackPath(name: string): string;
}

const tag = { name: 'Company sign-in', description: 'The identity provider of an organization (OpenID Connect).' };

const exampleFields = {
  issuer: 'https://login.engines.example',
  clientId: 'plinth',
  defaultRole: 'member',
  enforced: false,
  acceptsSecondFactor: false,
};
const example = {
  ...exampleFields,
  provider: 'company-01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b60',
  redirectUri: 'https://api.example.com/v1/sessions/provider/company-01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b60/callback',
  testedAt: null,
  updatedAt: '2026-11-01T09:30:00.000Z',
};
const ACCEPTS =
  'True: if the ID token has `mfa` in `amr` (RFC 8176), the session has proven a second factor, for accounts that have none of their own here.';
const fields = {
  issuer: Type.String({ maxLength: 500, description: 'https; the provider is found by discovery.' }),
  clientId: Type.String({ minLength: 1, maxLength: 500 }),
  defaultRole: RoleField,
  enforced: Type.Boolean({
    description:
      'True: people with an address of the verified domains sign in with it alone, but for an owner with a passkey. Needs a test run.',
  }),
};
const settable = {
  ...fields,
  acceptsSecondFactor: Type.Optional(
    Type.Boolean({ description: `${ACCEPTS} Absent: it stays as it is, and is false at first.` }),
  ),
  clientSecret: Type.Optional(
    Type.String({ minLength: 1, maxLength: 2_000, description: 'Absent: it stays as it is.' }),
  ),
};
const Provider = Named(
  'OrganizationIdentityProvider',
  {
    ...fields,
    acceptsSecondFactor: Type.Boolean({ description: ACCEPTS }),
    provider: Type.String({ description: 'Its name, for `POST /v1/sessions/provider/{provider}/start`.' }),
    redirectUri: Type.String({ description: 'To be registered at the provider.' }),
    testedAt: Nullable(Timestamp('The last test run; null: it does not count yet.')),
    updatedAt: Timestamp('When it last changed.'),
  },
  example,
);

export function identityProviderRoutes(operations: Operations, options: IdentityProviderRoutesOptions): void {
  const below = operations.at(`${ORGANIZATION_PATH}/identity-provider`, { tag, params: organizationParams });
  connectionOperations(below, options);
  testOperation(below, options);
}

type Below = OperationGroup<typeof organizationParams>;
const { recent_sign_in_required: stepUp } = accountErrors;

function connectionOperations(below: Below, options: IdentityProviderRoutesOptions): void {
  const { authorization, connections } = options;
  const managing = authorization.needs('company-sign-in:manage');

  const present = presenting(options);
  below.get('', {
    guard: authorization.needs('company-sign-in:read'),
    operationId: 'getOrganizationIdentityProvider',
    summary: 'Get the identity provider of an organization',
    answer: Provider,
    get: async ({ access }) => present(await connections.get(access.organizationId)),
  });

  below.operation('PUT', '', {
    guard: managing,
    operationId: 'putOrganizationIdentityProvider',
    whileActing: 'never',
    summary: 'Set the identity provider of an organization',
    description:
      'A change of issuer, client or secret voids the test run. Enforcing it ends the sessions that members with an address of the verified domains have, but for those of the caller. All owners get an email. Needs a recent proof.',
    body: settable,
    example: { ...exampleFields, clientSecret: 'a secret of the provider' },
    answers: { 200: Provider },
    errors: [companyErrors.invalid_issuer, companyErrors.identity_provider_untested, stepUp],
    handle: async ({ access, body }) => present(await connections.put(access, body)),
  });

  below.remove('', {
    guard: managing,
    operationId: 'deleteOrganizationIdentityProvider',
    whileActing: 'never',
    summary: 'Remove the identity provider of an organization',
    description: 'All owners get an email. Needs a recent proof.',
    removed: 'Nobody signs in with it any more. Accounts and memberships stay.',
    errors: [stepUp],
    remove: ({ access }) => connections.remove(access),
  });
}

function presenting({ apiUrl, callbackPath }: IdentityProviderRoutesOptions) {
  return ({ organizationId, issuer, clientId, defaultRole, enforced, acceptsSecondFactor, ...row }: Connection) => {
    const provider = providerNameOf(organizationId);
    return {
      ...{ issuer, clientId, defaultRole, enforced, acceptsSecondFactor, provider },
      redirectUri: `${apiUrl}${callbackPath(provider)}`,
      testedAt: row.testedAt?.toISOString() ?? null,
      updatedAt: row.updatedAt.toISOString(),
    };
  };
}

function testOperation(below: Below, { authorization, connections, signIn }: IdentityProviderRoutesOptions): void {
  below.operation('POST', '/test', {
    guard: authorization.needs('company-sign-in:manage'),
    operationId: 'testOrganizationIdentityProvider',
    whileActing: 'never',
    summary: 'Start a test run with the identity provider',
    description:
      'Send the browser to `url`, and sign in there. The browser comes back with `test=passed` or `error`; no session begins. Ask with credentials: the answer sets a cookie. Needs a recent proof.',
    body: {
      returnTo: Type.Optional(
        Type.String({ maxLength: 1_000, pattern: '^/($|[^/\\\\\\x00-\\x20][^\\\\\\x00-\\x20]*$)' }),
      ),
    },
    example: { returnTo: '/organization' },
    answers: {
      200: Named('IdentityProviderTest', { url: Type.String() }, { url: 'https://login.engines.example/auth?…' }),
    },
    sends: ['set-cookie'],
    errors: [
      ...[stepUp, httpErrors.rate_limited, providerErrors.provider_unavailable],
      ...[providerErrors.provider_misconfigured, providerErrors.provider_answer_invalid],
    ],
    async handle({ access, body: { returnTo = '/' }, request, reply, origin }) {
      await connections.confirmTest(access);
      const name = providerNameOf(access.organizationId);
      return { url: await signIn.startTest(name, providerBrowserOf(request, reply), returnTo, origin) };
    },
  });
}

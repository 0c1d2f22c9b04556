import { Type } from 'typebox';
import type { ProblemFactory } from '../../platform/errors.ts';
import { httpErrors } from '../../platform/http/errors.ts';
import { type CallerGuard, type Operations, orForm, publicRoute } from '../../platform/http/operations/operations.ts';
import { answerPublicly, publicDocument, UNCHANGED } from '../../platform/http/public-documents.ts';
import { Id, Named, OneOf, Timestamp } from '../../platform/http/schemas.ts';
import { type Accounts, bearerToken } from '../accounts/accounts.ts';
import type { ServiceCaller } from './clients.ts';
import { serviceTokenErrors } from './errors.ts';
import type { ReadRevocations } from './revocations.ts';
import type { ActiveClaims, ServiceTokens } from './tokens.ts';

export interface ServiceTokenRoutesOptions {
  issuer: string;
  authentication: Accounts['authentication'];
  serviceClients: CallerGuard<ServiceCaller>;
  tokens: ServiceTokens;
  /** Of organizations whose policy the caller does not satisfy. */
  admissionErrors: readonly ProblemFactory[];
  readRevocations: ReadRevocations;
}

const tag = {
  name: 'Tokens for other services',
  description: 'For services of the product that must know who calls. See the guide "Your second service".',
};
const PATH = '/v1/tokens';
const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

export function serviceTokenRoutes(operations: Operations, options: ServiceTokenRoutesOptions): void {
  metadataOperations(operations, options.issuer);
  exchangeOperation(operations, options);
  introspectOperation(operations, options);
  revocationsOperation(operations, options);
}

/** RFC 8414 section 2: what is there, and nothing more. */
const metadataOf = (issuer: string) => ({
  issuer,
  jwks_uri: `${issuer}/.well-known/jwks.json`,
  token_endpoint: `${issuer}${PATH}/exchange`,
  token_endpoint_auth_methods_supported: ['none'],
  grant_types_supported: [GRANT_TYPE],
  response_types_supported: [] as string[],
  introspection_endpoint: `${issuer}${PATH}/introspect`,
  introspection_endpoint_auth_methods_supported: ['client_secret_basic'],
  service_documentation: `${issuer}/docs`,
});

const words = (description: string) => Type.Array(Type.String(), { description });
const Metadata = Named(
  'AuthorizationServer',
  {
    issuer: Type.String({ description: 'The `iss` of access tokens.' }),
    jwks_uri: Type.String({ description: 'The public keys of access tokens.' }),
    token_endpoint: Type.String({ description: 'Exchanges tokens (RFC 8693).' }),
    token_endpoint_auth_methods_supported: words('`none`: the caller is a user, who sends an access token.'),
    grant_types_supported: words('Token exchange alone.'),
    response_types_supported: words('None: there is no authorization endpoint.'),
    introspection_endpoint: Type.String({ description: 'RFC 7662.' }),
    introspection_endpoint_auth_methods_supported: words('How service clients authenticate.'),
    service_documentation: Type.String(),
  },
  metadataOf('https://api.example.com'),
);

function metadataOperations(operations: Operations, issuer: string): void {
  const wellKnown = operations.at('/.well-known', { tag });
  const metadata = metadataOf(issuer);
  const common = { ...publicDocument, guard: publicRoute, answers: { 200: Metadata, 304: UNCHANGED } };
  wellKnown.operation('GET', '/oauth-authorization-server', {
    ...common,
    operationId: 'getAuthorizationServer',
    summary: 'Describe the issuer of access tokens',
    description:
      'Authorization server metadata (RFC 8414), so that libraries of other services find the keys by the issuer alone. It names what there is, and so no authorization endpoint.',
    handle: ({ request, reply }) => answerPublicly(request, reply, metadata),
  });
  wellKnown.operation('GET', '/openid-configuration', {
    ...common,
    operationId: 'getOpenIdConfiguration',
    summary: 'Describe the issuer of access tokens, where OpenID Connect looks',
    description:
      'The document of `/.well-known/oauth-authorization-server`, for libraries that look for it here only. The service is no OpenID provider.',
    handle: ({ request, reply }) => answerPublicly(request, reply, metadata),
  });
}

const exchangeFields = {
  grant_type: OneOf([GRANT_TYPE]),
  audience: Type.String({ minLength: 1, maxLength: 200, description: 'Of the other service.' }),
  organization: Id('The organization that the token speaks for'),
  subject_token: Type.Optional(
    Type.String({ maxLength: 2_048, description: 'The access token of the request, if it is sent.' }),
  ),
  subject_token_type: Type.Optional(OneOf([ACCESS_TOKEN])),
  requested_token_type: Type.Optional(OneOf([ACCESS_TOKEN])),
};
const ExchangedToken = Named(
  'ExchangedToken',
  {
    access_token: Type.String(),
    issued_token_type: OneOf([ACCESS_TOKEN]),
    token_type: OneOf(['Bearer']),
    expires_in: Type.Integer({ description: 'In seconds.' }),
  },
  { access_token: 'eyJhbGciOi…', issued_token_type: ACCESS_TOKEN, token_type: 'Bearer', expires_in: 300 },
);

function exchangeOperation(operations: Operations, options: ServiceTokenRoutesOptions): void {
  const { authentication, tokens, admissionErrors } = options;
  operations.at(PATH, { tag }).operation('POST', '/exchange', {
    guard: authentication.signedIn,
    operationId: 'exchangeToken',
    whileActing: 'never',
    summary: 'Get a token for another service',
    description:
      'Token exchange (RFC 8693), as a form or as JSON. The token carries `organization`, `role` and `permissions` of one membership, lives five minutes, and is good for its audience alone. The access token that authenticates the request is the subject token.',
    body: exchangeFields,
    // Parameters that nobody knows are ignored in a form (RFC 6749 section 3.2).
    receives: orForm(exchangeFields, Type.Object(exchangeFields)),
    example: {
      grant_type: GRANT_TYPE,
      audience: 'https://reports.example.com',
      organization: '01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b50',
    },
    answers: { 200: ExchangedToken },
    errors: [serviceTokenErrors.invalid_target, httpErrors.not_found, ...admissionErrors],
    async handle({ access, body, request }) {
      if (body.subject_token !== undefined && body.subject_token !== bearerToken(request))
        throw httpErrors.bad_request({
          detail: 'The subject token is not the access token of the request.',
          extensions: { error: 'invalid_request' },
        });
      const { token, lifetimeSeconds } = await tokens.exchange(access, body);
      return {
        access_token: token,
        issued_token_type: ACCESS_TOKEN,
        token_type: 'Bearer',
        expires_in: lifetimeSeconds,
      } as const;
    },
  });
}

const introspectFields = {
  token: Type.String({ minLength: 1, maxLength: 4_096 }),
  token_type_hint: Type.Optional(Type.String({ maxLength: 100, description: 'Ignored.' })),
};
const exampleClaims = {
  active: true,
  token_type: 'Bearer',
  iss: 'https://api.example.com',
  aud: 'https://reports.example.com',
  sub: '01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b2f',
  client_id: 'app',
  sid: '01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b31',
  jti: '01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b32',
  iat: 1_793_700_000,
  exp: 1_793_700_360,
  amr: ['pwd'],
  auth_time: 1_793_699_000,
  organization: '01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b50',
  role: 'admin',
  permissions: ['members:read'],
};
const claim = Type.Optional(Type.String());
const Introspection = Named(
  'TokenIntrospection',
  {
    active: Type.Boolean({ description: 'If false, there are no other members.' }),
    ...{ token_type: claim, iss: claim, aud: claim, client_id: claim, jti: claim },
    sub: Type.Optional(Type.String({ description: 'The user.' })),
    sid: Type.Optional(Type.String({ description: 'The session.' })),
    ...{ iat: Type.Optional(Type.Integer()), exp: Type.Optional(Type.Integer()) },
    amr: Type.Optional(Type.Array(Type.String(), { description: 'How the person signed in (RFC 8176).' })),
    auth_time: Type.Optional(Type.Integer({ description: 'When.' })),
    ...{ organization: claim, role: claim },
    permissions: Type.Optional(Type.Array(Type.String(), { description: 'Of this moment, as `role` is.' })),
  },
  exampleClaims,
);

function introspectOperation(operations: Operations, { serviceClients, tokens }: ServiceTokenRoutesOptions): void {
  operations.at(PATH, { tag }).operation('POST', '/introspect', {
    guard: serviceClients,
    operationId: 'introspectToken',
    summary: 'Ask whether a token is good now',
    description:
      'Token introspection (RFC 7662), as a form or as JSON. It looks at the session, the account, the membership and the policy of the organization at this moment. A token for the audience of another service is `{"active":false}`.',
    body: introspectFields,
    receives: orForm(introspectFields, Type.Object(introspectFields)),
    example: { token: 'eyJhbGciOi…' },
    answers: { 200: Introspection },
    async handle({ access, body }) {
      const claims = await tokens.introspect(access, body.token);
      return claims ? presentClaims(claims) : { active: false };
    },
  });
}

function presentClaims({ permissions, amr, ...claims }: ActiveClaims) {
  return {
    ...claims,
    active: true,
    token_type: 'Bearer',
    permissions: [...permissions],
    ...(amr && { amr: [...amr] }),
  };
}

const Revocations = Named(
  'TokenRevocations',
  {
    data: Type.Array(
      Named('TokenRevocation', {
        sessionId: Type.String({ description: 'The `sid` of tokens that are refused from now on.' }),
        endedAt: Timestamp('When the session ended.'),
      }),
    ),
    next: Type.String({ description: 'The `since` of the next request.' }),
    more: Type.Boolean({ description: 'True if there is more now: ask again at once.' }),
  },
  {
    data: [{ sessionId: '01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b31', endedAt: '2026-11-01T09:30:00.000Z' }],
    next: 'pVd0…',
    more: false,
  },
);

function revocationsOperation(operations: Operations, options: ServiceTokenRoutesOptions): void {
  operations.at(PATH, { tag }).get('/revocations', {
    guard: options.serviceClients,
    operationId: 'listTokenRevocations',
    summary: 'List sessions that have ended',
    description:
      'For a service that verifies tokens itself and polls, e.g. every second. Without `since`, or with one of long ago: all sessions that ended while a token of theirs may be alive. With it: those since that answer. None is left out, however late its transaction committed; one may come twice.',
    query: { since: Type.Optional(Type.String({ maxLength: 1_000, description: '`next` of the answer before.' })) },
    answer: Revocations,
    errors: [httpErrors.invalid_cursor],
    async get({ query }) {
      const { revocations, next, more } = await options.readRevocations(query.since);
      const data = revocations.map(({ sessionId, endedAt }) => ({ sessionId, endedAt: endedAt.toISOString() }));
      return { data, next, more };
    },
  });
}

import { Type } from 'typebox';
import { type Operations, publicRoute } from '../../../platform/http/operations/operations.ts';
import { Named } from '../../../platform/http/schemas.ts';
import type { SigningKeys } from '../signing-keys.ts';
import { tags } from './representations.ts';

const Jwk = Named('Jwk', {
  kty: Type.String(),
  crv: Type.String(),
  x: Type.String(),
  y: Type.String(),
  kid: Type.String(),
  use: Type.String(),
  alg: Type.String(),
});
const exampleKey = { kty: 'EC', crv: 'P-256', x: '2c1I…', y: 'Uw3v…', kid: 'q0Yf…', use: 'sig', alg: 'ES256' };
const JwkSet = Named('JwkSet', { keys: Type.Array(Jwk) }, { keys: [exampleKey] });

const exampleIssuer = 'https://api.example.com';
const exampleServer = {
  issuer: exampleIssuer,
  jwks_uri: `${exampleIssuer}/.well-known/jwks.json`,
  response_types_supported: [],
  service_documentation: `${exampleIssuer}/docs`,
};
const AuthorizationServer = Named(
  'AuthorizationServer',
  {
    issuer: Type.String({ description: 'The `iss` of access tokens.' }),
    jwks_uri: Type.String({ description: 'The public keys of access tokens.' }),
    response_types_supported: Type.Array(Type.String(), { description: 'None: there is no authorization endpoint.' }),
    service_documentation: Type.String(),
  },
  exampleServer,
);

export function signingKeyRoutes(operations: Operations, keys: SigningKeys, issuer: string): void {
  const wellKnown = operations.at('/.well-known', { tag: tags.sessions });
  wellKnown.get('/oauth-authorization-server', {
    guard: publicRoute,
    operationId: 'getAuthorizationServer',
    summary: 'Describe the issuer of access tokens',
    description:
      'Authorization server metadata (RFC 8414), so that libraries of other services find the keys by the issuer alone. It names what there is, and so no authorization or token endpoint.',
    caching: 'public, max-age=300',
    answer: AuthorizationServer,
    get: () => ({
      issuer,
      jwks_uri: `${issuer}/.well-known/jwks.json`,
      response_types_supported: [],
      service_documentation: `${issuer}/docs`,
    }),
  });
  wellKnown.get('/jwks.json', {
    guard: publicRoute,
    operationId: 'getJwks',
    summary: 'Public keys of access tokens',
    description:
      'A JWK Set (RFC 7517), so that other services verify tokens themselves. A new key is here at least 15 minutes before it signs.',
    caching: 'public, max-age=300',
    answer: JwkSet,
    async get() {
      await keys.hear();
      return keys.jwks() as { keys: (typeof exampleKey)[] };
    },
  });
}

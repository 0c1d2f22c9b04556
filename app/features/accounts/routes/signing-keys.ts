import { Type } from 'typebox';
import { type Operations, publicRoute } from '../../../platform/http/operations/operations.ts';
import { answerPublicly, publicDocument, UNCHANGED } from '../../../platform/http/public-documents.ts';
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

export function signingKeyRoutes(operations: Operations, keys: SigningKeys): void {
  operations.at('/.well-known', { tag: tags.sessions }).operation('GET', '/jwks.json', {
    ...publicDocument,
    guard: publicRoute,
    operationId: 'getJwks',
    summary: 'Public keys of access tokens',
    description:
      'A JWK Set (RFC 7517), so that other services verify tokens themselves. A new key is here at least 30 minutes before it signs.',
    answers: { 200: JwkSet, 304: UNCHANGED },
    async handle({ request, reply }) {
      await keys.hear();
      return answerPublicly(request, reply, keys.jwks());
    },
  });
}

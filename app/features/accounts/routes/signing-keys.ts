import { Type } from 'typebox';
import type { HttpServer } from '../../../platform/http/fastify.ts';
import { route } from '../../../platform/http/schemas.ts';
import type { SigningKeys } from '../signing-keys.ts';

const Jwk = Type.Object({
  kty: Type.String(),
  crv: Type.String(),
  x: Type.String(),
  y: Type.String(),
  kid: Type.String(),
  use: Type.String(),
  alg: Type.String(),
});
const exampleKey = { kty: 'EC', crv: 'P-256', x: '2c1I…', y: 'Uw3v…', kid: 'q0Yf…', use: 'sig', alg: 'ES256' };

export function signingKeyRoutes(app: HttpServer, keys: SigningKeys): void {
  app.get(
    '/.well-known/jwks.json',
    {
      schema: route({
        summary: 'Public keys of access tokens',
        description:
          'A JWK Set (RFC 7517), so that other services verify tokens themselves. A new key is here at least 15 minutes before it signs.',
        operationId: 'getJwks',
        tag: 'Sessions',
        access: 'public',
        answers: { 200: Type.Object({ keys: Type.Array(Jwk) }, { examples: [{ keys: [exampleKey] }] }) },
      }),
    },
    async (_request, reply) => {
      reply.header('cache-control', 'public, max-age=300');
      return keys.jwks() as { keys: (typeof exampleKey)[] };
    },
  );
}

/** Who calls: the access token of a request, checked before its body is even read. */
import type { FastifyRequest } from 'fastify';
import type { UserCaller } from '../../platform/http/caller.ts';
import { type AccessTokens, unauthenticated } from './access-tokens.ts';
import { accountErrors } from './errors.ts';
import type { Revocations } from './revocations.ts';

export interface Authentication {
  /** An `onRequest` hook for routes of signed-in users: sets `request.caller`. @throws `unauthenticated`, `token_expired`, `session_revoked` */
  signedIn: (request: FastifyRequest) => Promise<void>;
  /** Who an access token speaks for. @throws as `signedIn` */
  authenticate(token: string): Promise<UserCaller>;
}

const BEARER = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i;

export function createAuthentication({
  tokens,
  revocations,
}: {
  tokens: AccessTokens;
  revocations: Revocations;
}): Authentication {
  async function authenticate(token: string): Promise<UserCaller> {
    const { sub: userId, sid: sessionId } = tokens.verify(token);
    const revoked = revocations.isRevoked(userId, sessionId);
    // Usually known at once; awaiting every time would cost each request a turn of the event loop.
    if (typeof revoked === 'boolean' ? revoked : await revoked) {
      throw accountErrors.session_revoked({ headers: { 'www-authenticate': 'Bearer error="invalid_token"' } });
    }
    return { kind: 'user', userId, sessionId };
  }

  return {
    authenticate,
    async signedIn(request) {
      const token = bearerToken(request);
      if (token === undefined) throw unauthenticated('Send an access token: Authorization: Bearer <token>.');
      request.caller = await authenticate(token);
    },
  };
}

/** The token of an `Authorization: Bearer` header (RFC 6750 section 2.1). */
export function bearerToken({ headers }: FastifyRequest): string | undefined {
  return headers.authorization === undefined ? undefined : BEARER.exec(headers.authorization)?.[1];
}

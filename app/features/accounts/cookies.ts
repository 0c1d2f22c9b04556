/** Cookie mode: a browser client keeps its refresh token where scripts cannot read it (OWASP ASVS 5.0 V3.3). */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { httpErrors } from '../../platform/http/errors.ts';

export interface RefreshCookie {
  read(request: FastifyRequest): string | undefined;
  set(reply: FastifyReply, refreshToken: string): void;
  clear(reply: FastifyReply): void;
  /**
   * A request that a cookie authenticates must come from a page of ours (OWASP CSRF: verifying the origin).
   * @throws `forbidden` without an Origin, or with a foreign one
   */
  requireOwnOrigin(request: FastifyRequest): void;
}

/** `__Host-`: set by this host over TLS, for the whole host, and by nobody else (RFC 6265bis section 4.1.3.2). */
export const COOKIE_NAME = '__Host-refresh_token';
const ATTRIBUTES = { path: '/', httpOnly: true, secure: true, sameSite: 'lax' } as const;

/** @param maxAgeSeconds the idle lifetime of a session */
export function createRefreshCookie(ownOrigins: readonly string[], maxAgeSeconds: number): RefreshCookie {
  return {
    read: (request) => request.cookies[COOKIE_NAME],
    set: (reply, refreshToken) =>
      void reply.setCookie(COOKIE_NAME, refreshToken, { ...ATTRIBUTES, maxAge: maxAgeSeconds }),
    clear: (reply) => void reply.clearCookie(COOKIE_NAME, ATTRIBUTES),
    requireOwnOrigin(request) {
      const { origin } = request.headers;
      if (origin === undefined || !ownOrigins.includes(origin)) {
        throw httpErrors.forbidden({ detail: 'A request with the refresh cookie must come from an allowed origin.' });
      }
    },
  };
}

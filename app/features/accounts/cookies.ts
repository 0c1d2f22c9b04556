/** Cookie mode: a browser client keeps its refresh token where scripts cannot read it (OWASP ASVS 5.0 V3.3). */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../platform/clock.ts';
import { httpErrors } from '../../platform/http/errors.ts';
import { sha256 } from '../../platform/security/random.ts';

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

/** What a browser keeps besides the refresh token, in cookie mode. */
export interface SignInCookies {
  /** The tokens of all accounts that were used in this browser. */
  readDevices(request: FastifyRequest): string[];
  setDevice(reply: FastifyReply, userId: string, token: string): void;
  /** The secret of a browser that is signing in with an identity provider. */
  readProvider(request: FastifyRequest): string | undefined;
  setProvider(reply: FastifyReply, secret: string): void;
  /** The secret of a browser that has asked for a link to sign in. */
  readEmailLink(request: FastifyRequest): string | undefined;
  setEmailLink(reply: FastifyReply, secret: string): void;
  /** The browser's half of the secret of a sign-in that needs another proof. */
  readChallenge(request: FastifyRequest): string | undefined;
  setChallenge(reply: FastifyReply, secret: string): void;
  clearChallenge(reply: FastifyReply): void;
}

export const DEVICE_COOKIE = '__Host-device';
export const PROVIDER_COOKIE = '__Host-provider_sign_in';
export const EMAIL_LINK_COOKIE = '__Host-email_link';
export const CHALLENGE_COOKIE = '__Host-sign_in_challenge';
/** The longest time that browsers keep a cookie (RFC 6265bis section 5.5). */
const DEVICE_SECONDS = (400 * DAY_MS) / SECOND_MS;
const CHALLENGE_SECONDS = (10 * MINUTE_MS) / SECOND_MS;
/** Longer than a link lives, so that the browser that asked is told that it has expired. */
const EMAIL_LINK_SECONDS = HOUR_MS / SECOND_MS;

/** One cookie per account, so that people who share a browser do not make each other's devices unknown. */
const deviceCookieOf = (userId: string) => `${DEVICE_COOKIE}_${sha256(userId).toString('hex').slice(0, 16)}`;

export const signInCookies: SignInCookies = {
  readDevices: ({ cookies }) =>
    Object.entries(cookies).flatMap(([name, value]) => (name.startsWith(DEVICE_COOKIE) && value ? [value] : [])),
  setDevice: (reply, userId, token) =>
    void reply.setCookie(deviceCookieOf(userId), token, { ...ATTRIBUTES, maxAge: DEVICE_SECONDS }),
  readProvider: ({ cookies }) => cookies[PROVIDER_COOKIE],
  // `None`: Apple posts its answer from its own site. The cookie authenticates nobody, it only says which browser has begun.
  setProvider: (reply, secret) =>
    void reply.setCookie(PROVIDER_COOKIE, secret, { ...ATTRIBUTES, sameSite: 'none', maxAge: CHALLENGE_SECONDS }),
  readEmailLink: ({ cookies }) => cookies[EMAIL_LINK_COOKIE],
  setEmailLink: (reply, secret) =>
    void reply.setCookie(EMAIL_LINK_COOKIE, secret, { ...ATTRIBUTES, maxAge: EMAIL_LINK_SECONDS }),
  readChallenge: ({ cookies }) => cookies[CHALLENGE_COOKIE],
  setChallenge: (reply, secret) =>
    void reply.setCookie(CHALLENGE_COOKIE, secret, { ...ATTRIBUTES, maxAge: CHALLENGE_SECONDS }),
  clearChallenge: (reply) => void reply.clearCookie(CHALLENGE_COOKIE, ATTRIBUTES),
};

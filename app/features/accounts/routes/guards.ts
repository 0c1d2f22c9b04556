/** Guards of operations that the refresh token authenticates. */
import { httpErrors } from '../../../platform/http/errors.ts';
import type { Guard, SecurityScheme } from '../../../platform/http/operations/operations.ts';
import { type Authentication, accessTokenScheme, type UserCaller } from '../authentication.ts';
import { COOKIE_NAME, type RefreshCookie } from '../cookies.ts';
import { accountErrors } from '../errors.ts';
import type { Refreshing } from '../refreshing.ts';

const refreshCookieScheme: SecurityScheme = {
  name: 'refreshCookie',
  definition: {
    type: 'apiKey',
    in: 'cookie',
    name: COOKIE_NAME,
    description: 'The refresh token in cookie mode. The request needs an allowed Origin.',
  },
};

/** The refresh token is in the body or in the cookie, so that it is checked by the handler, once the body is there. */
export const refreshTokenHolder: Guard<null> = {
  errors: [httpErrors.unauthenticated, accountErrors.session_revoked, httpErrors.forbidden],
  security: ['none', refreshCookieScheme],
  headers: ['origin'],
};

export interface CookieOrTokenOptions {
  authentication: Authentication;
  cookie: RefreshCookie;
  refreshing: Refreshing;
}

/** The access token or, in cookie mode, the cookie. */
export function cookieOrToken({ authentication, cookie, refreshing }: CookieOrTokenOptions): Guard<UserCaller> {
  const { signedIn } = authentication;
  return {
    ...signedIn,
    errors: [...signedIn.errors, httpErrors.forbidden],
    security: [accessTokenScheme, refreshCookieScheme],
    headers: ['origin'],
    async enter(request) {
      const stored = cookie.read(request);
      if (stored !== undefined) cookie.requireOwnOrigin(request);
      if (stored === undefined || request.headers.authorization !== undefined) return signedIn.enter(request);
      return { kind: 'user', ...(await refreshing.sessionOf(stored)) };
    },
  };
}

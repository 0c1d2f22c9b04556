/** Guards of operations that the refresh token authenticates. */
import { Problem } from '../../../platform/errors.ts';
import { httpErrors } from '../../../platform/http/errors.ts';
import type { Guard, SecurityScheme } from '../../../platform/http/operations/operations.ts';
import { type Authentication, accessTokenScheme, type UserCaller } from '../authentication.ts';
import { COOKIE_NAME, type RefreshCookie } from '../cookies.ts';
import { accountErrors } from '../errors.ts';

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
}

/** The access token or the cookie, or both. Null for a cookie alone: the handler finds out whether it is of a session. */
export function cookieOrToken({ authentication, cookie }: CookieOrTokenOptions): Guard<UserCaller | null> {
  const { signedIn } = authentication;
  return {
    errors: [...signedIn.errors, httpErrors.forbidden],
    security: [accessTokenScheme, refreshCookieScheme],
    headers: ['origin'],
    admitsActing: true,
    async enter(request) {
      const stored = cookie.read(request);
      if (stored !== undefined) cookie.requireOwnOrigin(request);
      if (stored === undefined) return signedIn.enter(request);
      // A browser that signs out often has an access token that has expired. The cookie then tells which session ends.
      return signedIn.enter(request).catch((error) => {
        if (error instanceof Problem && error.status === 401) return null;
        throw error;
      });
    },
  };
}

/** The answers of all ways to sign in: tokens, or the challenge of an account that needs another proof. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RequestOrigin } from '../../../platform/http/caller.ts';
import type { AccessTokens } from '../access-tokens.ts';
import { type RefreshCookie, signInCookies } from '../cookies.ts';
import { accountErrors } from '../errors.ts';
import type { BegunSession, FactorNeeded, SessionMode, SignInClient } from '../factors/sign-in-flow.ts';
import type { Refreshed } from '../refreshing.ts';
import { presentUser } from '../users.ts';

/** The answer of a refresh; in cookie mode the refresh token goes into the cookie alone. */
export type PresentTokens = ReturnType<typeof presentTokens>;
/** The answer of a sign-in, which is a session. @throws `second_factor_required` with the challenge */
export type PresentSignIn = ReturnType<typeof presentSignIn>;

export function presentTokens({ tokens, cookie }: { tokens: AccessTokens; cookie: RefreshCookie }) {
  return async (reply: FastifyReply, mode: SessionMode, { user, session, refreshToken }: Refreshed) => {
    await tokens.hear();
    if (mode === 'cookie') cookie.set(reply, refreshToken);
    return {
      accessToken: tokens.issue(session),
      tokenType: 'Bearer' as const,
      expiresIn: tokens.lifetimeSeconds,
      ...(mode === 'bearer' && { refreshToken }),
      user: presentUser(user),
    };
  };
}

export function presentSignIn(present: PresentTokens) {
  return async (reply: FastifyReply, outcome: BegunSession | FactorNeeded) => {
    if (outcome.kind === 'challenge') {
      const { token, factors, expiresAt, browserSecret } = outcome;
      if (browserSecret !== undefined) signInCookies.setChallenge(reply, browserSecret);
      const challenge = { token, factors, expiresAt: expiresAt.toISOString() };
      throw accountErrors.second_factor_required({ extensions: { challenge } });
    }
    const { mode, user, deviceToken } = outcome;
    const signedIn = await present(reply, mode, outcome);
    if (deviceToken === undefined || mode === 'bearer') return { ...signedIn, ...(deviceToken && { deviceToken }) };
    signInCookies.setDevice(reply, user.id, deviceToken);
    return signedIn;
  };
}

/** The client of a sign-in. @param deviceToken as the body has it; a browser sends cookies */
export function clientOf(
  request: FastifyRequest,
  { mode = 'bearer', deviceToken }: { mode?: SessionMode | undefined; deviceToken?: string | undefined },
  origin: RequestOrigin,
): SignInClient {
  const fromCookies = signInCookies.readDevices(request);
  return { mode, origin, deviceTokens: deviceToken === undefined ? fromCookies : [deviceToken, ...fromCookies] };
}

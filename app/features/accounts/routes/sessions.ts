import { Type } from 'typebox';
import { Problem } from '../../../platform/errors.ts';
import { httpErrors } from '../../../platform/http/errors.ts';
import {
  type OperationGroup,
  type Operations,
  optional,
  publicRoute,
} from '../../../platform/http/operations/operations.ts';
import { Id } from '../../../platform/http/schemas.ts';
import type { AccessTokens } from '../access-tokens.ts';
import type { Authentication, UserCaller } from '../authentication.ts';
import { type RefreshCookie, signInCookies } from '../cookies.ts';
import { accountErrors } from '../errors.ts';
import type { ChallengeAnswer, SignInFlow } from '../factors/sign-in-flow.ts';
import type { Proof, StepUp } from '../factors/step-up.ts';
import type { Refreshing } from '../refreshing.ts';
import { lastPlaceOf } from '../session-places.ts';
import type { Session as Row, Sessions } from '../sessions.ts';
import type { SignIn } from '../sign-in.ts';
import type { SignOut } from '../sign-out.ts';
import { factorFields, requireOneFactor, requireOneProof } from './factor-fields.ts';
import { cookieOrToken, refreshTokenHolder } from './guards.ts';
import { clientOf, type PresentSignIn, type PresentTokens, presentSignIn, presentTokens } from './presenting.ts';
import {
  ConfirmedSession,
  DeviceToken,
  Email,
  examplePassword,
  exampleRefreshToken,
  exampleToken,
  Mode,
  Password,
  Session,
  SignedIn,
  tags,
} from './representations.ts';

export interface SessionRoutesOptions {
  signIn: SignIn;
  flow: Pick<SignInFlow, 'complete'>;
  stepUp: Pick<StepUp, 'confirm'>;
  signOut: SignOut;
  refreshing: Refreshing;
  sessions: Sessions;
  tokens: AccessTokens;
  cookie: RefreshCookie;
  authentication: Authentication;
}

const refreshBody = { refreshToken: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })) };

export function sessionRoutes(operations: Operations, options: SessionRoutesOptions): void {
  const own = operations.at('/v1/sessions', { tag: tags.sessions });
  const present = presentTokens(options);
  const presentOutcome = presentSignIn(present);
  signInOperation(own, options, presentOutcome);
  secondFactorOperation(own, options, presentOutcome);
  confirmOperation(own, options);
  refreshOperation(own, options, present);
  signOutOperations(own, options);
  listAndEndOperations(own, options);
}

function signInOperation(own: OperationGroup, { signIn }: SessionRoutesOptions, present: PresentSignIn): void {
  own.operation('POST', '', {
    guard: publicRoute,
    operationId: 'createSession',
    summary: 'Sign in',
    description: 'One answer for an unknown address, a wrong or missing password and a suspended user.',
    body: {
      email: Email,
      password: Type.Optional(Password),
      mode: Mode,
      deviceToken: DeviceToken,
    },
    example: { email: 'ada@example.com', password: examplePassword },
    answers: { 201: SignedIn },
    sends: ['set-cookie'],
    errors: [
      accountErrors.invalid_credentials,
      accountErrors.email_not_verified,
      accountErrors.company_sign_in_required,
      accountErrors.second_factor_required,
      httpErrors.rate_limited,
      httpErrors.overloaded,
    ],
    async handle({ request, reply, body: { email, password = '', ...rest }, origin }) {
      return present(reply, await signIn.signIn(email, password, clientOf(request, rest, origin)));
    },
  });
}

function secondFactorOperation(own: OperationGroup, { flow }: SessionRoutesOptions, present: PresentSignIn): void {
  own.operation('POST', '/second-factor', {
    guard: publicRoute,
    operationId: 'createSessionBySecondFactor',
    summary: 'Sign in: prove another factor',
    description:
      'Completes a sign-in that was answered by `second_factor_required`, in the same mode. Send one of the factors that the challenge names. A challenge works once, for 10 minutes, and allows 5 wrong answers; in cookie mode only the browser that got it can answer.',
    body: {
      challenge: Type.String({ minLength: 1, maxLength: 200, description: 'The `challenge.token` of the sign-in.' }),
      ...factorFields,
      rememberDevice: Type.Optional(
        Type.Boolean({ description: 'True: sign-ins with this device need no second factor for 30 days.' }),
      ),
      deviceToken: DeviceToken,
    },
    example: { challenge: exampleToken, totp: '287082' },
    answers: { 201: SignedIn },
    sends: ['set-cookie'],
    errors: [
      ...[accountErrors.invalid_challenge, accountErrors.second_factor_incorrect, httpErrors.rate_limited],
      accountErrors.company_sign_in_required,
    ],
    async handle({ request, reply, body: { deviceToken, ...given }, origin }) {
      requireOneFactor(given);
      const answer = given as ChallengeAnswer;
      const client = clientOf(request, { deviceToken }, origin);
      const begun = await flow.complete(answer, client, signInCookies.readChallenge(request));
      if (begun.mode === 'cookie') signInCookies.clearChallenge(reply);
      return present(reply, begun);
    },
  });
}

function confirmOperation(own: OperationGroup, options: SessionRoutesOptions): void {
  const { stepUp, tokens, authentication } = options;
  own.operation('POST', '/current/confirm', {
    guard: authentication.signedIn,
    operationId: 'confirmSession',
    whileActing: 'never',
    summary: 'Prove again who you are',
    description:
      'For changes that answer `recent_sign_in_required`. Send one of its `proofs`. The access token in the answer says when it was proven (`auth_time`); the one before stays good too.',
    body: {
      password: Type.Optional(Password),
      ...factorFields,
      challenge: Type.Optional(
        Type.String({
          minLength: 1,
          maxLength: 500,
          description: 'With `credential`: of `POST /v1/sessions/passkey/options`.',
        }),
      ),
    },
    example: { password: examplePassword },
    answers: { 200: ConfirmedSession },
    errors: [
      accountErrors.password_incorrect,
      accountErrors.second_factor_incorrect,
      accountErrors.recent_sign_in_required,
      accountErrors.invalid_challenge,
      httpErrors.rate_limited,
      httpErrors.overloaded,
    ],
    async handle({ access, body, origin }) {
      requireOneProof(body);
      const session = await stepUp.confirm(access, body as Proof, origin);
      await tokens.hear();
      const { lifetimeSeconds: expiresIn } = tokens;
      return { accessToken: tokens.issue(session), tokenType: 'Bearer' as const, expiresIn };
    },
  });
}

function refreshOperation(
  own: OperationGroup,
  { refreshing, cookie }: SessionRoutesOptions,
  present: PresentTokens,
): void {
  own.operation('POST', '/refresh', {
    guard: refreshTokenHolder,
    operationId: 'refreshSession',
    summary: 'Refresh the tokens',
    description:
      'Rotates the refresh token. The one before gives the same refresh token again as long as that one was not used, so that a lost answer can be asked for again. Any older one ends the session; so does a fourth generation in a row that is asked for again more than 10 seconds later.',
    body: refreshBody,
    example: { refreshToken: exampleRefreshToken },
    receives: optional(refreshBody),
    answers: { 200: SignedIn },
    sends: ['set-cookie'],
    async handle({ request, reply, body, origin }) {
      const given = body?.refreshToken;
      const stored = given === undefined ? cookie.read(request) : undefined;
      if (stored !== undefined) cookie.requireOwnOrigin(request);
      const text = given ?? stored;
      if (text === undefined) throw httpErrors.unauthenticated({ detail: 'Send refreshToken, or the cookie.' });
      const refreshed = await refreshing.refresh(text, origin).catch((error) => {
        // A cookie that does not work would be sent, and refused, with every later request.
        if (stored !== undefined && error instanceof Problem && error.status === 401) cookie.clear(reply);
        throw error;
      });
      return present(reply, stored === undefined ? 'bearer' : 'cookie', refreshed);
    },
  });
}

function signOutOperations(own: OperationGroup, { signOut, cookie, authentication }: SessionRoutesOptions): void {
  own.operation('DELETE', '/current', {
    guard: cookieOrToken({ authentication, cookie }),
    operationId: 'deleteCurrentSession',
    whileActing: 'always',
    summary: 'Sign out',
    description:
      'Authenticated by the access token or, in cookie mode, by the cookie. A cookie is always cleared and never refused, also if its session is over.',
    answers: { 204: 'The session has ended; its tokens are refused from now on.' },
    sends: ['set-cookie'],
    async handle({ access, request, reply, origin }) {
      // The cookie of somebody who acts in the name of the caller is of a session of their own.
      const stored = access?.acting ? undefined : cookie.read(request);
      if (stored !== undefined) cookie.clear(reply);
      if (access) await signOut.endOne(access, access.sessionId, origin);
      if (stored !== undefined) await signOut.endByRefreshToken(stored, origin);
    },
  });

  own.operation('POST', '/revoke', {
    guard: publicRoute,
    operationId: 'revokeSession',
    summary: 'Sign out with the refresh token',
    description:
      'Ends the session of a refresh token, also after its access token has expired (as RFC 7009). The answer is the same for a token of a session that is over, and for one that is none.',
    body: { refreshToken: Type.String({ minLength: 1, maxLength: 200 }) },
    example: { refreshToken: exampleRefreshToken },
    answers: { 204: 'The refresh token is refused from now on, and so are the access tokens of its session.' },
    handle: ({ body, origin }) => signOut.endByRefreshToken(body.refreshToken, origin),
  });
}

function listAndEndOperations(own: OperationGroup, options: SessionRoutesOptions): void {
  const { signOut, sessions, authentication } = options;
  const guard = authentication.signedIn;

  own.list('', {
    guard,
    operationId: 'listSessions',
    summary: 'List your sessions',
    item: Session,
    rows: ({ access }, limit, after) => sessions.list(access.userId, limit, after),
    keyOf: ({ createdAt, id }) => [createdAt.toISOString(), id],
    present: presentSession,
  });

  own.remove('/:sessionId', {
    guard,
    operationId: 'deleteSession',
    summary: 'End a session',
    description: 'Another one than the one that asks needs a recent proof.',
    params: { sessionId: Id('Session') },
    removed: 'The session has ended.',
    errors: [httpErrors.not_found, accountErrors.recent_sign_in_required],
    async remove({ access, params, origin }) {
      if (!(await signOut.endOne(access, params.sessionId, origin))) throw httpErrors.not_found();
    },
  });

  own.remove('', {
    guard,
    operationId: 'deleteOtherSessions',
    summary: 'End all other sessions',
    description: 'Needs a recent proof.',
    errors: [accountErrors.recent_sign_in_required],
    removed: 'All sessions but this one have ended.',
    remove: ({ access, origin }) => signOut.endOthers(access, origin),
  });
}

function presentSession(session: Row, caller: UserCaller) {
  return {
    id: session.id,
    current: session.id === caller.sessionId,
    createdAt: session.createdAt.toISOString(),
    lastUsedAt: session.refreshedAt.toISOString(),
    ipAddress: session.ipAddress,
    userAgent: session.userAgent,
    lastUsedFrom: lastPlaceOf(session),
    bySupport: session.actorId !== null,
  };
}

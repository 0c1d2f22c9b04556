import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { Problem } from '../../../platform/errors.ts';
import { httpErrors } from '../../../platform/http/errors.ts';
import {
  type OperationGroup,
  type Operations,
  optional,
  publicRoute,
} from '../../../platform/http/operations/operations.ts';
import { Id, OneOf } from '../../../platform/http/schemas.ts';
import type { AccessTokens } from '../access-tokens.ts';
import type { Authentication, UserCaller } from '../authentication.ts';
import type { RefreshCookie } from '../cookies.ts';
import { accountErrors } from '../errors.ts';
import type { Refreshing } from '../refreshing.ts';
import { lastPlaceOf } from '../session-places.ts';
import type { ProvenSession, Session as Row, Sessions } from '../sessions.ts';
import type { SignIn } from '../sign-in.ts';
import type { SignOut } from '../sign-out.ts';
import { presentUser, type User } from '../users.ts';
import { cookieOrToken, refreshTokenHolder } from './guards.ts';
import { Email, examplePassword, exampleRefreshToken, Password, Session, SignedIn, tags } from './representations.ts';

export interface SessionRoutesOptions {
  signIn: SignIn;
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
  signInOperation(own, options, present);
  refreshOperation(own, options, present);
  signOutOperations(own, options);
  listAndEndOperations(own, options);
}

function signInOperation(own: OperationGroup, { signIn }: SessionRoutesOptions, present: Present): void {
  own.operation('POST', '', {
    guard: publicRoute,
    operationId: 'createSession',
    summary: 'Sign in',
    description: 'One answer for an unknown address, a wrong or missing password and a suspended user.',
    body: {
      email: Email,
      password: Type.Optional(Password),
      mode: Type.Optional(
        OneOf(['bearer', 'cookie'], {
          title: 'SessionMode',
          description: 'Where the refresh token goes; default `bearer`.',
        }),
      ),
    },
    example: { email: 'ada@example.com', password: examplePassword },
    answers: { 201: SignedIn },
    sends: ['set-cookie'],
    errors: [
      accountErrors.invalid_credentials,
      accountErrors.email_not_verified,
      httpErrors.rate_limited,
      httpErrors.overloaded,
    ],
    async handle({ reply, body: { email, password = '', mode = 'bearer' }, origin }) {
      return present(reply, mode, await signIn.signIn(email, password, origin));
    },
  });
}

function refreshOperation(own: OperationGroup, { refreshing, cookie }: SessionRoutesOptions, present: Present): void {
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
    summary: 'Sign out',
    description:
      'Authenticated by the access token or, in cookie mode, by the cookie. A cookie is always cleared and never refused, also if its session is over.',
    answers: { 204: 'The session has ended; its tokens are refused from now on.' },
    sends: ['set-cookie'],
    async handle({ access, request, reply, origin }) {
      const stored = cookie.read(request);
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
    params: { sessionId: Id('Session') },
    removed: 'The session has ended.',
    errors: [httpErrors.not_found],
    async remove({ access, params, origin }) {
      if (!(await signOut.endOne(access, params.sessionId, origin))) throw httpErrors.not_found();
    },
  });

  own.remove('', {
    guard,
    operationId: 'deleteOtherSessions',
    summary: 'End all other sessions',
    removed: 'All sessions but this one have ended.',
    remove: ({ access, origin }) => signOut.endOthers(access, origin),
  });
}

type Present = ReturnType<typeof presentTokens>;

/** The answer of a sign-in and of a refresh; in cookie mode the refresh token goes into the cookie alone. */
function presentTokens({ tokens, cookie }: SessionRoutesOptions) {
  return async (
    reply: FastifyReply,
    mode: 'bearer' | 'cookie',
    begun: { user: User; session: ProvenSession; refreshToken: string },
  ) => {
    await tokens.hear();
    if (mode === 'cookie') cookie.set(reply, begun.refreshToken);
    return {
      accessToken: tokens.issue(begun.session),
      tokenType: 'Bearer' as const,
      expiresIn: tokens.lifetimeSeconds,
      ...(mode === 'bearer' && { refreshToken: begun.refreshToken }),
      user: presentUser(begun.user),
    };
  };
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
  };
}

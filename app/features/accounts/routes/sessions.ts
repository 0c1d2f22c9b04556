import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { Database } from '../../../platform/database/database.ts';
import { callerOf, originOf, type UserCaller } from '../../../platform/http/caller.ts';
import { httpErrors } from '../../../platform/http/errors.ts';
import type { HttpServer } from '../../../platform/http/fastify.ts';
import { type Cursors, toPage } from '../../../platform/http/pagination.ts';
import { Body, DEFAULT_LIMIT, Id, PageQuery, route } from '../../../platform/http/schemas.ts';
import type { AccessTokens } from '../access-tokens.ts';
import type { Authentication } from '../authentication.ts';
import type { RefreshCookie } from '../cookies.ts';
import { accountErrors } from '../errors.ts';
import type { Refreshing } from '../refreshing.ts';
import type { Session, Sessions } from '../sessions.ts';
import type { SignIn } from '../sign-in.ts';
import type { SignOut } from '../sign-out.ts';
import { presentUser, type User } from '../users.ts';
import { Email, Password, SessionPage, SignedIn } from './schemas.ts';

export interface SessionRoutesOptions {
  db: Database;
  signIn: SignIn;
  signOut: SignOut;
  refreshing: Refreshing;
  sessions: Sessions;
  tokens: AccessTokens;
  cursors: Cursors;
  cookie: RefreshCookie;
  authentication: Authentication;
}

const LIST = 'sessions';

export function sessionRoutes(app: HttpServer, options: SessionRoutesOptions): void {
  const { signIn, signOut, refreshing, sessions, tokens, cursors, cookie, authentication } = options;
  const { signedIn } = authentication;

  /** The answer of a sign-in and of a refresh; in cookie mode the refresh token goes into the cookie alone. */
  function present(
    reply: FastifyReply,
    mode: 'bearer' | 'cookie',
    begun: { user: User; sessionId: string; refreshToken: string },
  ) {
    if (mode === 'cookie') cookie.set(reply, begun.refreshToken);
    reply.header('cache-control', 'no-store');
    return {
      accessToken: tokens.issue(begun.user.id, begun.sessionId),
      tokenType: 'Bearer' as const,
      expiresIn: tokens.lifetimeSeconds,
      ...(mode === 'bearer' && { refreshToken: begun.refreshToken }),
      user: presentUser(begun.user),
    };
  }

  app.post(
    '/v1/sessions',
    {
      schema: route({
        summary: 'Sign in',
        description: 'One answer for an unknown address, a wrong or missing password and a suspended user.',
        operationId: 'createSession',
        tag: 'Sessions',
        access: 'public',
        body: Body(
          {
            email: Email,
            password: Type.Optional(Password),
            mode: Type.Optional(
              Type.Enum(['bearer', 'cookie'], { description: 'Where the refresh token goes; default `bearer`.' }),
            ),
          },
          { email: 'ada@example.com', password: 'correct horse battery staple' },
        ),
        answers: { 201: SignedIn },
        errors: [
          accountErrors.invalid_credentials,
          accountErrors.email_not_verified,
          httpErrors.rate_limited,
          httpErrors.overloaded,
        ],
      }),
    },
    async (request, reply) => {
      const { email, password = '', mode = 'bearer' } = request.body;
      const begun = await signIn.signIn(email, password, originOf(request));
      reply.code(201);
      return present(reply, mode, begun);
    },
  );

  app.post(
    '/v1/sessions/refresh',
    {
      schema: route({
        summary: 'Refresh the tokens',
        description:
          'Rotates the refresh token. The one before works for 10 more seconds and gives the same answer; any older one ends the session.',
        operationId: 'refreshSession',
        tag: 'Sessions',
        access: 'public',
        body: OptionalRefreshToken,
        answers: { 200: SignedIn },
        errors: [httpErrors.unauthenticated, accountErrors.session_revoked, httpErrors.forbidden],
      }),
    },
    async (request, reply) => {
      const given = request.body?.refreshToken;
      const stored = given === undefined ? cookie.read(request) : undefined;
      if (stored !== undefined) cookie.requireOwnOrigin(request);
      const text = given ?? stored;
      if (text === undefined) throw httpErrors.unauthenticated({ detail: 'Send refreshToken, or the cookie.' });
      const refreshed = await refreshing.refresh(text, originOf(request));
      return present(reply, stored === undefined ? 'bearer' : 'cookie', refreshed);
    },
  );

  app.get(
    '/v1/sessions',
    {
      onRequest: signedIn,
      schema: route({
        summary: 'List your sessions',
        operationId: 'listSessions',
        tag: 'Sessions',
        access: 'user',
        query: PageQuery,
        answers: { 200: SessionPage },
        errors: [httpErrors.invalid_cursor, accountErrors.token_expired, accountErrors.session_revoked],
      }),
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { limit = DEFAULT_LIMIT, cursor } = request.query;
      const after = cursor === undefined ? undefined : cursors.decode(LIST, cursor);
      const rows = await sessions.list(caller.userId, limit + 1, after);
      reply.header('cache-control', 'no-store');
      return toPage(
        rows,
        limit,
        (row) => presentSession(row, caller),
        (row) => cursors.encode(LIST, [row.createdAt.toISOString(), row.id]),
      );
    },
  );

  app.delete(
    '/v1/sessions/current',
    {
      onRequest: (request) => authenticateForSignOut(request),
      schema: route({
        summary: 'Sign out',
        description: 'Authenticated by the access token or, in cookie mode, by the cookie.',
        operationId: 'deleteCurrentSession',
        tag: 'Sessions',
        access: 'user',
        answers: { 204: 'The session has ended; its tokens are refused from now on.' },
        errors: [accountErrors.token_expired, accountErrors.session_revoked, httpErrors.forbidden],
      }),
    },
    async (request, reply) => {
      const caller = callerOf(request);
      if (cookie.read(request) !== undefined) cookie.clear(reply);
      await signOut.endOne(caller, caller.sessionId, originOf(request));
      return reply.code(204).send();
    },
  );

  async function authenticateForSignOut(request: FastifyRequest): Promise<void> {
    const stored = cookie.read(request);
    if (stored !== undefined) cookie.requireOwnOrigin(request);
    if (stored !== undefined && request.headers.authorization === undefined)
      request.caller = { kind: 'user', ...(await refreshing.sessionOf(stored)) };
    else await signedIn(request);
  }

  app.delete(
    '/v1/sessions/:sessionId',
    {
      onRequest: signedIn,
      schema: route({
        summary: 'End a session',
        operationId: 'deleteSession',
        tag: 'Sessions',
        access: 'user',
        params: Type.Object({ sessionId: Id('Session') }),
        answers: { 204: 'The session has ended.' },
        errors: [httpErrors.not_found, accountErrors.token_expired, accountErrors.session_revoked],
      }),
    },
    async (request, reply) => {
      const ended = await signOut.endOne(callerOf(request), request.params.sessionId, originOf(request));
      if (!ended) throw httpErrors.not_found();
      return reply.code(204).send();
    },
  );

  app.delete(
    '/v1/sessions',
    {
      onRequest: signedIn,
      schema: route({
        summary: 'End all other sessions',
        operationId: 'deleteOtherSessions',
        tag: 'Sessions',
        access: 'user',
        answers: { 204: 'All sessions but this one have ended.' },
        errors: [accountErrors.token_expired, accountErrors.session_revoked],
      }),
    },
    async (request, reply) => {
      await signOut.endOthers(callerOf(request), originOf(request));
      return reply.code(204).send();
    },
  );
}

const OptionalRefreshToken = Type.Unsafe<{ refreshToken?: string } | null>({
  type: ['object', 'null'],
  properties: { refreshToken: Type.String({ minLength: 1, maxLength: 200 }) },
  additionalProperties: false,
  examples: [{ refreshToken: 'AZidXnoLfMGPDgxaPp0bLwGYnV56C3zBjw4MWj6dGy8AAAAB' }],
});

function presentSession(session: Session, caller: UserCaller) {
  return {
    id: session.id,
    current: session.id === caller.sessionId,
    createdAt: session.createdAt.toISOString(),
    lastUsedAt: session.refreshedAt.toISOString(),
    ipAddress: session.ipAddress,
    userAgent: session.userAgent,
  };
}

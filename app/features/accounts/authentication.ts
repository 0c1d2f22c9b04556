/** Finds the caller by the access token of a request, before its body is read. */
import type { FastifyRequest } from 'fastify';
import { SECOND_MS } from '../../platform/clock.ts';
import type { Acting, Caller } from '../../platform/http/caller.ts';
import { httpErrors } from '../../platform/http/errors.ts';
import type { CallerGuard, SecurityScheme } from '../../platform/http/operations/guard.ts';
import { type AccessTokens, unauthenticated } from './access-tokens.ts';
import { accountErrors } from './errors.ts';
import type { Revocations } from './revocations.ts';

/** A person with a session. */
export interface UserCaller extends Caller {
  readonly kind: 'user';
  readonly userId: string;
  readonly sessionId: string;
  /** How the person proved who they are (RFC 8176), as the access token says. Absent where no token was shown, or one of an earlier release. */
  readonly amr?: readonly string[] | undefined;
  /** When they last did, likewise. */
  readonly authTime?: Date | undefined;
  readonly acting?: ActingPerson | undefined;
}

/** What the person proved who really calls. */
export type Proven = Pick<UserCaller, 'amr' | 'authTime'>;
export interface ActingPerson extends Acting, Proven {}

/**
 * What was proven by the person who really calls: by whoever acts, if somebody acts in the name of the user. Organizations ask for it. What belongs
 * to the user alone is never opened by it: the user has proven nothing.
 */
export const provenBy = (caller: UserCaller): Proven => caller.acting ?? caller;

export const accessTokenScheme: SecurityScheme = {
  name: 'accessToken',
  definition: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'An access token of `POST /v1/sessions`.',
  },
};

export interface Authentication {
  /** For operations of signed-in users. */
  readonly signedIn: CallerGuard<UserCaller>;
  /** Finds the caller of an access token. @throws as `signedIn` */
  authenticate(token: string): Promise<UserCaller>;
}

const sessionRevoked = () =>
  accountErrors.session_revoked({ headers: { 'www-authenticate': 'Bearer error="invalid_token"' } });

const BEARER = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i;

export function createAuthentication({
  tokens,
  revocations,
}: {
  tokens: AccessTokens;
  revocations: Revocations;
}): Authentication {
  async function authenticate(token: string): Promise<UserCaller> {
    const verified = tokens.verify(token);
    const claims = verified instanceof Promise ? await verified : verified;
    const { sub: userId, sid: sessionId, amr, act, auth_time } = claims;
    const authTime = auth_time ? new Date(auth_time * SECOND_MS) : undefined;
    const revoked = revocations.isRevoked(userId, sessionId);
    // Usually known at once; awaiting every time would cost each request a turn of the event loop.
    if (typeof revoked === 'boolean' ? revoked : await revoked) throw sessionRevoked();
    if (act === undefined) return { kind: 'user', userId, sessionId, amr, authTime };
    if (await revocations.isRevoked(act.sub, act.sid)) throw sessionRevoked();
    const acting = {
      ...{ actorId: act.sub, mayChange: act.changes, amr: act.amr },
      authTime: act.auth_time ? new Date(act.auth_time * SECOND_MS) : undefined,
    };
    return { kind: 'user', userId, sessionId, amr, authTime, acting };
  }

  return {
    authenticate,
    signedIn: {
      errors: [httpErrors.unauthenticated, accountErrors.token_expired, accountErrors.session_revoked],
      security: [accessTokenScheme],
      admitsActing: true,
      callerId: ({ userId }) => userId,
      ownerId: ({ userId }) => userId,
      async enter(request) {
        const token = bearerToken(request);
        if (token === undefined) throw unauthenticated('Send an access token: Authorization: Bearer <token>.');
        return authenticate(token);
      },
    },
  };
}

/** The token of an `Authorization: Bearer` header (RFC 6750 section 2.1). */
export function bearerToken({ headers }: FastifyRequest): string | undefined {
  return headers.authorization === undefined ? undefined : BEARER.exec(headers.authorization)?.[1];
}

import type { FastifyRequest } from 'fastify';

/** Who makes a request. Filled in by the authentication of a feature, read by handlers, logs and traces. */
export type Caller = UserCaller | ApiKeyCaller;

/** A person with a session. */
export interface UserCaller {
  readonly kind: 'user';
  readonly userId: string;
  readonly sessionId: string;
}

/** A program with a key of an organization. */
export interface ApiKeyCaller {
  readonly kind: 'api_key';
  /** Who created the key. */
  readonly userId: string;
  readonly organizationId: string;
  readonly apiKeyId: string;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by a route's authentication hook; null on a public route. */
    caller: Caller | null;
  }
}

/** Where a request came from: what sessions and audit events keep of it. */
export interface RequestOrigin {
  readonly requestId: string | null;
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
}

const MAX_USER_AGENT_LENGTH = 400;

export function originOf(request: FastifyRequest): RequestOrigin {
  const userAgent = request.headers['user-agent']?.slice(0, MAX_USER_AGENT_LENGTH) ?? null;
  return { requestId: request.id, ipAddress: request.ip, userAgent };
}

/** The person who calls a route for signed-in users. @throws Error when the route was declared without authentication: a programming error */
export function callerOf(request: FastifyRequest): UserCaller {
  if (request.caller?.kind !== 'user')
    throw new Error(`${request.routeOptions.url} needs a caller but has no authentication hook`);
  return request.caller;
}

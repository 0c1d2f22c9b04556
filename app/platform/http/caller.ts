import type { FastifyRequest } from 'fastify';

/** The caller of a request, as logs, traces and error reports show it. A feature's guard may add data that only the feature reads. */
export interface Caller {
  readonly userId: string;
  readonly organizationId?: string;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the operation's guard; null on a public one. */
    caller: Caller | null;
  }
}

/** The origin of a request, as sessions and audit events store it. */
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

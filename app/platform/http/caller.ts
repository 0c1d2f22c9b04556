import type { FastifyRequest } from 'fastify';
import { canonicalAddress } from './addresses.ts';

/** The caller of a request, as logs, traces and error reports show it. A feature's guard may add data that only the feature reads. */
export interface Caller {
  /** Absent for a caller that acts for no person. */
  readonly userId?: string;
  readonly organizationId?: string;
  /** Set while somebody else acts in the name of `userId` (RFC 8693 section 4.1). */
  readonly acting?: Acting | undefined;
}

/** Somebody who acts in the name of another person. */
export interface Acting {
  /** The person who really calls. */
  readonly actorId: string;
  /** False if they may look only. */
  readonly mayChange: boolean;
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
  /** The person who really called, if they acted in the name of the caller. */
  readonly actorId?: string;
}

const MAX_USER_AGENT_LENGTH = 400;

export function originOf(request: FastifyRequest): RequestOrigin {
  const userAgent = request.headers['user-agent']?.slice(0, MAX_USER_AGENT_LENGTH) ?? null;
  const actorId = request.caller?.acting?.actorId;
  return { requestId: request.id, ipAddress: clientAddress(request), userAgent, ...(actorId && { actorId }) };
}

let hasWarned = false;

/**
 * The address of the client. If a proxy that is trusted names something that is no address, the client counts by the proxy's own address:
 * a default that all such clients share would let one of them use up the limits of the others.
 */
function clientAddress(request: FastifyRequest): string | null {
  const named = canonicalAddress(request.ip ?? '');
  if (named !== undefined) return named;
  const peer = canonicalAddress(request.socket.remoteAddress ?? '') ?? null;
  if (peer !== null && !hasWarned) {
    hasWarned = true;
    request.log.warn({ peer }, 'X-Forwarded-For names no address; its clients count by the address of the proxy');
  }
  return peer;
}

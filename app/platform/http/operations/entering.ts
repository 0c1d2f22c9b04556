/**
 * Runs the guard of an operation before the body is read, and again if the body arrived later. A caller may take half a minute to send
 * the body, and may lose the session, the key or the role during that time. If the body arrived together with the headers, the guard
 * runs once.
 */
import type { FastifyRequest } from 'fastify';
import type { Caller } from '../caller.ts';

type Enter = (request: FastifyRequest) => Promise<Caller | null>;

declare module 'fastify' {
  interface FastifyRequest {
    /** The decision of the operation's guard; null on a public one. */
    enter: Enter | null;
    /** True if a part of the body had not yet arrived when the guard decided. */
    awaitsBody: boolean;
  }
}

/** Returns the hooks of a route that run its guard. */
export function entering(enter: Enter) {
  return {
    async onRequest(request: FastifyRequest): Promise<void> {
      request.caller = await enter(request);
      request.enter = enter;
      // By now, Node has parsed everything that arrived with the headers, because code after an `await` runs after the parser.
      request.awaitsBody = !request.raw.complete;
    },
    // The guard must run before validation: validation errors describe the body, and the caller may no longer have access.
    async preValidation(request: FastifyRequest): Promise<void> {
      if (request.awaitsBody) await enterAgain(request);
    },
  };
}

/** Runs the guard of a request again. @throws what the guard throws */
export async function enterAgain(request: FastifyRequest): Promise<void> {
  if (request.enter) request.caller = await request.enter(request);
}

/**
 * Runs the guard of an operation: before the body is read, and again after a body that arrived later. A caller may take half a minute to
 * send the body, and may lose the session, the key or the role during that time. A request whose body came together with its headers has
 * not waited, so its guard runs once.
 */
import type { FastifyRequest } from 'fastify';
import type { Caller } from '../caller.ts';

type Enter = (request: FastifyRequest) => Promise<Caller | null>;

declare module 'fastify' {
  interface FastifyRequest {
    /** The decision of the operation's guard; null on a public one. */
    enter: Enter | null;
    /** True if a part of the body had not arrived when the guard had decided. */
    awaitsBody: boolean;
  }
}

/** The hooks of a route that run its guard. */
export function entering(enter: Enter) {
  return {
    async onRequest(request: FastifyRequest): Promise<void> {
      request.caller = await enter(request);
      request.enter = enter;
      // Node has parsed everything that came with the headers by now: code after an `await` runs after its parser.
      request.awaitsBody = !request.raw.complete;
    },
    // Before validation, whose answers describe the body to somebody who may no longer call.
    async preValidation(request: FastifyRequest): Promise<void> {
      if (request.awaitsBody) await enterAgain(request);
    },
  };
}

/** Runs the guard of a request again. @throws what the guard throws */
export async function enterAgain(request: FastifyRequest): Promise<void> {
  if (request.enter) request.caller = await request.enter(request);
}

/** Who makes a request. Filled in by the authentication of a feature, read by handlers, logs and traces. */
export interface Caller {
  readonly userId: string;
  readonly sessionId: string;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by a route's authentication hook; null on a public route. */
    caller: Caller | null;
  }
}
